/* SPDX-License-Identifier: MIT */
/* The worker as a whole: its connection to dagd and the one attempt it has. */
#pragma once

#include "worker/attempt.h"

struct worker {
	struct attempt attempt;
	struct claim owner; /* what its claims say; the token is the attempt's */
	int state_fd;       /* the state folder */
	int control_fd;     /* -1: dagd is away */
	int bell_fd;        /* rings when a dagd has come; -1: none, or dagd is there */
	int child_fd;       /* signalfd of SIGCHLD */
	bool claim_told;
	struct wire_reader reader;
	struct wire_buffer out;
};

/*
 * The connection. A worker without an attempt exits when dagd goes; one with an attempt finishes it
 * and waits for the socket of the next dagd.
 */
void control_tell_claimed(struct worker *worker);
void control_tell_dropped(struct worker *worker, int64_t attempt, const char *reason);
void control_tell_result(struct worker *worker);
/* Whole frames from dagd go to `on_frame`; false means that it makes no sense. */
void control_read(struct worker *worker,
	bool (*on_frame)(struct worker *worker, const struct wire_frame *frame));
/* The bell rang. */
void control_rung(struct worker *worker);
/* The home was deleted: no dagd will ever ask for a result. */
bool control_is_homeless(const struct worker *worker);
/* Tries to reach a new dagd where no bell can tell when it comes. */
void control_retry(struct worker *worker);
