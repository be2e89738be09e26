/* SPDX-License-Identifier: MIT */
/* Runs another program for an operator and reads what it says; it never outlives the operator. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/* Called with each line (no line end, valid UTF-8) the program writes, of one longer than 64 KiB
 * with its beginning. */
typedef void tool_line_reader(void *data, const char *line);
/* Called with what the program writes to its stdout, as it comes. */
typedef void tool_bytes_reader(void *data, const char *bytes, size_t n);

struct tool {
	const char *const *argv; /* argv[0] is a path */
	const char *const *environment;
	tool_line_reader *on_line;    /* lines of stderr, and of stdout when `on_output` is NULL */
	tool_bytes_reader *on_output; /* NULL: stdout is read as lines */
	void *data;                   /* given to both */
	/* The lines are printed, too: as they come, for a secret in a line that was broken would
	 * not be known again in the log. Without `on_output`. */
	bool is_shown;
	int secret_fd; /* of secret_file.h, inherited though it is close-on-exec; 0: none */
};

/*
 * Runs it to its end with an empty stdin and gives its wait status; false when it cannot be
 * started. Descriptors without FD_CLOEXEC are inherited. SIGTERM or SIGINT meanwhile is passed on;
 * after five seconds what is left is killed, and the operator ends by the same signal.
 */
bool tool_run(const struct tool *tool, int *status, GError **error);

/* Why a status that is not success came about: `exit code 1`, `killed by signal 9 (Killed)`. */
char *tool_status_text(int status);

/* The command line as one would type it, for the log. */
char *tool_command_text(const char *const *argv);

/* Where the program is; NULL with a sentence that names the Debian package. */
char *tool_find(const char *name, const char *package, GError **error);
