/* SPDX-License-Identifier: MIT */
/*
 * The engine from the store. A run goes on with the text it is pinned to, whatever its file says
 * now; a text that this dagd cannot load holds the run, and `why` says so.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"

struct loading {
	struct daemon *daemon;
	struct engine *engine;
	struct attempts *attempts;
	GHashTable *versions; /* hash -> struct dag, or NULL */
	GHashTable *runs;     /* &id -> struct loaded_run: for the attempts */
	GError *unread;       /* why a version was not read: nothing is decided then */
};

struct loaded_run {
	struct run_record record;
	struct dag *dag; /* borrowed from versions */
};

static void loaded_run_free(void *data)
{
	struct loaded_run *run = data;
	run_record_clear(&run->record);
	g_free(run);
}

static void version_free(void *dag)
{
	dag_unref(dag);
}

/* The DAG with this hash among those of its text. */
static struct dag *dag_with_hash(GPtrArray *dags, const char *hash)
{
	for (unsigned i = 0; dags && i < dags->len; i++) {
		struct dag *dag = dags->pdata[i];
		if (strcmp(dag->hash, hash) == 0)
			return dag_ref(dag);
	}
	return NULL;
}

struct dag *daemon_version(struct daemon *daemon, const char *hash, GError **error)
{
	g_autofree char *file = NULL, *text = NULL;
	g_autoptr(GError) why = NULL;
	if (!reader_version(daemon->reader, hash, &file, &text, &why)) {
		if (!why)
			g_set_error(&why, LIB_ERROR, 0, "its text is not in the database");
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) dags =
		dag_load(file, text, strlen(text), &daemon->dag_context, problems);
	struct dag *dag = dag_with_hash(dags, hash);
	if (!dag && problems->list->len > 0) {
		const struct problem *first = problems->list->pdata[0];
		g_set_error(error, LIB_ERROR, 0, "%s:%u:%u: %s", first->file, first->line,
			first->column, first->message);
	} else if (!dag) {
		g_set_error(error, LIB_ERROR, 0, "%s is read differently by this dagd", file);
	}
	problems_free(problems);
	return dag;
}

static struct dag *version(struct loading *loading, const char *hash, char **why_not)
{
	g_autoptr(GError) error = NULL;
	struct dag *dag = g_hash_table_lookup(loading->versions, hash);
	if (dag)
		return dag;
	dag = daemon_version(loading->daemon, hash, &error);
	if (dag)
		g_hash_table_insert(loading->versions, g_strdup(hash), dag);
	else
		*why_not = g_strdup(error->message);
	if (!dag && error->domain == STORE_ERROR && !loading->unread)
		loading->unread = g_steal_pointer(&error);
	return dag;
}

static void on_pool(void *data, const struct pool_record *pool)
{
	engine_restore_pool(((struct loading *)data)->engine, pool);
}

static void on_dag(void *data, const struct dag_record *dag)
{
	engine_restore_dag(((struct loading *)data)->engine, dag);
}

static void on_asset(void *data, const char *dag_id, const char *asset)
{
	engine_restore_asset(((struct loading *)data)->engine, dag_id, asset);
}

static void on_backfill(void *data, const struct backfill_record *backfill)
{
	engine_restore_backfill(((struct loading *)data)->engine, backfill);
}

static void on_missed(void *data, const struct missed_record *missed)
{
	engine_restore_missed(((struct loading *)data)->engine, missed);
}

static void on_run(void *data, const struct run_record *run)
{
	struct loading *loading = data;
	g_autofree char *why_not = NULL;
	struct loaded_run *loaded = g_new(struct loaded_run, 1);
	*loaded =
		(struct loaded_run){run_record_copy(run), version(loading, run->version, &why_not)};
	if (why_not && !loading->unread)
		journal(JOURNAL_ERROR,
			"run \"%s\" of DAG \"%s\" is held: its version cannot be loaded: %s",
			run->run_id, run->dag_id, why_not);
	g_hash_table_insert(loading->runs, &loaded->record.id, loaded);
	engine_restore_run(loading->engine, run, loaded->dag, why_not);
}

static void on_task(void *data, const struct task_record *task)
{
	engine_restore_task(((struct loading *)data)->engine, task);
}

static void on_attempt(void *data, const struct attempt_record *attempt)
{
	struct loading *loading = data;
	const struct loaded_run *run = g_hash_table_lookup(loading->runs, &attempt->run);
	if (!run)
		return;
	struct attempt_record record = *attempt;
	record.task_id = g_strdup(attempt->task_id);
	record.boot_id = g_strdup(attempt->boot_id);
	record.reason = g_strdup(attempt->reason);
	attempts_add(loading->attempts, &record, &run->record, run->dag);
	engine_restore_attempt(loading->engine, attempt);
}

