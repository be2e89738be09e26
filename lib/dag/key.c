/* SPDX-License-Identifier: MIT */
/* The tables of keys at work: what is known, what comes later, and what the user may have meant. */
#include <string.h>

#include "lib/dag/later.h"
#include "lib/dag/reading.h"

enum { KEYS_MAX = 64 };

const struct key *key_find(const struct key_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (*set->keys[i].name == *name && strcmp(set->keys[i].name, name) == 0)
			return &set->keys[i];
	return NULL;
}

const struct later_key *later_find(const struct key_set *set, const char *name)
{
	for (const struct later_key *later = set->later; later && later->name; later++)
		if (*later->name == *name && strcmp(later->name, name) == 0)
			return later;
	return NULL;
}

static bool later_refuse(struct reading *reading, const struct later_key *later,
	const struct node *key, const struct node *value)
{
	if (node_is_null(value))
		return true;
	bool is_harmless = later->harmless && value->kind == NODE_SCALAR
		&& strcmp(value->text, later->harmless) == 0;
	/* `[]` and `{}` stand for "none", whatever the key. */
	if (is_harmless || (value->kind != NODE_SCALAR && value->n == 0))
		return true;
	if (later->harmless)
		problem_add(reading->problems, key->place,
			"this version does not support \"%s\" other than %s yet", later->name,
			later->harmless);
	else
		problem_add(reading->problems, key->place,
			"this version does not support \"%s\" yet", later->name);
	if (later->advice)
		problem_hint(reading->problems, "%s", later->advice);
	return false;
}

static bool key_unknown(struct reading *reading, const struct key_set *set, const struct node *key,
	const char *const *more)
{
	if (set->inner && key_find(set->inner, key->text)) {
		problem_add(reading->problems, key->place, "\"%s\" is no key of %s", key->text,
			set->what);
		problem_hint(reading->problems, "write it on a task, or below %s for all tasks",
			set->inner->what);
		return false;
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < set->n; i++)
		g_ptr_array_add(names, (char *)set->keys[i].name);
	for (; more && *more; more++)
		g_ptr_array_add(names, (char *)*more);
	size_t n_own = names->len;
	for (const struct later_key *later = set->later; later && later->name; later++)
		g_ptr_array_add(names, (char *)later->name);
	g_ptr_array_add(names, NULL);
	const char *meant = key_elsewhere(key->text);
	if (!meant || !g_strv_contains((const char *const *)names->pdata, meant))
		meant = reading_suggest(reading, key->text, (const char *const *)names->pdata);
	if (meant)
		return problem_add(reading->problems, key->place,
			"unknown key \"%s\"; did you mean \"%s\"?", key->text, meant);
	problem_add(reading->problems, key->place, "unknown key \"%s\"", key->text);
	names->len = n_own;
	g_ptr_array_add(names, NULL);
	g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
	problem_hint(reading->problems, "the keys of %s are %s", set->what, all);
	return false;
}

bool keys_read(struct reading *reading, const struct key_set *set, const struct node *map,
	void *target, key_other *other, void *data, const char *const *more)
{
	const struct node *values[KEYS_MAX] = {NULL};
	bool ok = true;
	g_assert(set->n <= KEYS_MAX);
	for (size_t i = 0; i < map->n; i++) {
		const struct node *name = map->pairs[i].key, *value = map->pairs[i].value;
		const struct key *key = key_find(set, name->text);
		const struct later_key *later = key ? NULL : later_find(set, name->text);
		if (key)
			values[key - set->keys] = value;
		else if (later)
			ok &= later_refuse(reading, later, name, value);
		else if (!other || !other(data, name, value))
			ok &= key_unknown(reading, set, name, more);
	}
	for (size_t i = 0; i < set->n; i++)
		if (values[i])
			ok &= set->keys[i].read(reading, &set->keys[i], values[i],
				(char *)target + set->keys[i].offset);
	return ok;
}
