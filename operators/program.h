/* SPDX-License-Identifier: MIT */
/* How an operator program gets its arguments and leaves its result. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

/*
 * The arguments: the JSON object on stdin (a new reference). Makes stdout line-buffered, so that
 * the log keeps its order, ignores SIGPIPE, and closes its memory to core files and debuggers. Ends
 * the program with exit 78 when stdin holds no JSON object.
 */
json_t *program_arguments(void);

/* One argument by name; absent, null and empty text are NULL. A text stays owned by `arguments`. */
const char *program_text(const json_t *arguments, const char *name);
int64_t program_integer(const json_t *arguments, const char *name, int64_t otherwise);
double program_number(const json_t *arguments, const char *name, double otherwise);
bool program_boolean(const json_t *arguments, const char *name, bool otherwise);

/*
 * Each returns what main() is to return: `return program_fail("...")`.
 *
 * program_succeed leaves `return_value` (taken over; NULL: none) in the file DAGD_OUTPUT names;
 * without that variable it is printed, as when the program is tried by hand. The failures print
 * `error: ...` as the last line: an attempt that fails is retried, one that fails for good is not.
 */
int program_succeed(json_t *return_value);
/* Of a sensor (`flow: wait`): what it waits for is not there yet. Prints the line. */
int program_not_yet(const char *format, ...) G_GNUC_PRINTF(1, 2);
int program_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);
int program_fail_for_good(const char *format, ...) G_GNUC_PRINTF(1, 2);
