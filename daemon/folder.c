/* SPDX-License-Identifier: MIT */
#include "daemon/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/ahead.h"
#include "lib/base/instant.h"
#include "lib/base/nest.h"
#include "lib/yaml/yaml.h"

struct entry {
	struct folder_file file;
	struct stat stat; /* as it was read; zeroed: must be read again */
	bool is_seen;     /* by the scan under way */
	bool is_unread;   /* for a reason that passes */
	GPtrArray *dags;  /* read, but not yet taken; or NULL */
};

struct folder {
	struct folder_options options;
	GHashTable *entries; /* file -> struct entry, owned */
	GHashTable *owners;  /* dag_id -> struct entry that defines it */
	GHashTable *hashes;  /* dag_id -> hash of the version told of last */
	GPtrArray *changed;  /* of struct entry: to be read, in the order of the scan */
	bool is_incomplete;  /* something has to be looked at again */
	bool is_blind;       /* there may be more than the scan under way has seen */
};

static void entry_free(void *data)
{
	struct entry *entry = data;
	g_free(entry->file.file);
	problems_free(entry->file.problems);
	g_ptr_array_unref(entry->file.dag_ids);
	g_free(entry->file.text);
	g_free(entry);
}

struct folder *folder_open(const struct folder_options *options)
{
	struct folder *folder = g_new0(struct folder, 1);
	folder->options = *options;
	folder->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
	folder->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	folder->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	folder->changed = g_ptr_array_new();
	return folder;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	g_hash_table_destroy(folder->entries);
	g_hash_table_destroy(folder->owners);
	g_hash_table_destroy(folder->hashes);
	g_ptr_array_unref(folder->changed);
	g_free(folder);
}

bool folder_is_dag_file(const char *file)
{
	if (!g_str_has_suffix(file, ".yaml") && !g_str_has_suffix(file, ".yml"))
		return false;
	if (g_str_has_prefix(file, "config/"))
		return false;
	for (const char *part = file; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (*part == '.' || *part == '_')
			return false;
	}
	return true;
}

static struct entry *entry_get(struct folder *folder, const char *file)
{
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	if (entry)
		return entry;
	entry = g_new0(struct entry, 1);
	entry->file.file = g_strdup(file);
	entry->file.problems = problems_new();
	entry->file.dag_ids = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_insert(folder->entries, entry->file.file, entry);
	return entry;
}

/* Whether it is for want of something that there may be in a moment; what is looked at is as it
 * was.
 */
static bool is_passing(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
}

/* The bytes, NUL-terminated, of as much as the file had when it was looked at: what is appended
 * meanwhile is an event of its own. NULL and errno. */
static char *bytes_read(int fd, size_t size, size_t *len)
{
	g_autofree char *text = g_malloc(size + 1);
	size_t n = 0;
	while (n < size) {
		ssize_t got = read(fd, text + n, size - n);
		if (got < 0)
			return NULL;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	*len = n;
	return g_steal_pointer(&text);
}

/* The file's bytes, or NULL with a problem. */
static char *file_read(struct entry *entry, const char *path, size_t *len)
{
	struct problems *problems = entry->file.problems;
	struct place place = {.file = entry->file.file};
	struct stat *stat = &entry->stat;
	char *text = NULL;
	/* Not blocking: a FIFO named .yaml must not hold the daemon. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = fd < 0 || fstat(fd, stat) < 0 ? errno : 0;
	if (error == 0 && !g_utf8_validate(entry->file.file, -1, NULL)) {
		/* Answers and the history of versions name it. */
		problem_add(problems, place, "the name of this file is not UTF-8: rename it");
	} else if (error == 0 && !S_ISREG(stat->st_mode)) {
		problem_add(problems, place, "is not a regular file");
	} else if (error == 0 && stat->st_size > YAML_SIZE_MAX) {
		problem_add(problems, place,
			"has %" G_GINT64_FORMAT " bytes; at most 16 MiB is read",
			(gint64)stat->st_size);
	} else if (error == 0) {
		text = bytes_read(fd, (size_t)stat->st_size, len);
		error = text ? 0 : errno;
	}
	if (error != 0)
		problem_add(problems, place, "cannot be read: %s", g_strerror(error));
	entry->is_unread = is_passing(error);
	if (fd >= 0)
		close(fd);
	return text;
}

/* Whether this file may define the DAG: no other one does. */
static bool is_free(struct folder *folder, const struct entry *entry, const struct dag *dag,
	struct problems *problems)
{
	const struct entry *owner = g_hash_table_lookup(folder->owners, dag->dag_id);
	if (!owner || owner == entry)
		return true;
	problem_add(problems,
		(struct place){.file = entry->file.file, .line = dag->line, .column = 1},
		"dag_id \"%s\" is defined in %s already", dag->dag_id, owner->file.file);
	return false;
}

