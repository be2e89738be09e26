/* SPDX-License-Identifier: MIT */
/* Named values of JSON as people write them, with messages that say where one is wrong. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* A map and what messages call it: `connection "aws_default": ` or nothing, then the names of the
 * maps around it, each with a dot: `config_kwargs.s3.`. */
struct aws_table {
	const json_t *values;
	const char *owner, *path;
};

enum aws_choice { AWS_UNSAID, AWS_YES, AWS_NO };

/*
 * Each takes the value `name` unless `value` has one already: absent, null and empty are alike.
 * False and an error when it is of another kind. Values that were typed at a command line are
 * texts.
 */
bool aws_table_text(const struct aws_table *table, const char *name, char **value, GError **error);
bool aws_table_choice(
	const struct aws_table *table, const char *name, enum aws_choice *value, GError **error);
/* Above 0, and at most `max`; 0 is none yet. */
bool aws_table_number(
	const struct aws_table *table, const char *name, double max, double *value, GError **error);

/* The map `name` in it, or an empty one; its `path` is to be freed. */
bool aws_table_map(
	const struct aws_table *table, const char *name, struct aws_table *map, GError **error);

/* `true` or `false`, whatever the case of the letters; `what` says where it stands. */
bool aws_choice_parse(const char *text, const char *what, enum aws_choice *value, GError **error);
