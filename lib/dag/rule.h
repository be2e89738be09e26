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
 * Whether the value of a param keeps a rule. The error names the param, the rule, and the value
 * unless its name is that of a secret.
 */
bool rule_allows(const json_t *rule, const char *name, const json_t *value, GError **error);
