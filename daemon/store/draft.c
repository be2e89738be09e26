/* SPDX-License-Identifier: MIT */
#include "daemon/store/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#define NOTE_NAME "backup.draft"
#define DRAFT_END ".dagd-backup"

/* With what SQLite may have put beside it. */
static void files_remove(const char *path)
{
	static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
	for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *file = g_strconcat(path, ends[i], NULL);
		unlink(file);
	}
}

static bool is_draft_name(const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	return name[0] == '.' && g_str_has_suffix(name, DRAFT_END);
}

static void note_follow(const char *note)
{
	g_autofree char *path = g_file_read_link(note, NULL);
	if (path && is_draft_name(path))
		files_remove(path);
	unlink(note);
}

/* On the disk before the draft is. A state folder without room keeps nobody from a backup. */
static void note_make(const struct draft *draft, const char *state_path)
{
	if (symlink(draft->path, draft->note) != 0)
		return;
	int state = open(state_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state < 0)
		return;
	fsync(state);
	close(state);
}

bool draft_open(struct draft *draft, const struct draft_place *place)
{
	g_autofree char *random = g_uuid_string_random();
	draft->name = g_strdup_printf(".%.8s" DRAFT_END, random);
	draft->path = g_build_filename(place->folder_path, draft->name, NULL);
	draft->note = g_build_filename(place->state_path, NOTE_NAME, NULL);
	note_follow(draft->note);
	note_make(draft, place->state_path);
	draft->fd = openat(place->folder, draft->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	return draft->fd >= 0;
}

void draft_close(struct draft *draft)
{
	if (draft->fd >= 0) {
		files_remove(draft->path);
		close(draft->fd);
	}
	if (draft->note)
		unlink(draft->note);
	g_free(draft->name);
	g_free(draft->path);
	g_free(draft->note);
}
