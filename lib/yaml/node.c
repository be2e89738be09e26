/* SPDX-License-Identifier: MIT */
/* What a key's value is, and the typed readings of scalars. */
#include <string.h>

#include "lib/base/instant.h"
#include "lib/yaml/scalar.h"

struct node *node_get(const struct node *map, const char *key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (*map->pairs[i].key->text == *key && strcmp(map->pairs[i].key->text, key) == 0)
			return map->pairs[i].value;
	return NULL;
}

static const char *scalar_kind_name(enum scalar_kind kind)
{
	switch (kind) {
	case SCALAR_TEXT:
		return "text";
	case SCALAR_NULL:
		return "null";
	case SCALAR_BOOL:
		return "a boolean";
	case SCALAR_INT:
	case SCALAR_FLOAT:
	case SCALAR_INT_TOO_LARGE:
		return "a number";
	}
	g_assert_not_reached();
}

const char *node_kind_name(const struct node *node)
{
	if (!node)
		return "null";
	switch (node->kind) {
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	case NODE_SCALAR:
		return scalar_kind_name(scalar_read(node, &(struct scalar){0}));
	}
	g_assert_not_reached();
}

bool node_is_null(const struct node *node)
{
	return !node || (node->kind == NODE_SCALAR && scalar_is_null(node));
}

/* The sentence for a value of another type than was wanted. */
static bool refuse(
	const struct node *node, const char *what, const char *wanted, struct problems *problems)
{
	g_autofree char *readings = NULL, *clear = NULL;
	if (node->kind != NODE_SCALAR || node_is_null(node))
		return problem_add(problems, node->place, "%s: expected %s, found %s", what, wanted,
			node_kind_name(node));
	if (scalar_is_ambiguous(node, &readings, &clear)) {
		problem_add(problems, node->place, "%s: expected %s, but \"%s\" %s", what, wanted,
			node->text, readings);
		problem_hint(problems, "write %s", clear);
		return false;
	}
	problem_add(problems, node->place, "%s: expected %s, found %s \"%s\"", what, wanted,
		node_kind_name(node), node->text);
	struct node bare = *node;
	bare.plain = true;
	if (!node->plain && scalar_read(&bare, &(struct scalar){0}) != SCALAR_TEXT)
		problem_hint(problems, "in quotes it is text; remove the quotes");
	return false;
}

bool node_text(
	const struct node *node, const char *what, const char **out, struct problems *problems)
{
	if (node->kind == NODE_SCALAR && !node_is_null(node)) {
		*out = node->text;
		return true;
	}
	problem_add(
		problems, node->place, "%s: expected text, found %s", what, node_kind_name(node));
	if (node->kind == NODE_SCALAR)
		problem_hint(problems, "write \"%s\" in quotes for the text", node->text);
	return false;
}

bool node_bool(const struct node *node, const char *what, bool *out, struct problems *problems)
{
	struct scalar value;
	if (node->kind != NODE_SCALAR || scalar_read(node, &value) != SCALAR_BOOL)
		return refuse(node, what, "true or false", problems);
	*out = value.boolean;
	return true;
}

static char *range_text(int64_t minimum, int64_t maximum)
{
	const char *whole = "a whole number";
	if (minimum == INT64_MIN && maximum == INT64_MAX)
		return g_strdup(whole);
	if (maximum == INT64_MAX)
		return g_strdup_printf("%s of at least %" G_GINT64_FORMAT, whole, minimum);
	if (minimum == INT64_MIN)
		return g_strdup_printf("%s of at most %" G_GINT64_FORMAT, whole, maximum);
	return g_strdup_printf(
		"%s from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, whole, minimum, maximum);
}

bool node_int(const struct node *node, const char *what, int64_t minimum, int64_t maximum,
	int64_t *out, struct problems *problems)
{
	struct scalar value;
	g_autofree char *readings = NULL, *clear = NULL;
	bool is_int = node->kind == NODE_SCALAR && scalar_read(node, &value) == SCALAR_INT
		&& !scalar_is_ambiguous(node, &readings, &clear);
	if (is_int && value.integer >= minimum && value.integer <= maximum) {
		*out = value.integer;
		return true;
	}
	g_autofree char *wanted = range_text(minimum, maximum);
	if (is_int)
		return problem_add(problems, node->place, "%s: expected %s, found %s", what, wanted,
			node->text);
	return refuse(node, what, wanted, problems);
}

/* Also a sign or an exponent would pass as a number, but not as part of a duration. */
static bool is_amount(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->plain && *node->text
		&& strspn(node->text, "0123456789.") == strlen(node->text);
}

static const char *find_unit(const char *key)
{
	static const struct {
		const char *key, *unit;
	} units[] = {{"weeks", "w"}, {"days", "d"}, {"hours", "h"}, {"minutes", "m"},
		{"seconds", "s"}, {"milliseconds", "ms"}, {"microseconds", "us"}};
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(units[i].key, key) == 0)
			return units[i].unit;
	return NULL;
}

/* `{days: 1, hours: 12}`, as the arguments of Python's timedelta. */
static bool read_timedelta(
	const struct node *map, const char *what, int64_t *out_us, struct problems *problems)
{
	static const char *const keys[] = {"weeks", "days", "hours", "minutes", "seconds",
		"milliseconds", "microseconds", NULL};
	int64_t total = 0;
	bool ok = map->n > 0
		|| problem_add(
			problems, map->place, "%s: expected a duration, found an empty map", what);
	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->pairs[i].key, *value = map->pairs[i].value;
		const char *unit = find_unit(key->text);
		if (!unit) {
			const char *near = suggest(key->text, keys);
			ok = problem_add(problems, key->place,
				"%s: unknown unit \"%s\"; expected %s", what, key->text,
				near ? near : "weeks, days, hours, minutes or seconds");
			continue;
		}
		if (!is_amount(value)) {
			ok = refuse(value, what, "a number that is not negative", problems);
			continue;
		}
		int64_t part = 0;
		g_autoptr(GError) error = NULL;
		g_autofree char *text = g_strconcat(value->text, unit, NULL);
		if (!duration_parse(text, &part, &error))
			ok = problem_add(problems, value->place, "%s: %s", what, error->message);
		total += part; /* at most seven times a hundred years */
	}
	*out_us = total;
	return ok;
}

bool node_duration(
	const struct node *node, const char *what, int64_t *out_us, struct problems *problems)
{
	static const char wanted[] = "a duration such as 30s, 5m, 1h30m or 2d";
	struct scalar value;
	g_autofree char *readings = NULL, *clear = NULL;
	g_autoptr(GError) error = NULL;
	if (node->kind == NODE_MAP)
		return read_timedelta(node, what, out_us, problems);
	if (node->kind == NODE_LIST || node_is_null(node)
		|| scalar_read(node, &value) == SCALAR_BOOL
		|| scalar_is_ambiguous(node, &readings, &clear))
		return refuse(node, what, wanted, problems);
	if (!duration_parse(node->text, out_us, &error))
		return problem_add(problems, node->place, "%s: %s", what, error->message);
	return true;
}
