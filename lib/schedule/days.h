/* SPDX-License-Identifier: MIT */
/* On which days of the calendar a schedule may be due: weekdays and dates that are left out, or the
 * only ones. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slot on a day that is left out moves by at most so many days; further it is dropped. */
enum { SHIFT_DAYS_MAX = 31 };

/* A day is counted from 1970-01-01. */
struct day_set {
	uint8_t weekdays; /* bits 0 to 6, 0 is Sunday */
	size_t n;
	int32_t *dates; /* ascending */
};

enum shift { SHIFT_NONE, SHIFT_NEXT, SHIFT_PREVIOUS };

struct days {
	struct day_set exclude, only;
	bool has_only;
	enum shift shift; /* where a slot of a day that is left out goes */
};

int32_t day_of_wall(int64_t wall_us);
/* Whether anything is left out at all. */
bool days_are_restricted(const struct days *days);
bool days_allow(const struct days *days, int32_t day);
/* The first allowed day at or after one, up to and with another; the day after that when there is
 * none. */
int32_t days_next(const struct days *days, int32_t day, int32_t last);
/* The same days are left out, and slots move the same way. */
bool days_equal(const struct days *a, const struct days *b);
/* Copies with dates of its own. */
struct days days_copy(const struct days *days);
void days_clear(struct days *days);
