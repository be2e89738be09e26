/* SPDX-License-Identifier: MIT */
/* The attempts under way, with all that is needed to start them and to record their end. */
#pragma once

#include "lib/engine/engine.h"

struct attempt {
	struct attempt_record record;
	struct run_record run; /* as it was when the attempt was launched */
	struct dag *dag;       /* NULL: its version cannot be loaded */
	const struct task *task;
	bool has_log_folder; /* it has been made */
};

struct attempts; /* by id */

struct attempts *attempts_new(void);
void attempts_free(struct attempts *attempts);
struct attempt *attempts_get(const struct attempts *attempts, int64_t id);
/* Takes the record's strings over; copies `run`, takes a reference of `dag` (may be NULL). */
struct attempt *attempts_add(struct attempts *attempts, const struct attempt_record *record,
	const struct run_record *run, struct dag *dag);
void attempts_remove(struct attempts *attempts, int64_t id);
/* All of them, in no order: g_ptr_array_unref. */
GPtrArray *attempts_list(const struct attempts *attempts);
