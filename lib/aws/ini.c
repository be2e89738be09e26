/* SPDX-License-Identifier: MIT */
/*
 * As botocore does it by Python's configparser: a key ends at the first `=` or `:`; a line that is
 * indented further than its key belongs to the value; a value with nothing on its first line holds
 * settings itself. What configparser refuses is refused here, too, wherever in the file it stands:
 * to go on after a header without its bracket would give one profile the keys of another. No
 * message shows the line, which may hold a secret.
 */
#include "lib/aws/ini.h"

#include <string.h>

#include "lib/aws/credentials.h"
#include "lib/aws/failure.h"

struct ini {
	const char *kind, *name; /* of the wanted section */
	GHashTable *values, *defaults;
	GHashTable *target;   /* of the section at hand; NULL: it is not wanted */
	GHashTable *sections; /* the headers so far */
	GHashTable *keys;     /* of the section at hand */
	bool has_section, is_found;
	unsigned line;
	/* The key at hand, whose value may go on in lines that are indented further; or NULL. */
	char *key;
	GString *value;
	bool is_nested;
	size_t indent;
};

static GHashTable *set_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* Whether it is `my name` after the kind, with or without quotes. */
static bool is_wanted(const struct ini *ini, const char *header)
{
	const char *kind = ini->kind;
	g_autofree char *inner = g_strdup(header);
	char *text = g_strstrip(inner);
	if (kind && g_str_has_prefix(text, kind) && g_ascii_isspace(text[strlen(kind)]))
		text = g_strchug(text + strlen(kind));
	else if (kind && (strcmp(kind, "profile") != 0 || strcmp(text, "default") != 0))
		return false;
	size_t len = strlen(text);
	if (len >= 2 && (*text == '"' || *text == '\'') && text[len - 1] == *text) {
		text[len - 1] = '\0';
		text++;
	}
	return strcmp(text, ini->name) == 0;
}

static void key_end(struct ini *ini)
{
	if (ini->key && ini->target)
		g_hash_table_replace(
			ini->target, g_strdup(ini->key), g_strdup(g_strchomp(ini->value->str)));
	explicit_bzero(ini->value->str, ini->value->len);
	g_clear_pointer(&ini->key, g_free);
	g_string_set_size(ini->value, 0);
}

static bool section_begin(struct ini *ini, const char *header, GError **error)
{
	bool is_default = strcmp(header, "DEFAULT") == 0;
	if (!g_hash_table_add(ini->sections, g_strdup(header)) && !is_default)
		return aws_refuse(
			error, "line %u begins a section that was there before", ini->line);
	key_end(ini);
	ini->has_section = true;
	ini->target = is_default ? ini->defaults : NULL;
	if (is_wanted(ini, header)) {
		g_hash_table_remove_all(ini->values);
		ini->target = ini->values;
		ini->is_found = true;
	}
	g_hash_table_remove_all(ini->keys);
	return true;
}

static bool key_begin(struct ini *ini, char *line, GError **error)
{
	size_t len = strcspn(line, "=:");
	if (len == 0 || !line[len])
		return aws_refuse(error, "line %u is neither [section] nor key = value", ini->line);
	key_end(ini);
	line[len] = '\0';
	ini->key = g_ascii_strdown(g_strchomp(line), -1);
	g_string_append(ini->value, g_strchug(line + len + 1));
	ini->is_nested = ini->value->len == 0;
	return g_hash_table_add(ini->keys, g_strdup(ini->key))
		|| aws_refuse(
			error, "line %u has a key that stands in its section already", ini->line);
}

/* `key = value` below a key without a value; of two the later counts. */
static bool nested_take(struct ini *ini, char *line, GError **error)
{
	char *equals = strchr(line, '=');
	if (!equals)
		return aws_refuse(
			error, "line %u, which is indented, is not key = value", ini->line);
	*equals = '\0';
	g_autofree char *key = g_ascii_strdown(g_strchomp(line), -1);
	if (ini->target)
		g_hash_table_replace(ini->target, g_strdup_printf("%s.%s", ini->key, key),
			g_strdup(g_strchug(equals + 1)));
	return true;
}

/* The line without the spaces around it. */
static bool line_take(struct ini *ini, char *line, size_t indent, GError **error)
{
	if (ini->key && indent > ini->indent && ini->is_nested)
		return nested_take(ini, line, error);
	if (ini->key && indent > ini->indent) {
		g_string_append_printf(ini->value, "\n%s", line);
		return true;
	}
	ini->indent = indent;
	char *end = *line == '[' ? strchr(line, ']') : NULL;
	if (end && end > line + 1) {
		*end = '\0';
		return section_begin(ini, line + 1, error);
	}
	if (!ini->has_section)
		return aws_refuse(error, "line %u stands before any [section]", ini->line);
	return key_begin(ini, line, error);
}

static bool lines_take(struct ini *ini, char **lines, GError **error)
{
	for (char **at = lines; *at; at++) {
		size_t indent = strspn(*at, " \t\r\f\v");
		char *line = g_strstrip(*at);
		ini->line++;
		if (!*line && ini->key && !ini->is_nested)
			g_string_append_c(ini->value, '\n');
		if (*line && *line != '#' && *line != ';' && !line_take(ini, line, indent, error))
			return false;
	}
	key_end(ini);
	return true;
}

/* What [DEFAULT] says and the section does not. */
static void defaults_add(const struct ini *ini)
{
	GHashTableIter each;
	gpointer key, value;
	g_hash_table_iter_init(&each, ini->defaults);
	while (g_hash_table_iter_next(&each, &key, &value))
		if (!g_hash_table_contains(ini->values, key))
			g_hash_table_insert(ini->values, g_strdup(key), g_strdup(value));
}

bool aws_ini_section(
	const char *text, const char *kind, const char *name, GHashTable *values, GError **error)
{
	struct ini ini = {
		.kind = kind,
		.name = name,
		.values = values,
		.defaults = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, (GDestroyNotify)aws_secret_free),
		.sections = set_new(),
		.keys = set_new(),
		.value = g_string_new(NULL),
	};
	/* Some editors begin a file with it; configparser would not know its first section. */
	if (g_str_has_prefix(text, "\xef\xbb\xbf"))
		text += 3;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	bool is_read = lines_take(&ini, lines, error);
	key_end(&ini);
	if (is_read && ini.is_found)
		defaults_add(&ini);
	g_hash_table_unref(ini.defaults);
	g_hash_table_unref(ini.sections);
	g_hash_table_unref(ini.keys);
	g_string_free(ini.value, TRUE);
	return is_read && ini.is_found;
}
