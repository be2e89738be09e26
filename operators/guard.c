/* SPDX-License-Identifier: MIT */
/*
 * A guard is only as good as what it does when it is written wrong: a word that cannot be read is
 * an error, never the same as none.
 */
#include "operators/guard.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/base/problem.h"
#include "operators/program.h"

enum {
	END_LETTERS = 4,   /* at the beginning or the end of a key */
	MISTAKES_SURE = 2, /* no other word is so near to a key */
};

static const char *const keys[] = {"allow_restore", "protected", NULL};

bool guard_is_key(const char *name)
{
	return g_strv_contains(keys, name);
}

static const char *key_of_beginning(const char *name)
{
	if (g_ascii_strncasecmp(name, "allow", strlen("allow")) == 0)
		return "allow_restore";
	return g_ascii_strncasecmp(name, "protect", strlen("protect")) == 0 ? "protected" : NULL;
}

/* Of two mistakes at most, or more in the middle: `project_id` is not meant to be `protected`. */
static const char *key_of_letters(const char *name)
{
	const char *meant = suggest(name, keys);
	if (!meant || suggest_within(name, keys, MISTAKES_SURE))
		return meant;
	const char *end = name + MAX(strlen(name), END_LETTERS) - END_LETTERS;
	const char *end_meant = meant + strlen(meant) - END_LETTERS;
	bool is_like = g_ascii_strncasecmp(name, meant, END_LETTERS) == 0
		|| g_ascii_strcasecmp(end, end_meant) == 0;
	return is_like ? meant : NULL;
}

/* `allow_insecure` is Airflow's, of MongoDB. */
static const char *key_meant(const char *name)
{
	if (guard_is_key(name) || g_str_equal(name, "allow_insecure"))
		return NULL;
	const char *meant = key_of_beginning(name);
	return meant ? meant : key_of_letters(name);
}

/* No driver has an option of nearly that name, so it is a guard that would guard nothing. */
static bool keys_check(const struct connection *connection, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach(connection->extra, name, value)
	{
		const char *meant = key_meant(name);
		if (!meant)
			continue;
		g_set_error(error, LIB_ERROR, 0,
			"connection \"%s\": there is no \"%s\" in an extra; did you mean \"%s\"?",
			connection->id ? connection->id : "", name, meant);
		return false;
	}
	return true;
}

static bool is_given(const json_t *value)
{
	return value && !json_is_null(value);
}

/* In a connection that was written as a URI everything is text. */
static bool protected_read(const struct connection *connection, bool *is_protected, GError **error)
{
	const json_t *value = json_object_get(connection->extra, "protected");
	const char *text = json_is_string(value) ? json_string_value(value) : "";
	*is_protected = json_is_true(value) || g_ascii_strcasecmp(text, "true") == 0;
	if (!is_given(value) || json_is_boolean(value) || *is_protected
		|| g_ascii_strcasecmp(text, "false") == 0)
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"connection \"%s\": \"protected\" in its extra is neither true nor false",
		connection->id ? connection->id : "");
	return false;
}

/* A text, with commas between several, or a list of texts; NULL when it is neither. */
static GPtrArray *names_read(const json_t *value)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	if (json_is_string(value)) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(value), ",", -1);
		for (size_t i = 0; parts[i]; i++)
			if (*g_strstrip(parts[i]))
				g_ptr_array_add(names, g_strdup(parts[i]));
		return names;
	}
	bool are_texts = json_is_array(value);
	size_t i;
	json_t *item;
	json_array_foreach(value, i, item)
	{
		are_texts = are_texts && json_string_length(item) > 0;
		g_ptr_array_add(names, g_strdup(json_string_value(item)));
	}
	if (!are_texts)
		g_clear_pointer(&names, g_ptr_array_unref);
	return names;
}

static char *names_text(const GPtrArray *names)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(
			text, "%s%s", i > 0 ? ", " : "", (const char *)names->pdata[i]);
	return g_string_free(text, FALSE);
}

static bool names_match(const GPtrArray *patterns, const char *database)
{
	for (guint i = 0; i < patterns->len; i++)
		if (g_pattern_match_simple(patterns->pdata[i], database))
			return true;
	return false;
}

