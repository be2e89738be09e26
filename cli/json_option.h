/* SPDX-License-Identifier: MIT */
/* JSON that a user wrote: on the command line, in a file, on stdin. */
#pragma once

#include <glib.h>
#include <jansson.h>

/*
 * Parses one JSON value; `what` names it in the error, which says where the mistake is but quotes
 * nothing, for it may be a secret. NULL and an error when it is none. A new reference.
 */
json_t *json_of_text(const char *what, const char *text, GError **error);
/* All of a file (`-` is stdin), text in UTF-8: g_free. NULL and an error. */
char *file_text(const char *path, GError **error);
/* A JSON value of a file, `-` is stdin. */
json_t *json_of_file(const char *path, GError **error);
/* All of stdin as text without the line end at its end: g_free. */
char *stdin_text(GError **error);

/*
 * The conf of a run: `json` (an object, or NULL) and over it the words `name=value`, whose value is
 * JSON where it parses as such, else text. NULL and an error. `words` ends with NULL.
 */
json_t *conf_of(const char *json, const char *const *words, GError **error);
