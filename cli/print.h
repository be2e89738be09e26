/* SPDX-License-Identifier: MIT */
/* What a command prints, in the form that `-o` asks for; sentences go to stderr. */
#pragma once

#include <jansson.h>

#include "cli/command_line.h"

struct column {
	const char *header; /* Airflow's word on the command line */
	const char *key;    /* the field of the API; NULL: as the header */
};

/*
 * A list of objects. JSON and YAML have all their fields, and those of the columns under their
 * header, too. `columns` ends with a NULL header.
 */
void print_list(
	const struct invocation *invocation, const json_t *list, const struct column *columns);
/* One object; as a table a line for each field. */
void print_object(const struct invocation *invocation, const json_t *object);
/* One text: as it is, or as JSON. */
void print_text(const struct invocation *invocation, const char *text);
/* Any value, as JSON or YAML. */
void print_value(const struct invocation *invocation, const json_t *value);

/* `dagctl: SENTENCE` on stderr. */
void say(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Says the error's sentence and returns the exit code. */
int refuse(const GError *error);
/* What refuse() returns. */
int exit_code_of(const GError *error);
/* The same with a word on how to get help, for wrong usage. */
int refuse_usage(const struct invocation *invocation, const GError *error);

/* Whether colours may be used: a terminal, and NO_COLOR is not set. */
bool output_is_coloured(void);
/* The escape sequence of a state, or NULL. */
const char *state_colour(const char *state);
/* A line for people: what could command a terminal is escaped, when stdout is one. */
void print_line(const char *text);
