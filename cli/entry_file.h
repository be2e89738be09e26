/* SPDX-License-Identifier: MIT */
/* Files of variables, connections and pools as Airflow has them: JSON, YAML, or lines NAME=TEXT. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "cli/command_line.h"

enum file_form { FILE_JSON, FILE_YAML, FILE_ENV };

#define FILE_FORM_OPTION                                                                \
	{                                                                               \
		"file-format", 0, "FORM", "json, yaml or env (as FILE ends, else json)" \
	}

/* What --file-format says, else the ending of FILE, which is the first argument. */
bool file_form_find(const struct invocation *invocation, enum file_form *form, GError **error);

/*
 * The object in a file (`-` is stdin), a value a name; of lines each value is text. `expected` says
 * what was expected. NULL and an error that quotes no value.
 */
json_t *object_of_file(const char *path, enum file_form form, const char *expected, GError **error);

/*
 * Writes the object, with its secrets, to a file that only its owner may read (`-` is stdout,
 * unless that is a terminal); for lines all values are texts of one line. `what` is its plural.
 * Returns the exit code.
 */
int export_file(const char *path, enum file_form form, const json_t *object, const char *what);
