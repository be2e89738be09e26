/* SPDX-License-Identifier: MIT */
#include "cli/task_path.h"

#include "cli/ask.h"

#define MAP_INDEX_MAX 1000000

bool tasks_map_index(const struct invocation *invocation, int64_t *index, GError **error)
{
	*index = -1;
	return invocation_integer(invocation, "map-index", 0, MAP_INDEX_MAX, index, error);
}

char *task_path(const struct invocation *invocation, const char *api, unsigned run, unsigned task,
	GError **error)
{
	int64_t index;
	if (!tasks_map_index(invocation, &index, error))
		return NULL;
	g_autofree char *rest = path_of("/dags/%s/dagRuns/%s/taskInstances/%s",
		invocation_argument(invocation, 0), invocation_argument(invocation, run),
		invocation_argument(invocation, task));
	if (index < 0)
		return g_strconcat(api, rest, NULL);
	return g_strdup_printf("%s%s/%" G_GINT64_FORMAT, api, rest, index);
}
