/* SPDX-License-Identifier: MIT */
/* What a person may give beside an answer: names with a rule or a default, as the params of a DAG.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* Whether the rules of a form (a map) are right, and its defaults keep them. */
bool form_check(const json_t *form, GError **error);
/*
 * The defaults, and over them what was given (an object, or NULL); a new reference. NULL and an
 * error that names what is missing, unknown or against its rule. `form` may be NULL: then nothing
 * may be given.
 */
json_t *form_fill(const json_t *form, const json_t *given, GError **error);
