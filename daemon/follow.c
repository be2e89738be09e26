/* SPDX-License-Identifier: MIT */
#include "daemon/follow.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "daemon/journal.h"

/* In one turn of the loop: so that others are answered while thousands of files come. */
enum { FILES_PER_TURN = 64 };

static void on_dag_loaded(void *data, struct dag *dag)
{
	struct daemon *daemon = data;
	struct dag *shelved = dag_shelve(daemon->shelf, dag);
	turn_add(daemon->turn, (struct event){.kind = EVENT_DAG_LOADED, .loaded = shelved}, NULL,
		NULL);
	dag_unref(shelved);
}

static void on_dag_gone(void *data, const char *dag_id)
{
	struct daemon *daemon = data;
	journal(JOURNAL_INFO, "DAG \"%s\" is gone from the DAG folder", dag_id);
	turn_add(
		daemon->turn, (struct event){.kind = EVENT_DAG_GONE, .dag_id = dag_id}, NULL, NULL);
}

static void on_problems(void *data, const char *file, const struct problems *problems)
{
	journal_problems(problems);
}

static bool is_touched(void *data, const char *file)
{
	return watch_is_touched(((struct daemon *)data)->watch, file);
}

static void on_file(void *data, const char *file)
{
	folder_refresh(((struct daemon *)data)->folder, file);
}

static void on_rescan(void *data)
{
	folder_rescan(((struct daemon *)data)->folder);
}

static void on_incomplete(void *data)
{
	watch_look_again(((struct daemon *)data)->watch);
}

static bool on_work(void *data)
{
	struct daemon *daemon = data;
	bool is_more = folder_work(daemon->folder, FILES_PER_TURN);
	if (!is_more && daemon->is_reloading)
		journal_notify("READY=1");
	daemon->is_reloading &= is_more;
	return is_more;
}

/* DAGs that the store knows and the folder could not load: the last good version, or they are gone.
 */
static void last_good_versions(struct daemon *daemon)
{
	g_autofree const char **ids = engine_dag_ids(daemon->engine);
	g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
	for (const char **id = ids; *id; id++)
		if (!engine_dag_head(daemon->engine, *id)
			&& !engine_dag_record(daemon->engine, *id)->is_stale)
			g_ptr_array_add(missing, g_strdup(*id));
	for (unsigned i = 0; i < missing->len; i++) {
		const char *dag_id = missing->pdata[i];
		g_autoptr(GError) error = NULL;
		const struct dag_record *record = engine_dag_record(daemon->engine, dag_id);
		if (!folder_adopt(daemon->folder, record->file, dag_id)) {
			on_dag_gone(daemon, dag_id);
			continue;
		}
		struct dag *dag = daemon_version(daemon, record->version, &error);
		if (dag)
			on_dag_loaded(daemon, dag);
		else if (error->domain == STORE_ERROR)
			g_error("DAG \"%s\" cannot be loaded: %s", dag_id, error->message);
		else
			journal(JOURNAL_ERROR,
				"the last good version of DAG \"%s\" cannot be loaded: %s", dag_id,
				error->message);
		dag_unref(dag);
	}
}

bool follow_open(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	struct folder_options options = {.path = daemon->home.dags,
		.context = daemon->dag_context,
		.shelf = daemon->shelf,
		.on_loaded = on_dag_loaded,
		.on_gone = on_dag_gone,
		.on_problems = on_problems,
		.on_incomplete = on_incomplete,
		.is_touched = is_touched,
		.data = daemon};
	struct watch_events events = {on_file, on_rescan, on_work, daemon};
	if (g_mkdir_with_parents(daemon->home.dags, 0755) < 0)
		journal(JOURNAL_WARNING, "the DAG folder %s cannot be made: %s", daemon->home.dags,
			g_strerror(errno));
	daemon->folder = folder_open(&options);
	/* Watched first: what changes while it is read is noticed. */
	daemon->watch = watch_open(daemon->loop, daemon->home.dags, &events, &error);
	if (!daemon->watch) {
		fprintf(stderr, "dagd: %s\n", error->message);
		return false;
	}
	folder_rescan(daemon->folder);
	while (folder_work(daemon->folder, G_MAXUINT))
		;
	last_good_versions(daemon);
	malloc_trim(0); /* of what reading took */
	return true;
}

void follow_again(struct daemon *daemon)
{
	daemon->is_reloading = true;
	watch_rescan(daemon->watch);
}
