/* SPDX-License-Identifier: MIT */
/*
 * Attempts that are committed and wait to be launched: as a rule for no time at all. Where the
 * disk has no room or the system no process for them, they stay launching and are tried again after
 * a while, which doubles.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct launches;

struct launches *launches_open(struct daemon *daemon);
/* Its memory is freed when the loop has run once more. NULL is fine. */
void launches_close(struct launches *launches);

/* Launches a committed attempt, now or when it can be. */
void launches_add(struct launches *launches, int64_t attempt);
/* It is not to be launched any more. False: it is not waiting. */
bool launches_remove(struct launches *launches, int64_t attempt);
bool launches_has(const struct launches *launches, int64_t attempt);

/* An attempt that was launched has not begun: nothing is launched for a while. */
void launches_hold(struct launches *launches, const char *why);
/* One has begun. */
void launches_go_on(struct launches *launches);
