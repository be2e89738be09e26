/* SPDX-License-Identifier: MIT */
/*
 * YAML text to nodes that remember their line and column.
 *
 * The composer works on libyaml's events, because its document API is quadratic and types nothing.
 * Refused with a place: tags, merge keys, recursive or too many aliases, duplicate keys, keys that
 * are no scalars, more than 16 MiB, depth over 64, over a million nodes, NUL, text that is not
 * UTF-8.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/base/arena.h"
#include "lib/base/problem.h"

/* What a file may have at most: room for a DAG of 100,000 tasks. */
enum { YAML_SIZE_MAX = 16 * 1024 * 1024 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;

struct node_pair {
	struct node *key; /* always a scalar */
	struct node *value;
};

struct node {
	enum node_kind kind;
	bool plain; /* a scalar without quotes: only these can be numbers, booleans, null */
	bool block; /* a literal or folded scalar (| or >) */
	struct place place;
	const char *text; /* scalar: UTF-8, NUL-terminated */
	size_t n;         /* number of items or pairs */
	struct node **items;
	struct node_pair *pairs;
};

/* The documents of one file, none for one of comments. A document without content has no root. */
struct yaml_documents {
	size_t n;
	struct node **roots;
	size_t *starts, *ends; /* byte offsets of each text, less a line of `---` alone */
};

/*
 * All nodes live in `arena`; `file` must live as long. False when there was an error (they are in
 * `problems`). Even then `documents` holds the ones before the first mistake in syntax, less the
 * keys that were refused, so that a loader may go on and find more.
 */
bool yaml_parse(struct arena *arena, const char *file, const char *text, size_t len,
	struct yaml_documents *documents, struct problems *problems);

/* The value of a key, or NULL. */
struct node *node_get(const struct node *map, const char *key);

/* What a reader would call it: "a list", "a map", "text", "a number", "a boolean", "null". */
const char *node_kind_name(const struct node *node);

/* YAML 1.2 core: an empty plain scalar, `~`, `null`. A missing node (NULL) is null, too. */
bool node_is_null(const struct node *node);

/*
 * Typed readings. `what` names the thing in the problem ("retries"). Where
 * yes/no/on/off/010/0o10/12:30/1_000 stand in for a boolean or a number, the problem names both
 * readings. False: a problem was added.
 */
bool node_text(
	const struct node *node, const char *what, const char **out, struct problems *problems);
bool node_bool(const struct node *node, const char *what, bool *out, struct problems *problems);
bool node_int(const struct node *node, const char *what, int64_t minimum, int64_t maximum,
	int64_t *out, struct problems *problems);
bool node_duration(
	const struct node *node, const char *what, int64_t *out_us, struct problems *problems);

/*
 * The node as JSON by YAML 1.2 core rules (a new reference); what JSON cannot hold is a problem and
 * gives NULL. A plain scalar that YAML 1.1 reads differently (`yes`, `010`) gets a warning.
 */
json_t *node_json(const struct node *node, struct problems *problems);