static void dag_tell(struct folder *folder, struct entry *entry, struct dag *dag)
{
	const char *told = g_hash_table_lookup(folder->hashes, dag->dag_id);
	g_hash_table_replace(folder->owners, g_strdup(dag->dag_id), entry);
	g_ptr_array_add(entry->file.dag_ids, g_strdup(dag->dag_id));
	if (g_strcmp0(told, dag->hash) == 0)
		return;
	g_hash_table_replace(folder->hashes, g_strdup(dag->dag_id), g_strdup(dag->hash));
	folder->options.on_loaded(folder->options.data, dag);
}

static void dag_forget(struct folder *folder, const char *dag_id)
{
	g_autofree char *id = g_strdup(dag_id);
	g_hash_table_remove(folder->owners, id);
	g_hash_table_remove(folder->hashes, id);
	folder->options.on_gone(folder->options.data, id);
}

static bool names(const GPtrArray *dag_ids, const char *dag_id)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)dag_ids, dag_id, g_str_equal, NULL);
}

/*
 * A DAG that the file does not define any more is gone, but only when the file has no errors: a
 * mistake leaves everything as it was.
 */
static void entry_take(struct folder *folder, struct entry *entry, GPtrArray *dags)
{
	g_autoptr(GPtrArray) before = g_steal_pointer(&entry->file.dag_ids);
	bool has_errors = entry->file.problems->n_errors > 0;
	entry->file.dag_ids = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; dags && i < dags->len; i++)
		if (is_free(folder, entry, dags->pdata[i], entry->file.problems))
			dag_tell(folder, entry, dags->pdata[i]);
	for (unsigned i = 0; i < before->len; i++) {
		const char *dag_id = before->pdata[i];
		if (names(entry->file.dag_ids, dag_id))
			continue;
		if (has_errors)
			g_ptr_array_add(entry->file.dag_ids, g_strdup(dag_id));
		else
			dag_forget(folder, dag_id);
	}
}

/* Knows nothing of the other files: it may be done on any thread. */
static void entry_load(struct folder *folder, struct entry *entry)
{
	g_autofree char *path = g_build_filename(folder->options.path, entry->file.file, NULL);
	size_t len = 0;
	problems_free(entry->file.problems);
	entry->file.problems = problems_new();
	g_free(entry->file.text);
	entry->file.read_at = g_get_real_time();
	entry->file.text = file_read(entry, path, &len);
	if (entry->file.text)
		entry->dags = dag_load(entry->file.file, entry->file.text, len,
			&folder->options.context, entry->file.problems);
}

static void entry_tell(struct folder *folder, struct entry *entry)
{
	g_autoptr(GPtrArray) dags = g_steal_pointer(&entry->dags);
	entry_take(folder, entry, dags);
	problems_sort(entry->file.problems);
	if (entry->file.problems->list->len == 0)
		g_clear_pointer(&entry->file.text, g_free);
	if (entry->is_unread) {
		entry->stat = (struct stat){0};
		folder->is_incomplete = true;
	}
	folder->options.on_problems(folder->options.data, entry->file.file, entry->file.problems);
}

static void entry_read(struct folder *folder, struct entry *entry)
{
	entry_load(folder, entry);
	entry_tell(folder, entry);
}

static void on_load(void *folder, void *entry)
{
	entry_load(folder, entry);
}

static void on_take(void *folder, void *entry)
{
	entry_tell(folder, entry);
}

/* Thousands of files are read by all processors, and taken in their order. */
static void changed_read(struct folder *folder)
{
	ahead_run(&(struct ahead_work){on_load, on_take, folder}, folder->changed);
	g_ptr_array_set_size(folder->changed, 0);
}

/* A DAG id that two files claimed may be free now. */
static void refused_again(struct folder *folder)
{
	GHashTableIter entries;
	struct entry *entry;
	g_hash_table_iter_init(&entries, folder->entries);
	while (g_hash_table_iter_next(&entries, NULL, (void **)&entry))
		if (entry->file.problems->n_errors > 0)
			entry->stat = (struct stat){0};
}

static void entry_forget(struct folder *folder, struct entry *entry)
{
	struct problems *none = problems_new();
	for (unsigned i = 0; i < entry->file.dag_ids->len; i++)
		dag_forget(folder, entry->file.dag_ids->pdata[i]);
	folder->options.on_problems(folder->options.data, entry->file.file, none);
	problems_free(none);
	g_hash_table_remove(folder->entries, entry->file.file);
	refused_again(folder);
}

