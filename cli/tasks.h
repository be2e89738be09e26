/* SPDX-License-Identifier: MIT */
/* The verbs of `dagctl tasks` that have a file of their own. */
#pragma once

#include <jansson.h>

#include "cli/command_line.h"

int tasks_logs(struct invocation *invocation);
int tasks_clear(struct invocation *invocation);
int tasks_mark(struct invocation *invocation);
int tasks_note(struct invocation *invocation);
int tasks_run(struct invocation *invocation);
int tasks_tries(struct invocation *invocation);
int tasks_answer(struct invocation *invocation);
int tasks_asked(struct invocation *invocation);

void tasks_print_instances(const struct invocation *invocation, const json_t *list);

extern const struct option tasks_answer_options[], tasks_clear_options[], tasks_logs_options[],
	tasks_mark_options[], tasks_note_options[], tasks_run_options[];
