/* SPDX-License-Identifier: MIT */
/*
 * What dagd and its workers say to each other: frames of a type and fields, on a stream socket and, as
 * an attempt's result, in a file. libc only, since the worker links nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PROTOCOL 1
#define WIRE_TOKEN_SIZE 16
/* No frame is larger: arguments, environment and an output of the largest XCom fit. */
#define WIRE_FRAME_MAX (64u << 20)

enum wire_type {
	WIRE_START = 1,    /* dagd: run this attempt */
	WIRE_CLAIMED,      /* worker: it is mine, its process runs */
	WIRE_DROPPED,      /* worker: it had been taken back, I am idle */
	WIRE_RESULT,       /* worker: it has ended */
	WIRE_ACKNOWLEDGE,  /* dagd: the result is committed, forget it */
	WIRE_KILL,         /* dagd: end it (SIGTERM, then SIGKILL) */
	WIRE_HELLO,        /* worker, on a new connection: who I am and which attempt I have */
};

/* An attempt as a worker is told to run it. All memory is borrowed. */
struct wire_start {
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	const char *folder;     /* state/attempts/<id>; a missing one means that the attempt was taken back */
	const char *log;        /* the log file; its folder exists */
	const char *cwd;        /* NULL: the attempt's folder */
	const char *const *argv; /* NULL-terminated */
	const char *const *env;  /* NULL-terminated; all of the environment */
	const void *input;      /* what stdin gives; none: /dev/null */
	size_t input_size;
	int64_t timeout_us;     /* 0: none */
	int64_t kill_after_us;  /* between SIGTERM and SIGKILL */
	uint64_t output_max;    /* bytes of DAGD_OUTPUT and of the last line that are kept */
	const char *const *masks; /* NULL-terminated: words never to be written to the log or a result */
};

/* How an attempt ended. Text and bytes are borrowed from the frame. */
struct wire_result {
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	int64_t started_at, ended_at; /* instants */
	int32_t pid;        /* of the operator's process; 0: it never ran */
	int32_t exit_code;  /* -1: ended by a signal or never ran */
	int32_t signal;     /* 0: none */
	bool timed_out;     /* execution_timeout */
	bool killed;        /* on dagd's word */
	bool output_too_large;
	const char *error;     /* why it never ran or cannot be trusted ("cannot run x: no such file"), or NULL */
	const char *output;    /* the bytes of DAGD_OUTPUT, or NULL */
	size_t output_size;
	const char *last_line; /* of its log, masked, or NULL */
};
