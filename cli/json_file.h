/* SPDX-License-Identifier: MIT */
/* Files of variables and connections: one JSON object, an entry a name. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

enum on_existing { EXISTING_OVERWRITE, EXISTING_FAIL, EXISTING_SKIP };

/* NULL leaves *action as it is. False: an error. */
bool on_existing_parse(const char *text, enum on_existing *action, GError **error);

/* The object in a file (`-` is stdin); `form` says what was expected. NULL and an error. */
json_t *json_object_of_file(const char *path, const char *form, GError **error);
/* A JSON value as JSON text (a new reference). */
json_t *json_as_text(const json_t *value);

/* The set of what stands under `key` in each object of the list; keys are borrowed. */
GHashTable *names_of(const json_t *list, const char *key);
/* With EXISTING_FAIL: false and an error that names the first one that is there already. */
bool existing_are_fine(const json_t *file, GHashTable *existing, enum on_existing action,
	const char *what, GError **error);

/*
 * Writes the object, with its secrets, to a file that only its owner may read (`-` is stdout,
 * unless that is a terminal). Returns the exit code.
 */
int export_file(const char *path, const json_t *object, const char *what);
