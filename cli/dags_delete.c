/* SPDX-License-Identifier: MIT */
/* `dags delete`: forgets a DAG with all its runs. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/dags.h"
#include "cli/print.h"

const struct option dags_delete_options[] = {
	{"yes", 'y', NULL, "do not ask"},
	{NULL},
};

int dags_delete(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *dag_id = invocation_argument(invocation, 0);
	g_autofree char *path = path_of(API "/dags/%s", dag_id);
	json_auto_t *dag = ask(invocation->address, "GET", path, NULL, &error);
	if (!dag)
		return refuse(error);
	bool is_stale = json_is_true(json_object_get(dag, "is_stale"));
	const char *file = json_string_value(json_object_get(dag, "fileloc"));
	g_autofree char *question = g_strdup_printf("delete DAG \"%s\" with all its runs?", dag_id);
	if (!invocation_has(invocation, "yes") && !confirm(question))
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
