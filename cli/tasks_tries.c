/* SPDX-License-Identifier: MIT */
/* All tries of a task, and what each of them took of the machine. */
#include "cli/ask.h"
#include "cli/print.h"
#include "cli/task_path.h"
#include "cli/tasks.h"
#include "lib/base/instant.h"
#include "lib/base/size.h"

static void cell_put(json_t *row, const char *header, char *text)
{
	json_object_set_new(row, header, json_string(text));
	g_free(text);
}

static void bytes_put(json_t *row, const char *header, const char *key)
{
	const json_t *bytes = json_object_get(row, key);
	if (json_is_integer(bytes))
		cell_put(row, header, size_text(json_integer_value(bytes)));
}

/* For people: one sum of the processors' time, in milliseconds, and sizes with their units. */
static void usage_put(json_t *row)
{
	const json_t *user = json_object_get(row, "user_cpu_seconds");
	double seconds = json_number_value(user)
		+ json_number_value(json_object_get(row, "system_cpu_seconds"));
	if (json_is_number(user))
		cell_put(row, "cpu",
			duration_text((int64_t)(seconds * 1000 + 0.5) * (SECOND_US / 1000)));
	bytes_put(row, "memory", "peak_memory_bytes");
	bytes_put(row, "read", "read_bytes");
	bytes_put(row, "written", "written_bytes");
}

int tasks_tries(struct invocation *invocation)
{
	static const struct column columns[] = {{"try", "try_number"}, {"state"}, {"start_date"},
		{"end_date"}, {"exit_code"}, {"cpu"}, {"memory"}, {"read"}, {"written"}, {"reason"},
		{NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *task = task_path(invocation, API, 1, 2, &error);
	g_autofree char *path = task ? g_strconcat(task, "/tries", NULL) : NULL;
	if (!path)
		return refuse_usage(invocation, error);
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	json_t *list = json_object_get(answer, "task_instances"), *row;
	size_t i;
	json_array_foreach(list, i, row) usage_put(row);
	print_list(invocation, list, columns);
	return EXIT_OK;
}
