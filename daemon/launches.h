/* SPDX-License-Identifier: MIT */
/*
 * Attempts that are committed and wait to be launched: as a rule for no time at all. Where the
 * disk has no room or the system no process for them, they stay launching and are tried again after
 * a while, which doubles. Those that need what secrets.command says wait for its answers, which are
 * kept for them alone until they are launched.
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
/* Why an attempt is not launched yet; NULL: it does not wait here. */
const char *launches_why(const struct launches *launches, int64_t attempt);

/* An attempt that was launched has not begun: nothing is launched for a while. */
void launches_hold(struct launches *launches, const char *why);
/* One has begun. */
void launches_go_on(struct launches *launches);
