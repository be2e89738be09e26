/* SPDX-License-Identifier: MIT */
/* Whether a connection works: what a program with `tests_connections` in its manifest says when its
 * last word is `--test-connection`. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* A server that answers later than this does not answer; dagd ends a test after ten seconds. */
enum { CONNECTION_TEST_S = 8 };

/* Whether that is asked. The arguments are `{"connection": {...}}` then, the connection resolved.
 */
bool connection_test_wanted(int argc, char *const *argv);

/*
 * It works: prints the sentence that says with what (`PostgreSQL 15.2 at db:5432`). Returns what
 * main() is to return; program_fail() is the other answer.
 */
int connection_works(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Puts that limit into the connection's extra as `name`, in `unit` parts of a second, instead of
 * any other: however its letters are written. */
void connection_test_limit(json_t *extra, const char *name, int unit);
