/* SPDX-License-Identifier: MIT */
/* The clock changes of a time zone, for the search for slots around them. */
#pragma once

#include "lib/schedule/schedule.h"

/*
 * As zone_instant(); *in_gap says whether the clocks never show the reading, and the instant is the
 * one at which they jump over it.
 */
int64_t zone_resolve(const struct zone *zone, int64_t wall_us, bool *in_gap);

/*
 * The first instant after `from`, up to `to`, whose offset is another than that of `from`;
 * INSTANT_NONE when the offset at `to` is the same. The two are at most some days apart.
 */
int64_t zone_transition(const struct zone *zone, int64_t from, int64_t to);
