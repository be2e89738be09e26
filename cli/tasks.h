/* SPDX-License-Identifier: MIT */
/* The verbs of `dagctl tasks` that have a file of their own. */
#pragma once

#include "cli/command_line.h"

int tasks_logs(struct invocation *invocation);
int tasks_clear(struct invocation *invocation);

extern const struct option tasks_logs_options[], tasks_clear_options[];
