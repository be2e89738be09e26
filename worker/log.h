/* SPDX-License-Identifier: MIT */
/*
 * The log of an attempt: what the operator writes, masked, and beside it (`.idx`) when it came.
 *
 * Once it is as long as is allowed, only the end of what follows is added, when the attempt ends;
 * lines of the worker tell where something is left out, and how much.
 *
 * The index has a line `OFFSET MICROSECONDS` for each time output was read, at most one a
 * millisecond: from that offset of the log on, it was written at that instant.
 */
#pragma once

#include <stdint.h>

#include "lib/wire/mask.h"
#include "worker/tail.h"

struct log {
	int fd, index_fd; /* -1: not open */
	char *path;
	int64_t offset; /* where the next byte goes */
	int64_t indexed_at;
	uint64_t n_dropped; /* bytes there was no room for, not yet told of */
	int error;          /* the errno of the last failed write */
	int64_t max;        /* bytes of the file; what comes then goes to the tail; -1: all */
	struct tail tail;
	struct masks masks;
	struct wire_buffer held;   /* read and not yet written: it may begin a masked word */
	struct wire_buffer masked; /* scratch */
	struct wire_buffer last_line;
	uint64_t last_line_max;
	bool has_line, line_ended;
};

struct log_options {
	const char *path;
	int64_t max;              /* of the file; -1: no limit */
	uint64_t last_line_max;   /* bytes of the last line that are kept */
	const char *const *masks; /* NULL-terminated */
};

/* How much is read at once. */
#define LOG_CHUNK_SIZE (64u << 10)

/*
 * Opens the log of a new attempt; keeps the log's scratch memory from earlier ones. 0 or -errno; a
 * full disk is none of these: the task runs, and what could not be written is counted.
 */
int log_open(struct log *log, const struct log_options *options);

/* Reads the pipe once. The bytes read; 0: the end; -errno. */
int64_t log_read(struct log *log, int pipe_fd);

/* A line of the worker itself, masked as well. */
void log_say(struct log *log, const char *text);

/* Writes what was held back and closes the files; the last line stays until the next log_open. */
void log_close(struct log *log);
