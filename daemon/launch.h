/* SPDX-License-Identifier: MIT */
/* Starts an attempt that is committed: renders its arguments and gives it to a worker. */
#pragma once

#include "daemon/daemon.h"
#include "daemon/render/render.h"

/*
 * What may be done while the decision to start it is still being committed, so that it starts
 * sooner afterwards. What fails here is tried again by launch().
 */
void launch_prepare(struct daemon *daemon, struct attempt *attempt);

/* What is to be known to render its templates; borrowed from the attempt. */
struct render_request launch_request(const struct daemon *daemon, const struct attempt *attempt);

/* Appends a line to the log of the attempt: what dagd itself has to say of it. */
void attempt_log(
	struct daemon *daemon, const struct attempt *attempt, const char *prefix, const char *line);

/* It ends before it had a worker: the sentence becomes its log and its reason. */
void launch_fail(struct daemon *daemon, const struct attempt *attempt, const char *why);

enum launched {
	LAUNCHED_NOT,  /* the machine lacks what each attempt needs, room or a process: try it later
			*/
	LAUNCHED_ASKS, /* secrets.command is to be asked first, for what `answers` want */
	LAUNCHED_ENDED, /* it needed no process, or has failed */
	LAUNCHED,       /* a worker has it */
};
/*
 * Templates that cannot be rendered and a log that cannot be made fail the attempt with a sentence.
 * LAUNCHED_NOT comes with an error; nothing has happened then. `answers` are those of this attempt
 * alone, empty at first, and the same ones until it is launched.
 */
enum launched launch(
	struct daemon *daemon, struct attempt *attempt, struct answers *answers, GError **error);
