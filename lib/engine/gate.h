/* SPDX-License-Identifier: MIT */
/* Limits of single tasks: max_active_tis_per_dag and max_active_tis_per_dagrun. */
#pragma once

#include "lib/engine/model.h"

void gate_free(void *gate);
void gate_clear(struct gate *gate);
/* The gate that keeps the instance from starting; NULL: none does. */
struct gate *gate_closed(struct instance *instance);
/* From the line to the gate. */
void gate_park(struct engine *engine, struct gate *gate, struct instance *instance);
/* Counts it at its gates. */
void gates_enter(struct instance *instance);
void gates_leave(struct engine *engine, struct instance *instance);
/* It stands in the line from now on (1), or does not any more (-1). */
void gates_count_called(struct engine *engine, struct instance *instance, int n);
/* Calls those back into the line for whom there is a place; false: there is nobody. */
bool gates_call(struct engine *engine);
/* At the end of a step. */
void gates_settle(struct engine *engine);
/* The instances of the run are to be freed. */
void gates_forget(struct engine *engine, const struct run *run);
/* Asserts that all who may be are called; counts in `tally` who is active at which gate. */
void gates_check(const struct engine *engine, const struct instance *instance, GHashTable *tally);
void gates_check_end(GHashTable *tally);