static bool allowed_check(
	const struct connection *connection, const char *const *databases, GError **error)
{
	const json_t *value = json_object_get(connection->extra, "allow_restore");
	if (!is_given(value))
		return true;
	const char *id = connection->id ? connection->id : "";
	g_autoptr(GPtrArray) patterns = names_read(value);
	if (!patterns) {
		g_set_error(error, LIB_ERROR, 0,
			"connection \"%s\": \"allow_restore\" in its extra is neither a text like "
			"staging_* nor a list of such",
			id);
		return false;
	}
	for (size_t i = 0; databases[i]; i++) {
		if (names_match(patterns, databases[i]))
			continue;
		g_autofree char *text = names_text(patterns);
		g_set_error(error, LIB_ERROR, 0,
			"connection \"%s\" lets nothing be restored into database \"%s\": "
			"\"allow_restore\" in its extra names %s",
			id, databases[i], *text ? text : "none");
		return false;
	}
	return true;
}

/* The databases are names here, not patterns: a comma or a star is part of them. */
static bool is_named(const json_t *confirm, const char *database)
{
	size_t i;
	json_t *item;
	if (json_is_string(confirm))
		return g_str_equal(json_string_value(confirm), database);
	json_array_foreach(confirm, i, item) if (json_is_string(item)
		&& g_str_equal(json_string_value(item), database)) return true;
	return false;
}

static char *confirm_line(const char *const *databases)
{
	g_autofree char *names = g_strjoinv(", ", (char **)databases);
	return databases[0] && databases[1] ? g_strdup_printf("confirm: [%s]", names)
					    : g_strdup_printf("confirm: %s", names);
}

static bool confirmed_check(const json_t *confirm, const struct connection *connection,
	const char *const *databases, GError **error)
{
	g_autofree char *line = confirm_line(databases);
	for (size_t i = 0; databases[i]; i++) {
		if (is_named(confirm, databases[i]))
			continue;
		if (is_given(confirm))
			g_set_error(error, LIB_ERROR, 0,
				"what would be restored into is database \"%s\", which \"confirm\" "
				"does not name; if that is right, write \"%s\" in this task",
				databases[i], line);
		else
			g_set_error(error, LIB_ERROR, 0,
				"connection \"%s\" is protected: to restore into its database "
				"\"%s\", write \"%s\" in this task",
				connection->id ? connection->id : "", databases[i], line);
		return false;
	}
	return true;
}

static bool confirm_is_valid(const json_t *confirm, GError **error)
{
	g_autoptr(GPtrArray) names = is_given(confirm) ? names_read(confirm) : NULL;
	if (!is_given(confirm) || (names && names->len > 0))
		return true;
	g_set_error_literal(
		error, LIB_ERROR, 0, "confirm: neither the name of a database nor a list of such");
	return false;
}

/* A name allowed on one server says nothing of the database that has it on another. */
static bool server_check(const struct connection *connection, bool is_protected, GError **error)
{
	bool is_limited = is_given(json_object_get(connection->extra, "allow_restore"));
	if (!connection->is_elsewhere || (!is_protected && !is_limited))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"connection \"%s\" has \"%s\" in its extra, which is said of its own server, but "
		"host or port of this task name another; leave them out, or make a connection for "
		"that server",
		connection->id ? connection->id : "", is_protected ? "protected" : "allow_restore");
	return false;
}

bool guard_check(const json_t *arguments, const struct connection *connection,
	const char *const *databases, GError **error)
{
	const json_t *confirm = json_object_get(arguments, "confirm");
	bool is_protected = false;
	if (!keys_check(connection, error) || !protected_read(connection, &is_protected, error)
		|| !confirm_is_valid(confirm, error)
		|| !server_check(connection, is_protected, error)
		|| !allowed_check(connection, databases, error))
		return false;
	return (!is_protected && !is_given(confirm))
		|| confirmed_check(confirm, connection, databases, error);
}

bool guard_versions(const json_t *arguments, char *complaint, GError **error)
{
	g_autofree char *text = complaint;
	if (!text)
		return true;
	if (program_boolean(arguments, "allow_version_mismatch", false)) {
		printf("warning: %s\n", text);
		return true;
	}
	g_set_error(error, LIB_ERROR, 0,
		"%s; nothing was restored (allow_version_mismatch: true restores all the same)",
		text);
	return false;
}
