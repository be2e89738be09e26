/* SPDX-License-Identifier: MIT */
#include "lib/dag/reading.h"

#include <string.h>

#include "lib/template/template.h"

enum { SUGGESTIONS_MAX = 50 };

void reading_open(struct reading *reading, struct arena *arena, const char *file,
	const char *source, struct problems *problems)
{
	*reading = (struct reading){
		.arena = arena, .problems = problems, .file = file, .source = source};
	size_t n = 1;
	for (const char *at = source; (at = strchr(at, '\n')); at++)
		n++;
	reading->lines = arena_array(arena, n, sizeof(*reading->lines));
	reading->n_lines = 1;
	for (const char *at = source; (at = strchr(at, '\n')); at++)
		reading->lines[reading->n_lines++] = at + 1 - source;
}

struct place reading_place(const struct reading *reading, const struct node *node)
{
	return (struct place){reading->file, node->place.line, node->place.column};
}

struct place reading_text_place(const struct reading *reading, const struct node *scalar)
{
	struct place place = reading_place(reading, scalar);
	if (!place.line || place.line > reading->n_lines)
		return place;
	/* template_place counts lines from the top: given this line alone, it does not walk a whole
	 * file for each of its texts. */
	unsigned before = place.line - 1;
	place.line = 1;
	place = template_place(
		place, scalar->plain, scalar->block, reading->source + reading->lines[before]);
	place.line += before;
	return place;
}

bool reading_may_suggest(const struct reading *reading)
{
	return reading->n_suggestions < SUGGESTIONS_MAX;
}

const char *reading_suggest(struct reading *reading, const char *word, const char *const *names)
{
	if (!reading_may_suggest(reading))
		return NULL;
	reading->n_suggestions++;
	return suggest(word, names);
}

bool reading_refuse(struct reading *reading, struct place place, const char *word,
	const char *const *names, const char *message)
{
	const char *meant = reading_suggest(reading, word, names);
	if (meant)
		return problem_add(
			reading->problems, place, "%s; did you mean \"%s\"?", message, meant);
	return problem_add(reading->problems, place, "%s", message);
}

bool read_text(struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	const char *text;
	if (!node_text(node, key->name, &text, reading->problems))
		return false;
	if (!*text)
		return problem_add(reading->problems, node->place, "\"%s\" is empty", key->name);
	*(const char **)field = arena_strdup(reading->arena, text);
	return true;
}

bool read_optional(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	const char *text;
	if (node_is_null(node))
		return true;
	if (!node_text(node, key->name, &text, reading->problems))
		return false;
	*(const char **)field = arena_strdup(reading->arena, text);
	return true;
}

bool read_word(struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	if (node->kind == NODE_SCALAR) {
		for (unsigned i = 0; key->words[i]; i++) {
			if (strcmp(node->text, key->words[i]) != 0)
				continue;
			*(unsigned *)field = i;
			return true;
		}
	}
	g_autofree char *words = g_strjoinv(", ", (char **)key->words);
	g_autofree char *message = node->kind == NODE_SCALAR
		? g_strdup_printf(
			"%s: expected one of %s, found \"%s\"", key->name, words, node->text)
		: g_strdup_printf(
			"%s: expected one of %s, found %s", key->name, words, node_kind_name(node));
	return reading_refuse(reading, node->place, node->kind == NODE_SCALAR ? node->text : "",
		key->words, message);
}

bool read_boolean(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	return node_bool(node, key->name, field, reading->problems);
}

bool read_unsigned(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	int64_t number;
	if (!node_int(node, key->name, key->minimum, key->maximum, &number, reading->problems))
		return false;
	*(unsigned *)field = (unsigned)number;
	return true;
}

bool read_limit(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	if (!node_is_null(node))
		return read_unsigned(reading, key, node, field);
	*(unsigned *)field = 0;
	return true;
}

bool read_int(struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	int64_t number;
	if (!node_int(node, key->name, key->minimum, key->maximum, &number, reading->problems))
		return false;
	*(int *)field = (int)number;
	return true;
}

bool read_duration(
	struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	if (node_is_null(node))
		return true;
	return node_duration(node, key->name, field, reading->problems);
}

bool read_node(struct reading *reading, const struct key *key, const struct node *node, void *field)
{
	*(const struct node **)field = node;
	return true;
}

static void json_release(void *json)
{
	json_decref(json);
}

json_t *arena_json(struct arena *arena, json_t *json)
{
	if (json)
		arena_adopt(arena, json, json_release);
	return json;
}
