/* SPDX-License-Identifier: MIT */
/* `dags next-execution`: of a file in this process, of a DAG by asking the daemon. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/dag_file.h"
#include "cli/dags.h"
#include "cli/instant_option.h"
#include "cli/print.h"

enum { EXECUTIONS_MAX = 1000 };

const struct option dags_next_options[] = {
	{"num-executions", 'n', "N", "how many (1)"},
	{"after", 0, "TIME", "those after this instant (now)"},
	{"dag-id", 0, "DAG", "which DAG of a file that defines several"},
	{NULL},
};

static int print_instants(const struct invocation *invocation, const char *dag_id, json_t *list)
{
	size_t i;
	json_t *instant;
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML) {
		print_value(invocation, list);
		return EXIT_OK;
	}
	if (json_array_size(list) == 0)
		say("nothing is scheduled for DAG \"%s\"", dag_id);
	json_array_foreach(list, i, instant) print_line(json_string_value(instant));
	return EXIT_OK;
}

static int next_of_dag(const struct invocation *invocation, const struct dag *dag, int64_t n)
{
	g_autoptr(GError) error = NULL;
	int64_t after = g_get_real_time();
	if (!invocation_instant(invocation, "after", dag->zone, &after, &error))
		return refuse_usage(invocation, error);
	/* As the daemon answers for a DAG that it sees for the first time now. */
	json_auto_t *list = dag_next_json(dag, g_get_real_time(), after, (size_t)n);
	bool is_continuous = dag->schedule && schedule_kind(dag->schedule) == SCHEDULE_CONTINUOUS;
	if (is_continuous)
		say("DAG \"%s\" is due as soon as its last run has ended", dag->dag_id);
	if (is_continuous && invocation->output != OUTPUT_JSON && invocation->output != OUTPUT_YAML)
		return EXIT_OK;
	return print_instants(invocation, dag->dag_id, list);
}

static int next_of_file(const struct invocation *invocation, const char *path, int64_t n)
{
	struct problems *problems = problems_new();
	struct operators *operators = operators_open(invocation->address, NULL);
	struct dag_file *file = dag_file_read(path, operators, problems);
	const struct dag *dag =
		dag_file_choose(file, invocation_option(invocation, "dag-id"), problems);
	int code = dag ? next_of_dag(invocation, dag, n) : EXIT_REFUSED;
	dag_file_free(file);
	operators_free(operators);
	problems_free(problems);
	return code;
}

static int next_of_daemon(const struct invocation *invocation, const char *dag_id, int64_t n)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *dag_path = path_of(OWN_API "/dags/%s/next", dag_id);
	g_autoptr(GString) path = g_string_new(dag_path);
	int64_t after = INSTANT_NONE;
	const struct zone *zone = zone_of_dag(invocation, "after", dag_id, &error);
	if (!zone)
		return refuse(error);
	if (!invocation_instant(invocation, "after", zone, &after, &error))
		return refuse_usage(invocation, error);
	g_string_append_printf(path, "?n=%" G_GINT64_FORMAT, n);
	if (after != INSTANT_NONE) {
		g_autofree char *iso = instant_iso_z(after), *query = path_of("&after=%s", iso);
		g_string_append(path, query);
	}
	json_auto_t *answer = ask(invocation->address, "GET", path->str, NULL, &error);
	if (!answer)
		return refuse(error);
	return print_instants(invocation, dag_id, json_object_get(answer, "instants"));
}

int dags_next_execution(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *word = invocation_argument(invocation, 0);
	int64_t n = 1;
	if (!invocation_integer(invocation, "num-executions", 1, EXECUTIONS_MAX, &n, &error))
		return refuse_usage(invocation, error);
	return word_is_file(word) ? next_of_file(invocation, word, n)
				  : next_of_daemon(invocation, word, n);
}
