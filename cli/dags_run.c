/* SPDX-License-Identifier: MIT */
/* What is done to one run: `dags cancel`, `mark`, `rerun`, `note`. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/dags.h"
#include "cli/note.h"
#include "cli/print.h"

static char *run_path(const struct invocation *invocation)
{
	return path_of(API "/dags/%s/dagRuns/%s", invocation_argument(invocation, 0),
		invocation_argument(invocation, 1));
}

int dags_cancel(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *dag_id = invocation_argument(invocation, 0);
	const char *run_id = invocation_argument(invocation, 1);
	g_autofree char *path = path_of(OWN_API "/dags/%s/dagRuns/%s/cancel", dag_id, run_id);
	json_auto_t *run = ask(invocation->address, "POST", path, NULL, &error);
	if (!run)
		return refuse(error);
	say("run \"%s\" of DAG \"%s\" ends as failed; its running tasks get SIGTERM", run_id,
		dag_id);
	return EXIT_OK;
}

const struct option dags_mark_options[] = {
	{"yes", 'y', NULL, "do not ask"},
	{NULL},
};

int dags_mark(struct invocation *invocation)
{
	static const struct column columns[] = {
		{"dag_id"}, {"run_id", "dag_run_id"}, {"state"}, {"reason"}, {NULL}};
	g_autoptr(GError) error = NULL;
	const char *run_id = invocation_argument(invocation, 1);
	const char *state = invocation_argument(invocation, 2);
	g_autofree char *path = run_path(invocation);
	g_autofree char *question = g_strdup_printf("mark run \"%s\" as %s?", run_id, state);
	if (!invocation_has(invocation, "yes") && !confirm(question))
		return EXIT_REFUSED;
	json_auto_t *body = json_pack("{s:s}", "state", state);
	json_auto_t *run = ask(invocation->address, "PATCH", path, body, &error);
	if (!run)
		return refuse(error);
	json_auto_t *list = json_pack("[O]", run);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

int dags_rerun(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = run_path(invocation);
	json_auto_t *changes = invocation_conf(invocation, &error);
	if (!changes)
		return refuse_usage(invocation, error);
	json_auto_t *old = ask(invocation->address, "GET", path, NULL, &error);
	if (!old)
		return refuse(error);
	json_auto_t *conf = json_deep_copy(json_object_get(old, "conf"));
	if (!json_is_object(conf)) {
		json_decref(conf);
		conf = json_object();
	}
	json_object_update(conf, changes);
	return dags_trigger_with(invocation, conf);
}

int dags_note(struct invocation *invocation)
{
	g_autofree char *path = run_path(invocation);
	return note(invocation, path, invocation_argument(invocation, 2));
}
