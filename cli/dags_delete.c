/* SPDX-License-Identifier: MIT */
/* `dags delete`: forgets a DAG with all its runs, or one run of it. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/dags.h"
#include "cli/print.h"

const struct option dags_delete_options[] = {
	{"yes", 'y', NULL, "do not ask"},
	{NULL},
};

/* Whether it may be done. */
static bool is_wanted(const struct invocation *invocation, const char *question)
{
	return invocation_has(invocation, "yes") || confirm(question);
}

static int run_delete(const struct invocation *invocation, const char *dag_id, const char *run_id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s", dag_id, run_id);
	json_auto_t *run = ask(invocation->address, "GET", path, NULL, &error);
	if (!run)
		return refuse(error);
	g_autofree char *question =
		g_strdup_printf("delete run \"%s\" of DAG \"%s\" with its logs?", run_id, dag_id);
	if (!is_wanted(invocation, question))
		return EXIT_REFUSED;
	json_auto_t *answer = ask(invocation->address, "DELETE", path, NULL, &error);
	if (!answer)
		return refuse(error);
	say("run \"%s\" of DAG \"%s\" is deleted", run_id, dag_id);
	return EXIT_OK;
}

int dags_delete(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *dag_id = invocation_argument(invocation, 0);
	const char *run_id = invocation_argument(invocation, 1);
	if (run_id)
		return run_delete(invocation, dag_id, run_id);
	g_autofree char *path = path_of(API "/dags/%s", dag_id);
	json_auto_t *dag = ask(invocation->address, "GET", path, NULL, &error);
	if (!dag)
		return refuse(error);
	bool is_stale = json_is_true(json_object_get(dag, "is_stale"));
	const char *file = json_string_value(json_object_get(dag, "fileloc"));
	g_autofree char *question = g_strdup_printf("delete DAG \"%s\" with all its runs?", dag_id);
	if (!is_wanted(invocation, question))
		return EXIT_REFUSED;
	json_auto_t *answer = ask(invocation->address, "DELETE", path, NULL, &error);
	if (!answer)
		return refuse(error);
	if (is_stale)
		say("DAG \"%s\" is deleted", dag_id);
	else
		say("the runs of DAG \"%s\" are deleted; it begins anew, since %s is there", dag_id,
			file ? file : "its file");
	return EXIT_OK;
}
