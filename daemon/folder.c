/* SPDX-License-Identifier: MIT */
/*
 * What may have changed waits by its name, each name once. A turn of the work looks at some of the
 * names: a file that is not there any more is forgotten, one that has changed is read. Looking and
 * reading are apart, so that nothing is taken away while it is read by other threads.
 */
#include "daemon/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/ahead.h"
#include "daemon/dag_file.h"
#include "daemon/dag_tree.h"
#include "daemon/journal.h"
#include "daemon/name_queue.h"
#include "daemon/reading.h"
#include "lib/base/instant.h"
#include "lib/dag/shelf.h"

/* A file that changes again so soon after it was read may have the same times. */
enum { TICK_US = 50 * 1000 };

/* So many files at once come with the start, or with a new copy of the folder. */
enum { MANY = 256 };

struct entry {
	struct folder_file file;
	struct stat stat; /* as it was read; zeroed: must be read again */
	bool is_seen;     /* by the scan under way */
	bool is_refused;  /* one of its DAGs belongs to another file */
	bool is_empty;    /* as it was seen last */
	struct reading reading;
};

struct folder {
	struct folder_options options;
	GHashTable *entries;      /* file -> struct entry, owned */
	GHashTable *owners;       /* dag_id -> struct entry that defines it */
	GHashTable *hashes;       /* dag_id -> hash of the version told of last */
	struct name_queue *names; /* to be looked at */
	GHashTable *unfinished;   /* names of files that somebody was writing when looked at */
	bool wants_unfinished;    /* something has happened: one of them may be closed */
	bool wants_scan;          /* of everything */
	bool wants_refused;       /* a DAG id that was refused to a file may be free now */
	bool is_incomplete;       /* something has to be looked at again */
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
	folder->names = name_queue_new();
	folder->unfinished = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return folder;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	g_hash_table_destroy(folder->entries);
	g_hash_table_destroy(folder->owners);
	g_hash_table_destroy(folder->hashes);
	name_queue_free(folder->names);
	g_hash_table_destroy(folder->unfinished);
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

/* Whether this file may define the DAG: no other one does. */
static bool is_free(struct folder *folder, struct entry *entry, const struct dag *dag,
	struct problems *problems)
{
	const struct entry *owner = g_hash_table_lookup(folder->owners, dag->dag_id);
	if (!owner || owner == entry)
		return true;
	entry->is_refused = true;
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
	folder->wants_refused = true;
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

static void entry_load(struct folder *folder, struct entry *entry)
{
	const struct folder_options *options = &folder->options;
	reading_make(&entry->reading, options->path, entry->file.file, &options->context);
}

/*
 * Where the kernel does not say so itself: whether somebody has begun to write it until now, or has
 * written it since it was to be read. It tells that a file was emptied some time after it is empty:
 * that is believed when it is seen again.
 */
static bool is_touched(struct folder *folder, struct entry *entry)
{
	const struct folder_options *options = &folder->options;
	const struct dag_file *file = &entry->reading.file;
	if (file->is_answered || !options->is_touched)
		return false;
	bool was_empty = entry->is_empty;
	entry->is_empty = file->text && file->len == 0;
	if (entry->is_empty && !was_empty) {
		folder->is_incomplete = true;
		return true;
	}
	return options->is_touched(options->data, file->name)
		|| name_queue_has(folder->names, file->name);
}

/*
 * Everything stays as it was. Its end will be noticed, but under one of its names only: of a link,
 * when something else happens in this folder, or else when it is looked at again in a while.
 */
static void entry_leave(struct folder *folder, struct entry *entry)
{
	if (g_hash_table_add(folder->unfinished, g_strdup(entry->file.file)))
		journal(JOURNAL_INFO, "%s is being written: it is read when it is closed",
			entry->file.file);
	folder->is_incomplete = true;
	entry->stat = (struct stat){0};
	reading_drop(&entry->reading);
}

static void entry_tell(struct folder *folder, struct entry *entry)
{
	struct reading *reading = &entry->reading;
	g_autoptr(GPtrArray) dags = g_steal_pointer(&reading->dags);
	folder->is_incomplete |= reading->file.is_unread;
	if (reading->file.is_being_written || is_touched(folder, entry)) {
		entry_leave(folder, entry);
		return;
	}
	entry->is_refused = false;
	g_hash_table_remove(folder->unfinished, entry->file.file);
	entry->stat = reading->file.is_unread ? (struct stat){0} : reading->file.stat;
	problems_free(entry->file.problems);
	entry->file.problems = reading->problems;
	g_free(entry->file.text);
	entry->file.text = reading->file.text;
	entry->file.read_at = reading->read_at;
	entry_take(folder, entry, dags);
	problems_sort(entry->file.problems);
	if (entry->file.problems->list->len == 0)
		g_clear_pointer(&entry->file.text, g_free);
	folder->options.on_problems(folder->options.data, entry->file.file, entry->file.problems);
}

static void on_load(void *data, void *item)
{
	entry_load(data, item);
}

static void on_load_of_many(void *data, void *item)
{
	struct folder *folder = data;
	struct entry *entry = item;
	entry_load(folder, entry);
	reading_shelve(&entry->reading, folder->options.shelf);
}

static void on_take(void *data, void *item)
{
	entry_tell(data, item);
}

static void entry_forget(struct folder *folder, struct entry *entry)
{
	struct problems *none = problems_new();
	for (unsigned i = 0; i < entry->file.dag_ids->len; i++)
		dag_forget(folder, entry->file.dag_ids->pdata[i]);
	folder->options.on_problems(folder->options.data, entry->file.file, none);
	problems_free(none);
	g_hash_table_remove(folder->unfinished, entry->file.file);
	g_hash_table_remove(folder->entries, entry->file.file);
}

/* ---- what may have changed ---- */

void folder_refresh(struct folder *folder, const char *file)
{
	if (!folder_is_dag_file(file))
		return;
	name_queue_add(folder->names, file);
	folder->wants_unfinished = true;
}

void folder_rescan(struct folder *folder)
{
	folder->wants_scan = true;
}

static bool is_unchanged(const struct entry *entry, const struct stat *now)
{
	int64_t changed_at = (int64_t)now->st_ctim.tv_sec * 1000000 + now->st_ctim.tv_nsec / 1000;
	return entry->stat.st_ino == now->st_ino && entry->stat.st_size == now->st_size
		&& entry->stat.st_mtim.tv_sec == now->st_mtim.tv_sec
		&& entry->stat.st_mtim.tv_nsec == now->st_mtim.tv_nsec
		&& entry->stat.st_ctim.tv_sec == now->st_ctim.tv_sec
		&& entry->stat.st_ctim.tv_nsec == now->st_ctim.tv_nsec
		&& changed_at < entry->file.read_at - TICK_US;
}

static void on_found(void *data, const char *file, const struct stat *now)
{
	struct folder *folder = data;
	if (!folder_is_dag_file(file))
		return;
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	if (entry)
		entry->is_seen = true;
	/* A link that leads nowhere is told of once. */
	bool is_known = now ? entry && is_unchanged(entry, now)
			    : entry && entry->file.problems->n_errors > 0;
	if (!is_known)
		name_queue_add(folder->names, file);
}

static void scan_all(struct folder *folder)
{
	GHashTableIter entries;
	struct entry *entry;
	struct dag_tree tree = {folder->options.path, on_found, folder};
	folder->wants_scan = false;
	bool is_whole = dag_tree_walk(&tree);
	folder->is_incomplete |= !is_whole;
	g_hash_table_iter_init(&entries, folder->entries);
	while (g_hash_table_iter_next(&entries, NULL, (void **)&entry)) {
		if (!entry->is_seen && is_whole)
			name_queue_add(folder->names, entry->file.file);
		entry->is_seen = false;
	}
}

/* In the order of their names: the same one has the DAG each time. */
static void refused_again(struct folder *folder)
{
	g_autoptr(GPtrArray) files = folder_files(folder);
	folder->wants_refused = false;
	for (unsigned i = 0; i < files->len; i++) {
		const struct folder_file *file = files->pdata[i];
		struct entry *entry = g_hash_table_lookup(folder->entries, file->file);
		if (!entry->is_refused)
			continue;
		entry->stat = (struct stat){0};
		name_queue_add(folder->names, file->file);
	}
}

/* Its entry when it is to be read; NULL: that was all. */
static struct entry *name_settle(struct folder *folder, const char *file)
{
	g_autofree char *path = g_build_filename(folder->options.path, file, NULL);
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	struct stat now;
	/* What cannot be looked at for other reasons keeps its last good version. */
	if (lstat(path, &now) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		if (entry)
			entry_forget(folder, entry);
		return NULL;
	}
	if (entry && stat(path, &now) == 0 && is_unchanged(entry, &now))
		return NULL;
	return entry_get(folder, file);
}

static void unfinished_again(struct folder *folder)
{
	GHashTableIter names;
	void *name;
	folder->wants_unfinished = false;
	g_hash_table_iter_init(&names, folder->unfinished);
	while (g_hash_table_iter_next(&names, &name, NULL))
		name_queue_add(folder->names, name);
}

bool folder_work(struct folder *folder, unsigned n_max)
{
	g_autoptr(GPtrArray) changed = g_ptr_array_new();
	if (folder->wants_scan)
		scan_all(folder);
	if (folder->wants_unfinished)
		unfinished_again(folder);
	for (unsigned n = 0; n < n_max && !name_queue_is_empty(folder->names); n++) {
		g_autofree char *name = name_queue_take(folder->names);
		struct entry *entry = name_settle(folder, name);
		if (entry)
			g_ptr_array_add(changed, entry);
	}
	bool are_many = folder->options.shelf && changed->len > MANY;
	ahead_run(&(struct ahead_work){are_many ? on_load_of_many : on_load, on_take, folder},
		changed);
	if (folder->wants_refused && name_queue_is_empty(folder->names))
		refused_again(folder);
	if (folder->is_incomplete && folder->options.on_incomplete)
		folder->options.on_incomplete(folder->options.data);
	folder->is_incomplete = false;
	return folder->wants_scan || !name_queue_is_empty(folder->names);
}

bool folder_adopt(struct folder *folder, const char *file, const char *dag_id)
{
	struct entry *entry = g_hash_table_lookup(folder->entries, file);
	bool is_unfinished = g_hash_table_contains(folder->unfinished, file);
	if (!entry || (entry->file.problems->n_errors == 0 && !is_unfinished))
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
