/* SPDX-License-Identifier: MIT */
#include "cli/unscheduled.h"

#include <stdbool.h>
#include <string.h>

#include "lib/yaml/yaml.h"

/* Whether no two keys share a line, so that a key's lines are its own. */
static bool has_own_lines(const struct node *map)
{
	for (size_t i = 1; i < map->n; i++)
		if (map->pairs[i].key->place.line <= map->pairs[i - 1].key->place.line)
			return false;
	return map->n > 1;
}

/* The lines from a key to the one before the next key. */
static void lines_replace(char **lines, unsigned from, unsigned to, const char *text)
{
	for (unsigned i = from; i < to && lines[i]; i++) {
		g_free(lines[i]);
		lines[i] = g_strdup(i == from ? text : "");
	}
}

static void keys_drop(const struct node *map, char **lines, unsigned n_lines)
{
	for (size_t i = 0; i < map->n; i++) {
		const char *key = map->pairs[i].key->text;
		unsigned from = map->pairs[i].key->place.line - 1;
		unsigned to = i + 1 < map->n ? map->pairs[i + 1].key->place.line - 1 : n_lines;
		if (strcmp(key, "schedule") == 0)
			lines_replace(lines, from, to, "schedule: null");
		else if (strcmp(key, "catchup") == 0)
			lines_replace(lines, from, to, "");
	}
}

char *unscheduled_text(const char *text, size_t len)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct yaml_documents documents = {0};
	char *out = NULL;
	bool is_right = yaml_parse(arena, "", text, len, &documents, problems);
	const struct node *root = is_right && documents.n == 1 ? documents.roots[0] : NULL;
	if (root && root->kind == NODE_MAP && has_own_lines(root)
		&& root->pairs[0].key->place.column == 1) {
		g_autofree char *whole = g_strndup(text, len);
		g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
		keys_drop(root, lines, g_strv_length(lines));
		out = g_strjoinv("\n", lines);
	}
	problems_free(problems);
	arena_free(arena);
	return out ? out : g_strndup(text, len);
}
