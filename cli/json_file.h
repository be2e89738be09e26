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

/* Whether the daemon has put stars in the place of a secret. */
bool value_is_masked(const json_t *value);
/*
 * Writes the object to a file (`-` is stdout) that only its owner may read, and says what is not in
 * it because it is secret. Returns the exit code.
 */
int export_file(
	const char *path, const json_t *object, const char *what, const GPtrArray *left_out);
