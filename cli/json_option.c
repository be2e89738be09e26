/* SPDX-License-Identifier: MIT */
#include "cli/json_option.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/error.h"

enum { INPUT_MAX = 16 * 1024 * 1024 };

static void say_wrong(const char *what, const json_error_t *wrong, GError **error)
{
	error_say(error, "%s is not JSON: line %d, column %d: %.*s", what, wrong->line,
		wrong->column, complaint_size(wrong->text), wrong->text);
}

json_t *json_of_text(const char *what, const char *text, GError **error)
{
	json_error_t wrong;
	json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &wrong);
	if (!value)
		say_wrong(what, &wrong, error);
	return value;
}

static char *text_checked(const GString *text, FILE *file, const char *what, GError **error)
{
	if (ferror(file))
		error_say(error, "%s cannot be read", what);
	else if (text->len > INPUT_MAX)
		error_say(error, "%s has more than 16 MiB", what);
	else if (!g_utf8_validate(text->str, (gssize)text->len, NULL))
		error_say(error, "%s is not text in UTF-8", what);
	else
		return g_strdup(text->str);
	return NULL;
}

/* It may be a key or a password: only what is returned holds it afterwards. */
static char *stream_text(FILE *file, const char *what, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char piece[4096];
	size_t n;
	setvbuf(file, NULL, _IONBF, 0);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0 && text->len <= INPUT_MAX)
		g_string_append_len(text, piece, (gssize)n);
	char *checked = text_checked(text, file, what, error);
	explicit_bzero(piece, sizeof piece);
	explicit_bzero(text->str, text->len);
	return checked;
}

char *stdin_text(GError **error)
{
	char *text = stream_text(stdin, "stdin", error);
	size_t len = text ? strlen(text) : 0;
	if (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '\r')
		text[--len] = '\0';
	return text;
}

char *file_text(const char *path, GError **error)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	if (!file) {
		error_say(error, "%s cannot be read: %s", path, g_strerror(errno));
		return NULL;
	}
	char *text = stream_text(file, is_stdin ? "stdin" : path, error);
	if (!is_stdin)
		fclose(file);
	return text;
}

json_t *json_of_file(const char *path, GError **error)
{
	g_autofree char *text = file_text(path, error);
	return text ? json_of_text(strcmp(path, "-") == 0 ? "stdin" : path, text, error) : NULL;
}

/* `name=value` into the conf. */
static bool take_word(json_t *conf, const char *word, GError **error)
{
	const char *equals = strchr(word, '=');
	if (!equals || equals == word)
		return error_say(error, "--param \"%s\" is not of the form name=value", word);
	g_autofree char *name = g_strndup(word, (gsize)(equals - word));
	json_t *value = json_loads(equals + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	json_object_set_new(conf, name, value ? value : json_string(equals + 1));
	return true;
}

json_t *conf_of(const char *json, const char *const *words, GError **error)
{
	json_auto_t *conf = !json        ? json_object()
		: strcmp(json, "-") == 0 ? json_of_file(json, error)
					 : json_of_text("--conf", json, error);
	if (!conf)
		return NULL;
	if (!json_is_object(conf)) {
		error_say(error,
			"--conf must be a JSON object such as {\"table\": \"orders\"}, not %s",
			json_is_array(conf)            ? "a list"
				: json_is_string(conf) ? "text"
				: json_is_number(conf) ? "a number"
				: json_is_null(conf)   ? "null"
						       : "a boolean");
		return NULL;
	}
	for (; *words; words++)
		if (!take_word(conf, *words, error))
			return NULL;
	return json_incref(conf);
}
