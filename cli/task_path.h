/* SPDX-License-Identifier: MIT */
/* Where the API has a task of a run, or one instance of a mapped task. */
#pragma once

#include "cli/command_line.h"

/* That of --map-index, -1 without; false: an error. */
bool tasks_map_index(const struct invocation *invocation, int64_t *index, GError **error);
/*
 * Of the task that the arguments at these places name, and --map-index (g_free). NULL and an error:
 * that is no index.
 */
char *task_path(const struct invocation *invocation, const char *api, unsigned run, unsigned task,
	GError **error);
