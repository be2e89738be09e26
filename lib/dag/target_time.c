/* SPDX-License-Identifier: MIT */
#include "lib/dag/target_time.h"

#include <stdio.h>

#include "lib/base/instant.h"

/* Microseconds since midnight; -1: no time of day. */
static int64_t time_of_day(const char *text)
{
	unsigned hour = 0, minute = 0, second = 0;
	int n = 0;
	if (sscanf(text, "%2u:%2u%n", &hour, &minute, &n) != 2)
		return -1;
	if (text[n] == ':') {
		int more = 0;
		if (sscanf(text + n, ":%2u%n", &second, &more) != 1)
			return -1;
		n += more;
	}
	if (text[n] || hour > 23 || minute > 59 || second > 59)
		return -1;
	return hour * HOUR_US + minute * MINUTE_US + second * SECOND_US;
}

bool target_time(
	const char *text, const struct zone *zone, int64_t base, int64_t *at, GError **error)
{
	int64_t wall_us, time_us = time_of_day(text);
	bool has_offset;
	int offset_s;
	if (time_us >= 0) {
		int64_t local = base + zone_offset_s(zone, base) * SECOND_US;
		int64_t day = local - ((local % DAY_US) + DAY_US) % DAY_US;
		*at = zone_instant(zone, day + time_us);
		return true;
	}
	if (instant_parse(text, &wall_us, &has_offset, &offset_s, NULL)) {
		*at = has_offset ? wall_us - offset_s * SECOND_US : zone_instant(zone, wall_us);
		return true;
	}
	return error_say(error,
		"\"%s\" is neither an instant such as 2026-03-01T06:00:00Z nor a time of day such "
		"as 06:00",
		text);
}
