/* SPDX-License-Identifier: MIT */
/* Which task instances of a run a person means. */
#pragma once

#include "lib/engine/model.h"

struct choosing {
	const struct run *run; /* has its instances */
	const struct dag *dag; /* whose names and edges count: the run's, or one it is to move to */
	const struct choice *choice;
	bool with_scopes; /* setups and teardowns, too */
};

/* Array of struct instance, in the order of the file; NULL and an error of ENGINE_REFUSAL. */
GPtrArray *choice_resolve(const struct choosing *choosing, GError **error);
/* The instance that stands for the task of this name, whatever version it is of; NULL: none. */
struct instance *run_instance_of(const struct run *run, const struct task *task);
