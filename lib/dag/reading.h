/* SPDX-License-Identifier: MIT */
/*
 * Reads the maps of a file by tables of their keys: each row says how a key is called, what reads
 * its value, and into which field.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/problem.h"
#include "lib/yaml/yaml.h"

/* What is read lives longer than the nodes it is read from: every text is copied into `arena`. */
struct reading {
	struct arena *arena;
	struct problems *problems;
	const char *file;
	const char *source; /* the text of the whole file, NUL-terminated */
	size_t *lines;      /* where each line of it begins */
	size_t n_lines;
	unsigned n_suggestions; /* looked for so far; each is a walk over all names */
};

void reading_open(struct reading *reading, struct arena *arena, const char *file,
	const char *source, struct problems *problems);

/* A copy of the place that lives as long as the arena. */
struct place reading_place(const struct reading *reading, const struct node *node);
/* Where the first character of a scalar's text stands: after its quote, or below its `|`. */
struct place reading_text_place(const struct reading *reading, const struct node *scalar);

/* As suggest(), but NULL once a file has had many of them: a huge wrong file must not take minutes.
 */
bool reading_may_suggest(const struct reading *reading);
const char *reading_suggest(struct reading *reading, const char *word, const char *const *names);
/* Adds `MESSAGE; did you mean "NAME"?`, or the message alone. Always false. */
bool reading_refuse(struct reading *reading, struct place place, const char *word,
	const char *const *names, const char *message);

struct key;
/* Reads a value into the field. False: a problem was added. */
typedef bool key_reader(
	struct reading *reading, const struct key *key, const struct node *node, void *field);

struct key {
	const char *name;
	key_reader *read;
	size_t offset;            /* of the field */
	int64_t minimum, maximum; /* of a number */
	const char *const *words; /* what read_word knows: the index is the enum's value */
};

/*
 * A key that people know from Airflow or from a newer version, and that this one cannot obey. The
 * value that changes nothing is accepted.
 */
struct later_key {
	const char *name;
	const char *harmless; /* as written; null always is */
	const char *advice;   /* the hint, or NULL */
};

struct key_set {
	const char *what; /* "a task", in problems */
	const struct key *keys;
	size_t n;
	const struct later_key *later; /* NULL, or ends with a row without name */
	const struct key_set *inner;   /* what may be meant when its keys are written out here */
};

/* Asked about a key that is in no table; false when it is unknown. */
typedef bool key_other(void *data, const struct node *key, const struct node *value);

/*
 * Reads a map in the order of the table (not of the file). `more` are further names to suggest
 * (NULL-terminated, or NULL). False: there was a problem; the rest is read all the same.
 */
bool keys_read(struct reading *reading, const struct key_set *set, const struct node *map,
	void *target, key_other *other, void *data, const char *const *more);

const struct key *key_find(const struct key_set *set, const char *name);
const struct later_key *later_find(const struct key_set *set, const char *name);

key_reader read_text;     /* const char *; never empty */
key_reader read_optional; /* const char *; null: left alone */
key_reader read_word;     /* an enum: one of key->words */
key_reader read_boolean;  /* bool */
key_reader read_unsigned; /* unsigned */
key_reader read_limit;    /* unsigned; null: 0, no limit */
key_reader read_int;      /* int */
key_reader read_duration; /* int64_t, microseconds; null: 0 */
key_reader read_node;     /* const struct node *: kept for later */

/* A json_t that lives as long as the arena (takes the reference). NULL stays NULL. */
json_t *arena_json(struct arena *arena, json_t *json);
