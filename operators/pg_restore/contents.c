/* SPDX-License-Identifier: MIT */
#include "operators/pg_restore/contents.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/instant.h"

enum { INSTANT_LENGTH = 19, HOURS_BEHIND_UTC_MAX = 12, FIRST_OF_TWO_NUMBERS = 10 };

int version_read(const char *text)
{
	char *end;
	long major = strtol(text, &end, 10), minor = 0, patch = 0;
	if (end == text || major < 0 || major > 999)
		return 0;
	if (*end == '.')
		minor = strtol(end + 1, &end, 10);
	if (*end == '.')
		patch = strtol(end + 1, &end, 10);
	return major >= FIRST_OF_TWO_NUMBERS
		? (int)(major * 10000 + CLAMP(minor, 0, 9999))
		: (int)(major * 10000 + CLAMP(minor, 0, 99) * 100 + CLAMP(patch, 0, 99));
}

char *version_text(int version)
{
	if (version == 0)
		return g_strdup("of an unknown version");
	return version >= 100000
		? g_strdup_printf("%d.%d", version / 10000, version % 10000)
		: g_strdup_printf("%d.%d.%d", version / 10000, version / 100 % 100, version % 100);
}

/* `2026-11-26 12:46:39 UTC` */
static void instant_keep(struct contents *contents, const char *text)
{
	bool has_offset;
	int offset_s;
	g_autofree char *iso = g_strndup(text, INSTANT_LENGTH);
	if (strlen(iso) == INSTANT_LENGTH)
		iso[strlen("2026-11-26")] = 'T';
	if (!instant_parse(iso, &contents->made_at, &has_offset, &offset_s, NULL))
		contents->made_at = 0;
}

/* `215; 1259 16385 TABLE public orders dagd`: what follows the numbers. */
static const char *entry_text(const char *line)
{
	for (int i = 0; i < 3 && line; i++)
		line = strchr(line, ' ') ? strchr(line, ' ') + 1 : NULL;
	return line;
}

static bool begins_with_one_of(const char *text, const char *const *beginnings)
{
	for (size_t i = 0; beginnings[i]; i++)
		if (g_str_has_prefix(text, beginnings[i]))
			return true;
	return false;
}

/* Also whether a parenthesis ends the name. */
static bool kind_is_kept(const char *entry, bool *is_function)
{
	static const char *const kinds[] = {"TABLE ", "VIEW ", "MATERIALIZED VIEW ",
		"FOREIGN TABLE ", "FK CONSTRAINT ", "POLICY ", "RULE ", "TYPE ", "DOMAIN ",
		"DEFAULT ", "CONSTRAINT ", "CHECK CONSTRAINT ", "INDEX ", "TRIGGER ", "SCHEMA ",
		"EXTENSION ", NULL};
	static const char *const functions[] = {"FUNCTION ", "PROCEDURE ", "AGGREGATE ", NULL};
	static const char *const others[] = {
		"TABLE DATA ", "TABLE ATTACH ", "INDEX ATTACH ", "MATERIALIZED VIEW DATA ", NULL};
	*is_function = begins_with_one_of(entry, functions);
	return *is_function
		|| (begins_with_one_of(entry, kinds) && !begins_with_one_of(entry, others));
}

static void text_keep(struct contents *contents, const char *text, size_t n)
{
	char *key = g_strndup(text, n);
	if (g_hash_table_contains(contents->entries, key))
		g_free(key);
	else
		g_hash_table_insert(
			contents->entries, key, (gpointer)(intptr_t)contents->n_entries);
}

/* Schema, name and owner are not quoted, so each beginning that ends before a space may be both. */
static void entry_keep(struct contents *contents, const char *entry)
{
	bool is_function = false;
	contents->n_entries++;
	if (!entry || !kind_is_kept(entry, &is_function))
		return;
	if (!contents->entries)
		contents->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (const char *end = entry; (end = strpbrk(end, is_function ? ")" : " ")) != NULL; end++)
		text_keep(contents, entry, (size_t)(end - entry) + is_function);
	/* An extension has no owner. */
	text_keep(contents, entry, strlen(entry));
}

void contents_line(struct contents *contents, const char *line)
{
	static const char created[] = "; Archive created at ";
	static const char server[] = ";     Dumped from database version: ";
	static const char pg_dump[] = ";     Dumped by pg_dump version: ";
	if (g_str_has_prefix(line, created))
		instant_keep(contents, line + strlen(created));
	else if (g_str_has_prefix(line, server))
		contents->server_version = version_read(line + strlen(server));
	else if (g_str_has_prefix(line, pg_dump))
		contents->pg_dump_version = version_read(line + strlen(pg_dump));
	else if (g_ascii_isdigit(line[0]))
		entry_keep(contents, entry_text(line));
}

int64_t contents_position(
	const struct contents *contents, const char *kind, const char *schema, const char *name)
{
	g_autofree char *all = g_strdup_printf("%s %s %s", kind, schema, name);
	return contents->entries ? (intptr_t)g_hash_table_lookup(contents->entries, all) : 0;
}

bool contents_has(
	const struct contents *contents, const char *kind, const char *schema, const char *name)
{
	return contents_position(contents, kind, schema, name) > 0;
}

int64_t contents_made_before(const struct contents *contents)
{
	return contents->made_at > 0 ? contents->made_at + HOURS_BEHIND_UTC_MAX * HOUR_US
				     : INSTANT_NEVER;
}

void contents_clear(struct contents *contents)
{
	g_clear_pointer(&contents->entries, g_hash_table_unref);
}
