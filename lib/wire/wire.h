/* SPDX-License-Identifier: MIT */
/*
 * What dagd and its workers say to each other: frames of a type and fields, on a stream socket and,
 * as an attempt's result, in a file. libc only, since the worker links nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which fields there are. A field that came later may be missing in every frame, one that is not
 * known is skipped, and so are frames of later types: each version reads the files and frames of
 * all the others. 2: usage, cgroup, log_max, the program in the claim.
 */
#ifndef WIRE_PROTOCOL
#define WIRE_PROTOCOL 2
#endif
#define WIRE_TOKEN_SIZE 16
/* In the state folder: a FIFO that workers read while no dagd is there, and on which the next one
 * hangs up when it listens. */
#define WIRE_BELL "worker.bell"
/* No frame is larger: arguments, environment and an output of the largest XCom fit. */
#define WIRE_FRAME_MAX (64u << 20)

enum wire_type {
	WIRE_START = 1,   /* dagd: run this attempt */
	WIRE_CLAIMED,     /* worker: it is mine, its process runs */
	WIRE_DROPPED,     /* worker: it had been taken back, I am idle */
	WIRE_RESULT,      /* worker: it has ended */
	WIRE_ACKNOWLEDGE, /* dagd: the result is committed, forget it */
	WIRE_KILL,        /* dagd: end it (SIGTERM, then SIGKILL) */
	WIRE_HELLO,       /* worker, on a new connection: who I am and which attempt I have */
};
/* Up to here frames are those of a later version. */
#define WIRE_TYPE_MAX 31

/* An attempt as a worker is told to run it. All memory is borrowed. */
struct wire_start {
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	/* state/attempts/<id>, absolute; the executor fills it in. A missing one was taken back. */
	const char *folder;
	const char *log;         /* the log file, absolute; its folder exists */
	const char *cwd;         /* NULL: the attempt's folder */
	const char *const *argv; /* NULL-terminated */
	const char *const *env;  /* NULL-terminated; all of the environment */
	const void *input;       /* what stdin gives; none: /dev/null */
	size_t input_size;
	int64_t timeout_us;    /* 0: none */
	int64_t kill_after_us; /* between SIGTERM and SIGKILL */
	uint64_t output_max;   /* bytes of DAGD_OUTPUT and of the last line that are kept */
	/* NULL-terminated: words never to be written to the log or a result, if of >= 4 bytes. */
	const char *const *masks;
	/* To be made for the program and all it starts, absolute, or NULL; the executor fills it
	 * in. */
	const char *cgroup;
	int64_t log_max; /* bytes of the log, of more only the end is added; -1: all */
};

/* What an attempt and all that it started took; -1: not known. */
struct wire_usage {
	int64_t user_us, system_us;        /* of all processors */
	int64_t memory_bytes;              /* the largest of its processes, at its largest */
	int64_t read_bytes, written_bytes; /* from and to disks */
};

/* How an attempt ended. Text and bytes are borrowed from the frame. */
struct wire_result {
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	int64_t started_at, ended_at; /* instants */
	int32_t pid;                  /* of the operator's process; 0: it never ran */
	int32_t exit_code;            /* -1: ended by a signal or never ran */
	int32_t signal;               /* 0: none */
	bool timed_out;               /* execution_timeout */
	bool killed;                  /* on dagd's word */
	bool output_too_large;
	const char *error;  /* why it never ran or cannot be trusted ("cannot run x: no such file"),
			       or NULL */
	const char *output; /* the bytes of DAGD_OUTPUT, or NULL */
	size_t output_size;
	const char *last_line; /* of its log, masked, or NULL */
	struct wire_usage usage;
};

/* For what never ran. */
#define WIRE_USAGE_NONE ((struct wire_usage){-1, -1, -1, -1, -1})

struct wire_claimed {
	int64_t attempt;
	int32_t pid; /* of the operator's process, which leads a session of its own */
};

