/* SPDX-License-Identifier: MIT */
/* A program that is run from the loop, with a text for it and its answer, and never waited for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <glib.h>
#include <uv.h>

struct program;

enum program_ending {
	PROGRAM_EXITED,
	PROGRAM_KILLED,    /* by a signal of somebody else */
	PROGRAM_TOO_SLOW,  /* its time was over: it was ended, or could not be */
	PROGRAM_TOO_LARGE, /* it printed more than it may: it was ended */
};

/* What became of it. The texts are gone when the callback returns: copy what is kept. */
struct program_end {
	enum program_ending ending;
	int exit_code;      /* of PROGRAM_EXITED */
	int signal;         /* of PROGRAM_KILLED */
	const char *output; /* all that it wrote to stdout, with a zero byte after it */
	size_t output_size;
	/* The end of what it wrote to stderr, from the beginning of a line, with a zero byte after
	 * it: who masks it does so while it is whole. */
	const char *errors;
	const char *last_line; /* of `errors`, as text_one_line() makes it; empty: it wrote none */
};

/* Called once, from the loop. Nothing can be done with the program afterwards. */
typedef void program_done(void *data, const struct program_end *end);

struct program_order {
	uv_loop_t *loop;
	int keeper;              /* a descriptor of dagd-worker */
	const char *const *argv; /* the program is looked for in the PATH of env */
	const char *const *env;  /* all of its environment */
	const char *input;       /* for its stdin, in memory only; NULL: nothing */
	size_t input_size;
	size_t output_max;               /* bytes of stdout */
	int64_t timeout_us;              /* then SIGTERM, a second later SIGKILL, and
					    one later it is left alone */
	const struct rlimit *file_limit; /* how many files it may open; NULL: as many as dagd */
	program_done *on_done;
	void *data;
};

/* Codes of PROGRAM_ERROR. */
enum program_error {
	PROGRAM_WRONG, /* as it stands it can never be started */
	PROGRAM_SHORT, /* there is no process, descriptor or memory for it now */
};
#define PROGRAM_ERROR (g_quark_from_static_string("dagd-program"))

/*
 * Starts it in a session of its own; nothing of the order is kept. What it leaves running in its
 * process group is killed when it ends, and it and its group are killed when dagd dies. NULL and a
 * PROGRAM_ERROR: it cannot be started, and on_done is not called.
 */
struct program *program_start(const struct program_order *order, GError **error);

/* Kills it without a callback, not from on_done, and does not wait: its memory is freed when it has
 * ended and the loop has run once more. NULL is fine. */
void program_stop(struct program *program);

/* The last line of a text that says something, as text_one_line() makes it: g_free. */
char *program_last_line(const char *text);

/* How it ended, if not with an exit code that its caller knows: "took longer than 10s", with what
 * it said last. g_free. */
char *program_end_text(const struct program_end *end, int64_t timeout_us);
