/* SPDX-License-Identifier: MIT */
/* A DAG is deleted, with its runs. */
#include <errno.h>
#include <stdio.h>

#include "daemon/api/dags.h"
#include "daemon/api/reply.h"
#include "daemon/clock.h"
#include "daemon/journal.h"
#include "lib/base/instant.h"

struct deletion {
	struct daemon *daemon;
	struct dag *dag; /* what its file says; NULL: there is none */
};

static void deletion_free(void *data)
{
	struct deletion *deletion = data;
	dag_unref(deletion->dag);
	g_free(deletion);
}

/*
 * Its logs stay, under another name: a DAG that begins anew has runs with the same ids. A rename
 * takes no time, however many there are.
 */
static void logs_put_aside(const struct daemon *daemon, const char *dag_id)
{
	g_autofree char *folder = g_strdup_printf("%s/dag_id=%s", daemon->home.logs, dag_id);
	g_autofree char *now = instant_iso_z(clock_now());
	g_autofree char *aside = g_strdup_printf("%s~%s", folder, now);
	if (rename(folder, aside) != 0 && errno != ENOENT)
		journal(JOURNAL_WARNING, "\"%s\" cannot be renamed: %s", folder, g_strerror(errno));
}

/* When its file is still there, it begins anew as if it had just been written. */
static void on_deleted(void *data, const GError *error)
{
	struct request *request = data;
	const struct deletion *deletion = request_data(request);
	if (!error)
		logs_put_aside(deletion->daemon, request_path(request, "dag_id"));
	struct event loaded = {.kind = EVENT_DAG_LOADED, .loaded = deletion->dag};
	if (!error && deletion->dag
		&& !engine_dag_record(deletion->daemon->engine, deletion->dag->dag_id))
		turn_add(deletion->daemon->turn, loaded, NULL, NULL);
	if (error)
		request_fail(request, error);
	else
		request_answer(request, 200, json_null());
}

void dags_delete(struct request *request, void *data)
{
	struct daemon *daemon = data;
	const char *dag_id = request_path(request, "dag_id");
	const struct dag_record *record = engine_dag_record(daemon->engine, dag_id);
	if (!record) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	struct dag *dag = record->is_stale ? NULL : engine_dag_head(daemon->engine, dag_id);
	struct deletion *deletion = g_new(struct deletion, 1);
	*deletion = (struct deletion){daemon, dag ? dag_ref(dag) : NULL};
	request_set_data(request, deletion, deletion_free);
	turn_add(daemon->turn, (struct event){.kind = EVENT_DAG_DELETED, .dag_id = dag_id},
		on_deleted, request);
}
