/* SPDX-License-Identifier: MIT */
/* The part of the store without a disk that keeps ranges of slots without a run; it asserts that
 * none of them has one. */
#pragma once

#include "lib/engine/engine.h"

/* Of struct missed_record. */
GPtrArray *missed_new(void);
/* `runs`: all there are, struct run_record. */
void missed_put(GPtrArray *list, const GPtrArray *runs, const struct missed_record *missed);
void missed_check(const GPtrArray *list, const struct run_record *run);
/* Gives the newest range of each DAG. */
void missed_restore(const GPtrArray *list, struct engine *engine);
