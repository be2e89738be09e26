/* SPDX-License-Identifier: MIT */
/* Until when a task waits: an instant, or a time of day. */
#pragma once

#include "lib/schedule/schedule.h"

/*
 * `2026-03-01T06:00:00Z`, without offset in the zone; or `06:00`, `06:00:30` on the day of `base`
 * there. False and an error when it is neither.
 */
bool target_time(
	const char *text, const struct zone *zone, int64_t base, int64_t *at, GError **error);