/* What the old engine knew of the DAG folder is given to the new one. */
static void dags_hand_over(struct daemon *daemon, struct engine *old)
{
	g_autofree const char **ids = engine_dag_ids(old);
	for (const char **id = ids; *id; id++) {
		struct dag *dag = engine_dag_head(old, *id);
		struct event loaded = {.kind = EVENT_DAG_LOADED, .loaded = dag};
		struct event gone = {.kind = EVENT_DAG_GONE, .dag_id = *id};
		if (engine_dag_record(old, *id)->is_stale)
			turn_add(daemon->turn, gone, NULL, NULL);
		else if (dag)
			turn_add(daemon->turn, loaded, NULL, NULL);
	}
}

/* An id above those of all attempts that have folders: a database that was restored knows nothing
 * of some. */
static int64_t unused_attempt(const struct home *home)
{
	g_autofree char *path = g_build_filename(home->state, "attempts", NULL);
	g_autoptr(GDir) folders = g_dir_open(path, 0, NULL);
	const char *name;
	int64_t unused = 0;
	while (folders && (name = g_dir_read_name(folders)))
		unused = MAX(unused, g_ascii_strtoll(name, NULL, 10) + 1);
	return unused;
}

bool daemon_load_engine(struct daemon *daemon, GError **error)
{
	struct engine_options options = {
		.next_run = store_next_run(daemon->store),
		.next_attempt =
			MAX(store_next_attempt(daemon->store), unused_attempt(&daemon->home)),
		.next_asset_event = store_next_asset_event(daemon->store),
		.next_backfill = store_next_backfill(daemon->store),
		.n_workers = daemon->config.parallelism,
		.max_map_length = daemon->config.max_map_length,
		.hold = daemon->troubles[TROUBLE_DATABASE].sentence,
	};
	struct loading loading = {
		.daemon = daemon,
		.engine = engine_new(&options),
		.attempts = attempts_new(),
		.versions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, version_free),
		.runs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, loaded_run_free),
	};
	struct store_visitor visitor = {on_pool, on_dag, on_missed, on_asset, on_backfill, on_run,
		on_task, on_attempt, &loading};
	bool is_loaded = reader_load(daemon->reader, &visitor, error);
	if (is_loaded && loading.unread) {
		g_propagate_error(error, g_steal_pointer(&loading.unread));
		is_loaded = false;
	}
	g_clear_error(&loading.unread);
	struct engine *old = is_loaded ? daemon->engine : loading.engine;
	struct attempts *old_attempts = is_loaded ? daemon->attempts : loading.attempts;
	if (is_loaded) {
		engine_restored(loading.engine);
		daemon->engine = loading.engine;
		daemon->attempts = loading.attempts;
		if (old)
			dags_hand_over(daemon, old);
	}
	engine_free(old);
	attempts_free(old_attempts);
	g_hash_table_destroy(loading.versions);
	g_hash_table_destroy(loading.runs);
	return is_loaded;
}

/* A new reference to the version that a run is pinned to; NULL and an error. */
static struct dag *run_dag(struct daemon *daemon, const struct run_record *run, GError **error)
{
	struct dag *newest = engine_dag(daemon->engine, run->dag_id);
	if (newest && strcmp(newest->hash, run->version) == 0)
		return dag_ref(newest);
	return daemon_version(daemon, run->version, error);
}

/* With its tasks; `dag` NULL: it cannot be loaded. */
static bool run_give(struct daemon *daemon, const struct run_record *run, struct dag *dag,
	const char *why_not, GError **error)
{
	g_autoptr(GArray) tasks = reader_tasks_of_run(daemon->reader, run->id, error);
	if (!tasks)
		return false;
	engine_restore_run(daemon->engine, run, dag, why_not);
	for (unsigned i = 0; i < tasks->len; i++)
		engine_restore_task(daemon->engine, &g_array_index(tasks, struct task_record, i));
	engine_restored(daemon->engine);
	return true;
}

bool daemon_give_run(struct daemon *daemon, const struct run_record *run, GError **error)
{
	g_autoptr(GError) why_not = NULL;
	dag_auto struct dag *dag = run_dag(daemon, run, &why_not);
	if (!dag && why_not->domain == STORE_ERROR) {
		g_propagate_error(error, g_steal_pointer(&why_not));
		return false;
	}
	return run_give(daemon, run, dag, dag ? NULL : why_not->message, error);
}

bool daemon_restore_run(
	struct daemon *daemon, const char *dag_id, const char *run_id, GError **error)
{
	struct run_record run;
	if (engine_run(daemon->engine, dag_id, run_id))
		return true;
	/* While a DAG or a run is being deleted it can still be read. */
	if (!engine_dag_record(daemon->engine, dag_id)) {
		g_set_error(
			error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "there is no DAG \"%s\"", dag_id);
		return false;
	}
	bool is_read = reader_run(daemon->reader, dag_id, run_id, &run, error);
	bool is_there = is_read && !engine_run_is_deleted(daemon->engine, &run);
	if (!is_there && error && !*error)
		g_set_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN, "DAG \"%s\" has no run \"%s\"",
			dag_id, run_id);
	bool is_given = is_there && daemon_give_run(daemon, &run, error);
	if (is_read)
		run_record_clear(&run);
	return is_given;
}
