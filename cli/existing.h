/* SPDX-License-Identifier: MIT */
/* What a file of variables, connections or pools has that is there already. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

enum on_existing { EXISTING_OVERWRITE, EXISTING_FAIL, EXISTING_SKIP };

/* NULL leaves *action as it is. False: an error. */
bool on_existing_parse(const char *text, enum on_existing *action, GError **error);

/* A JSON value as JSON text (a new reference). */
json_t *json_as_text(const json_t *value);

/* The set of what stands under `key` in each object of the list; keys are borrowed. */
GHashTable *names_of(const json_t *list, const char *key);
/* With EXISTING_FAIL: false and an error that names the first one that is there already. */
bool existing_are_fine(const json_t *file, GHashTable *existing, enum on_existing action,
	const char *what, GError **error);
