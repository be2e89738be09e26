/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/patterns.h"

#include <string.h>

#include "lib/base/instant.h"

/* As g_pattern_match() has it. `$name$` is any text, too, and a letter after a backslash itself. */
static char *glob_of(const char *pattern)
{
	GString *glob = g_string_new(NULL);
	for (const char *p = pattern; *p; p++) {
		const char *end = *p == '$' ? strchr(p + 1, '$') : NULL;
		if (*p == '\\' && p[1])
			p++;
		g_string_append_c(glob, end ? '*' : *p);
		if (end)
			p = end;
	}
	return g_string_free(glob, FALSE);
}

static bool matches_one(const char *pattern, const GPtrArray *sources)
{
	g_autofree char *glob = glob_of(pattern);
	for (guint i = 0; sources->pdata[i]; i++)
		if (g_pattern_match_simple(glob, sources->pdata[i]))
			return true;
	return false;
}

/* Of a text or a list of texts; NULL when there is no such. */
static const char *text_at(const json_t *value, size_t i)
{
	if (json_is_array(value))
		return json_string_value(json_array_get(value, i));
	return i == 0 ? json_string_value(value) : NULL;
}

/* The first that matches nothing; NULL: there is none. */
static const char *pattern_without(const json_t *value, const GPtrArray *sources)
{
	const char *text;
	for (size_t i = 0; (text = text_at(value, i)) != NULL; i++)
		if (!matches_one(text, sources))
			return text;
	return NULL;
}

static const char *name_without(const json_t *value, const GPtrArray *sources)
{
	const char *text;
	for (size_t i = 0; (text = text_at(value, i)) != NULL; i++)
		if (!strchr(text, '*') && !matches_one(text, sources))
			return text;
	return NULL;
}

bool patterns_check(const json_t *arguments, const GPtrArray *sources, GError **error)
{
	const char *from = pattern_without(json_object_get(arguments, "ns_from"), sources);
	const char *name = name_without(json_object_get(arguments, "ns_include"), sources);
	if (from)
		g_set_error(error, LIB_ERROR, 0,
			"ns_from: \"%s\" renames nothing of what would be restored, which is "
			"written under its own names then (%s, for instance); write it as the dump "
			"does, or leave it out",
			from, (const char *)sources->pdata[0]);
	else if (name)
		g_set_error(error, LIB_ERROR, 0,
			"ns_include: \"%s\" is no collection of the dump; write it as the dump "
			"does, or leave it out",
			name);
	return !from && !name;
}