static bool is_unchanged(const struct entry *entry, const struct stat *now)
{
	return entry->stat.st_ino == now->st_ino && entry->stat.st_size == now->st_size
		&& entry->stat.st_mtim.tv_sec == now->st_mtim.tv_sec
		&& entry->stat.st_mtim.tv_nsec == now->st_mtim.tv_nsec
		&& entry->stat.st_ctim.tv_sec == now->st_ctim.tv_sec
		&& entry->stat.st_ctim.tv_nsec == now->st_ctim.tv_nsec;
}

static void incomplete_tell(struct folder *folder)
{
	if (folder->is_incomplete && folder->options.on_incomplete)
		folder->options.on_incomplete(folder->options.data);
	folder->is_incomplete = false;
}

void folder_refresh(struct folder *folder, const char *file)
{
	struct stat now;
	g_autofree char *path = g_build_filename(folder->options.path, file, NULL);
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	if (!folder_is_dag_file(file))
		return;
	if (stat(path, &now) < 0) {
		folder->is_incomplete = is_passing(errno);
		if (entry && !folder->is_incomplete) {
			entry_forget(folder, entry);
			folder_rescan(folder);
		}
	} else if (!entry || !is_unchanged(entry, &now)) {
		entry_read(folder, entry_get(folder, file));
	}
	incomplete_tell(folder);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of what is in it, sorted, without those that begin with a dot. */
static GPtrArray *folder_names(struct folder *folder, const char *path)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = opendir(path);
	folder->is_blind |= !dir && is_passing(errno);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			g_ptr_array_add(names, g_strdup(entry->d_name));
	if (dir)
		closedir(dir);
	g_ptr_array_sort(names, name_compare);
	return names;
}

static void scan(struct folder *folder, const char *relative, const struct nest *up)
{
	g_autofree char *path = g_build_filename(folder->options.path, relative, NULL);
	struct nest nest;
	g_autoptr(GPtrArray) names = nest_enter(&nest, up, path)
		? folder_names(folder, path)
		: g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *file =
			*relative ? g_strconcat(relative, "/", name, NULL) : g_strdup(name);
		g_autofree char *full = g_build_filename(folder->options.path, file, NULL);
		struct stat now;
		if (stat(full, &now) < 0) {
			folder->is_blind |= is_passing(errno);
			continue;
		}
		if (S_ISDIR(now.st_mode)) {
			scan(folder, file, &nest);
		} else if (folder_is_dag_file(file)) {
			struct entry *entry = entry_get(folder, file);
			entry->is_seen = true;
			if (!is_unchanged(entry, &now))
				g_ptr_array_add(folder->changed, entry);
		}
	}
}

static GPtrArray *entries_unseen(struct folder *folder)
{
	GPtrArray *unseen = g_ptr_array_new();
	GHashTableIter entries;
	struct entry *entry;
	g_hash_table_iter_init(&entries, folder->entries);
	while (g_hash_table_iter_next(&entries, NULL, (void **)&entry)) {
		if (!entry->is_seen)
			g_ptr_array_add(unseen, entry);
		entry->is_seen = false;
	}
	return unseen;
}

void folder_rescan(struct folder *folder)
{
	for (bool again = true; again;) {
		folder->is_blind = false;
		scan(folder, "", NULL);
		changed_read(folder);
		g_autoptr(GPtrArray) unseen = entries_unseen(folder);
		folder->is_incomplete |= folder->is_blind;
		again = unseen->len > 0 && !folder->is_blind;
		for (unsigned i = 0; again && i < unseen->len; i++)
			entry_forget(folder, unseen->pdata[i]);
	}
	incomplete_tell(folder);
}

bool folder_adopt(struct folder *folder, const char *file, const char *dag_id)
{
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	if (!entry || entry->file.problems->n_errors == 0)
		return false;
	if (!names(entry->file.dag_ids, dag_id))
		g_ptr_array_add(entry->file.dag_ids, g_strdup(dag_id));
	g_hash_table_replace(folder->owners, g_strdup(dag_id), entry);
	return true;
}

static int file_compare(const void *a, const void *b)
{
	const struct folder_file *left = *(struct folder_file *const *)a;
	const struct folder_file *right = *(struct folder_file *const *)b;
	return strcmp(left->file, right->file);
}

GPtrArray *folder_files(const struct folder *folder)
{
	GPtrArray *files = g_ptr_array_new();
	GHashTableIter entries;
	void *entry;
	g_hash_table_iter_init(&entries, folder->entries);
	while (g_hash_table_iter_next(&entries, NULL, &entry))
		g_ptr_array_add(files, entry);
	g_ptr_array_sort(files, file_compare);
	return files;
}

const struct folder_file *folder_file_of(const struct folder *folder, const char *dag_id)
{
	const struct entry *entry = g_hash_table_lookup(folder->owners, dag_id);
	return entry ? &entry->file : NULL;
}
