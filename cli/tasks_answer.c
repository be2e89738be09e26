/* SPDX-License-Identifier: MIT */
/* `tasks asked` and `tasks answer`: what tasks want to know of a person. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "cli/task_path.h"
#include "cli/tasks.h"

enum { FIRST_OPTION = 3 };

const struct option tasks_answer_options[] = {
	{"params", 0, "JSON", "what else is asked, an object"},
	{"map-index", 0, "N", "this one of a mapped task"},
	{NULL},
};

int tasks_asked(struct invocation *invocation)
{
	static const struct column columns[] = {{"dag_id"}, {"run_id", "dag_run_id"}, {"task_id"},
		{"map_index"}, {"subject"}, {"options"}, {"since", "created_at"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *list =
		ask_list(invocation->address, API "/hitlDetails", "hitl_details", &error);
	size_t i;
	json_t *one;
	if (!list)
		return refuse(error);
	/* Which task it is stands beside the question. */
	json_array_foreach(list, i, one)
		json_object_update_missing(one, json_object_get(one, "task_instance"));
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static json_t *body_of(const struct invocation *invocation, GError **error)
{
	const char *text = invocation_option(invocation, "params");
	json_t *params = text ? json_of_text("--params", text, error) : NULL;
	if (text && !params)
		return NULL;
	json_t *options = json_array();
	const char *option;
	for (unsigned i = FIRST_OPTION; (option = invocation_argument(invocation, i)); i++)
		json_array_append_new(options, json_string(option));
	json_t *body = json_pack("{s:o}", "chosen_options", options);
	if (params)
		json_object_set_new(body, "params_input", params);
	return body;
}

int tasks_answer(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	int64_t index;
	if (!tasks_map_index(invocation, &index, &error))
		return refuse_usage(invocation, error);
	json_auto_t *body = body_of(invocation, &error);
	if (!body)
		return refuse_usage(invocation, error);
	g_autofree char *task = path_of(API "/dags/%s/dagRuns/%s/taskInstances/%s",
		invocation_argument(invocation, 0), invocation_argument(invocation, 1),
		invocation_argument(invocation, 2));
	g_autofree char *path = g_strdup_printf("%s/%" G_GINT64_FORMAT "/hitlDetails", task, index);
	json_auto_t *answer = ask(invocation->address, "PATCH", path, body, &error);
	if (!answer)
		return refuse(error);
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML)
		print_object(invocation, answer);
	else
		fprintf(stderr, "answered\n");
	return EXIT_OK;
}
