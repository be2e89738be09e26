/* SPDX-License-Identifier: MIT */
/* Which system calls of a traced program are made to fail, and with what. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { FAULT_CALLS_MAX = 24 };

struct fault {
	int error; /* 0: none is wanted */
	const struct fault_call *calls[FAULT_CALLS_MAX];
	unsigned n_calls;
	long first, step; /* which of those that match: first, first + step, ...; step 0: once */
	long lasts_ms;    /* the fault is over so long after it struck first; 0: never */
	int64_t struck_at_ms;
	long n_matched, n_failed;
};

/*
 * `error` is an errno's name, `calls` names with commas between them: of system calls, and `create`
 * and `open_write` for those of open and openat that may make a file or write to one, `spawn` for
 * the clone of a new process. Calls that write or sync count on regular files only: pipes are never
 * full for good, and SQLite takes no notice of a folder that is not kept. False: a name is not
 * known.
 */
bool fault_init(struct fault *fault, const char *error, const char *calls);

/* Counts a call that the stopped thread is about to make; whether it is one that has to fail. */
bool fault_strikes(struct fault *fault, pid_t thread, uint64_t number, const uint64_t args[6]);