struct wire_dropped {
	int64_t attempt;
	const char *reason; /* why it could not be claimed */
};

struct wire_hello {
	int32_t protocol; /* WIRE_PROTOCOL of the worker */
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
};

/* ACKNOWLEDGE and KILL say only which attempt they are about. */
struct wire_order {
	int64_t attempt;
};

/* Bytes that grow; starts as zeroes, wire_buffer_clear frees them. Out of memory aborts. */
struct wire_buffer {
	uint8_t *data;
	size_t size, capacity;
};

/* Makes room for `size` more bytes and returns where they begin. */
void *wire_buffer_reserve(struct wire_buffer *buffer, size_t size);
void wire_buffer_append(struct wire_buffer *buffer, const void *data, size_t size);
void wire_buffer_clear(struct wire_buffer *buffer);

/*
 * Each appends one whole frame. False, and nothing is appended, when it would be larger than
 * WIRE_FRAME_MAX.
 */
bool wire_put_start(struct wire_buffer *out, const struct wire_start *start);
bool wire_put_claimed(struct wire_buffer *out, const struct wire_claimed *claimed);
bool wire_put_dropped(struct wire_buffer *out, const struct wire_dropped *dropped);
bool wire_put_result(struct wire_buffer *out, const struct wire_result *result);
bool wire_put_acknowledge(struct wire_buffer *out, int64_t attempt);
bool wire_put_kill(struct wire_buffer *out, int64_t attempt);
bool wire_put_hello(struct wire_buffer *out, const struct wire_hello *hello);

/* A whole frame, borrowed from the bytes it was found in. */
struct wire_frame {
	enum wire_type type;
	const uint8_t *fields;
	size_t size; /* of the fields */
};

/*
 * Each reads a frame of its type; all texts and bytes are borrowed from the frame. False when a
 * field is missing, written twice or not of its form; fields of unknown tags are skipped.
 */
bool wire_get_start(const struct wire_frame *frame, struct wire_start *start);
bool wire_get_claimed(const struct wire_frame *frame, struct wire_claimed *claimed);
bool wire_get_dropped(const struct wire_frame *frame, struct wire_dropped *dropped);
bool wire_get_result(const struct wire_frame *frame, struct wire_result *result);
bool wire_get_order(const struct wire_frame *frame, struct wire_order *order);
bool wire_get_hello(const struct wire_frame *frame, struct wire_hello *hello);

/* Frees the lists (argv, env, masks) that wire_get_start made. */
void wire_start_clear(struct wire_start *start);

/* Finds the frames in a stream, however it was cut; starts as zeroes. */
struct wire_reader {
	uint8_t *data;
	size_t begin, end, capacity;
};

enum wire_next { WIRE_MORE, WIRE_FRAME, WIRE_CORRUPT };

/* Where the next bytes of the stream go and how many fit (never 0); ends the life of earlier
 * frames. */
void *wire_reader_room(struct wire_reader *reader, size_t *room);
/* `size` bytes were put there. */
void wire_reader_add(struct wire_reader *reader, size_t size);
/* WIRE_FRAME: the next frame; WIRE_MORE: none is whole yet; WIRE_CORRUPT: this never was a frame.
 */
enum wire_next wire_reader_next(struct wire_reader *reader, struct wire_frame *frame);
/* Overwrites what was read, since a START carries secrets, and gives large memory back. */
void wire_reader_wipe(struct wire_reader *reader);
void wire_reader_clear(struct wire_reader *reader);

/* A frame in a file stands behind one line with its length and checksum. */
#define WIRE_SEAL_SIZE 34
void wire_seal(char seal[WIRE_SEAL_SIZE + 1], const void *frame, size_t size);
/* Whether `data` begins with a seal and the frame that it fits; what follows does not matter. */
bool wire_unseal(const void *data, size_t size, struct wire_frame *frame);
