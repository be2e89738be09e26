/* SPDX-License-Identifier: MIT */
/* Turns what stands in the file into values: constants, and templates that are rendered for each
 * try. */
#pragma once

#include "lib/dag/dag.h"
#include "lib/dag/reading.h"

/* Any value, as written. False: a problem was added. */
bool value_read(struct reading *reading, const struct node *node, struct value *value);

/* A variable of the environment: a scalar stands for its own text (`1.10` is no number here). */
bool value_read_env(
	struct reading *reading, const char *name, const struct node *node, struct value *value);

/*
 * A value for a parameter, checked against its type. A template is taken for any type. Null leaves
 * the value without content (all fields 0).
 */
bool argument_read(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value);

/* Whether a template stands anywhere in it. */
bool node_has_template(const struct node *node);
/* Whether nothing was given. */
bool value_is_absent(const struct value *value);
