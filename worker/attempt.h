/* SPDX-License-Identifier: MIT */
/* One attempt in the hands of the worker, from its claim to its result. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/wire/spool.h"
#include "worker/log.h"
#include "worker/sparing.h"

enum attempt_state {
	ATTEMPT_NONE,
	ATTEMPT_RUNS,
	ATTEMPT_ENDED, /* its result is kept until dagd acknowledges it */
};

struct attempt {
	enum attempt_state state;
	int64_t id;
	uint8_t token[WIRE_TOKEN_SIZE];
	char *folder;
	char *cgroup; /* NULL: it has none */
	struct sparing sparing;
	int claim_fd;
	int pid;
	int pipe_fd;  /* the operator's output; -1: it has closed it */
	int timer_fd; /* -1: not made yet */
	int64_t started_at;
	int64_t kill_after_us;
	uint64_t output_max;
	bool term_sent, kill_sent, timed_out, killed;
	bool has_leftover;       /* a process that cannot be killed is our child for ever */
	bool program_ended;      /* in the grace, which what it has started has, too */
	int status;              /* of the program, as waitpid tells */
	struct wire_usage usage; /* of those that were reaped */
	int64_t oom_kills_before, own_oom_kills; /* as oom_tell() has them */
	const char *oom; /* half a sentence; NULL: it was not killed for lack of memory */
	struct log log;
	struct wire_buffer result; /* the RESULT frame */
	bool result_saved, result_synced;
};

/* Descriptors start as -1. */
void attempt_init(struct attempt *attempt);

/*
 * Claims it for `owner`, of which the token is filled in, and starts its program. NULL, or why it
 * could not be claimed, or was given back because the machine lacks what any program needs; a
 * program that cannot be started is a result like any other.
 */
const char *attempt_start(
	struct attempt *attempt, const struct wire_start *start, const struct claim *owner);

/* The pipe can be read. */
void attempt_read(struct attempt *attempt);
/* A child has ended; if it was the program, the attempt ends, at the latest with the grace of those
 * whom it has left. */
void attempt_reap(struct attempt *attempt);
/* The timer has fired; the attempt may end. */
void attempt_expire(struct attempt *attempt);
/* dagd wants its end. */
void attempt_kill(struct attempt *attempt);

/* Writes the result to its file, once. False: it could not be, and may be tried again. */
bool attempt_save(struct attempt *attempt);
/* The same, and waits for the disk. */
bool attempt_save_durably(struct attempt *attempt);

/* It was acknowledged: nothing of it stays but the log; dagd disposes of the folder. */
void attempt_forget(struct attempt *attempt);
