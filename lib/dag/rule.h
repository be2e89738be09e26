/* SPDX-License-Identifier: MIT */
/* The rules of params: the part of JSON Schema that Airflow's params use. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* Whether a map is a rule at all: only words of JSON Schema, and one of type, default, enum, const.
 */
bool rule_is_meant(const json_t *map);
/* Whether it was meant as one, but has words that no rule has; *word is the first of them
 * (borrowed). */
bool rule_is_misspelt(const json_t *map, const char **word);
/* The words of rules, NULL-terminated; for suggestions. */
const char *const *rule_words(void);

/* Whether the rule itself makes sense: types, numbers, a pattern that compiles. */
bool rule_check(const json_t *rule, GError **error);

/*
 * Whether a value keeps a rule. `what` names the value in the error ("param \"limit\""); a secret's
 * value is not told.
 */
bool rule_allows(const json_t *rule, const json_t *value, const char *what, GError **error);
