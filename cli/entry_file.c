/* SPDX-License-Identifier: MIT */
#include "cli/entry_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/json_option.h"
#include "cli/print.h"
#include "cli/yaml_text.h"
#include "lib/base/error.h"
#include "lib/yaml/yaml.h"

bool file_form_find(const struct invocation *invocation, enum file_form *form, GError **error)
{
	static const struct {
		const char *word, *ending;
		enum file_form form;
	} forms[] = {{"json", ".json", FILE_JSON}, {"yaml", ".yaml", FILE_YAML},
		{"yaml", ".yml", FILE_YAML}, {"env", ".env", FILE_ENV}};
	const char *word = invocation_option(invocation, "file-format");
	const char *path = invocation_argument(invocation, 0);
	*form = FILE_JSON;
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		bool is_it = word ? strcmp(word, forms[i].word) == 0
				  : g_str_has_suffix(path, forms[i].ending);
		if (!is_it)
			continue;
		*form = forms[i].form;
		return true;
	}
	return !word || error_say(error, "unknown form \"%s\": json, yaml or env", word);
}

/* ---- reading ---- */

/* A problem of YAML may quote what it was found in: only its place and kind are told. */
static bool say_problem(const struct problems *problems, const char *path, GError **error)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		if (problem->severity == SEVERITY_ERROR)
			return error_say(error,
				"%s is no YAML that can be read: line %u, column %u", path,
				problem->line, problem->column);
	}
	return error_say(error, "%s is no YAML that can be read", path);
}

static json_t *object_of_yaml(const char *path, const char *text, GError **error)
{
	struct problems *problems = problems_new();
	struct arena *arena = arena_new();
	struct yaml_documents documents;
	json_t *object = NULL;
	bool is_read = yaml_parse(arena, path, text, strlen(text), &documents, problems);
	if (is_read && documents.n == 1 && documents.roots[0])
		object = node_json(documents.roots[0], problems);
	if (!is_read || problems->n_errors > 0) {
		json_decref(object);
		object = NULL;
		say_problem(problems, path, error);
	} else if (!object) {
		object = json_object();
	}
	arena_free(arena);
	problems_free(problems);
	return object;
}

/* `NAME=TEXT`; all after the first `=` is the text, as it is. */
static bool line_take(json_t *object, const char *path, unsigned number, char *line, GError **error)
{
	char *equals = strchr(line, '=');
	size_t len = strlen(line);
	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (line[strspn(line, " \t")] == '\0' || line[strspn(line, " \t")] == '#')
		return true;
	if (!equals || equals == line)
		return error_say(error, "%s:%u: a line NAME=TEXT is expected", path, number);
	*equals = '\0';
	if (json_object_get(object, line))
		return error_say(error, "%s:%u: \"%s\" is there twice", path, number, line);
	json_object_set_new(object, line, json_string(equals + 1));
	return true;
}

static json_t *object_of_lines(const char *path, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	json_t *object = json_object();
	for (unsigned i = 0; lines[i]; i++) {
		if (line_take(object, path, i + 1, lines[i], error))
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *object_of_file(const char *path, enum file_form form, const char *expected, GError **error)
{
	const char *what = strcmp(path, "-") == 0 ? "stdin" : path;
	g_autofree char *text = file_text(path, error);
	json_t *object = NULL;
	if (!text)
		return NULL;
	switch (form) {
	case FILE_JSON:
		object = json_of_text(what, text, error);
		break;
	case FILE_YAML:
		object = object_of_yaml(what, text, error);
		break;
	case FILE_ENV:
		object = object_of_lines(what, text, error);
		break;
	}
	if (!object || json_is_object(object))
		return object;
	json_decref(object);
	error_say(error, "%s is not an object of %s", what, expected);
	return NULL;
}

/* ---- writing ---- */

static char *lines_of(const json_t *object, GError **error)
{
	GString *lines = g_string_new(NULL);
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)object, name, value)
	{
		const char *text = json_string_value(value);
		if (strpbrk(text, "\r\n")) {
			error_say(error,
				"\"%s\" has more than one line: it can be in a JSON or YAML file "
				"only",
				name);
			g_string_free(lines, TRUE);
			return NULL;
		}
		g_string_append_printf(lines, "%s=%s\n", name, text);
	}
	return g_string_free(lines, FALSE);
}

static char *text_of(const json_t *object, enum file_form form, GError **error)
{
	switch (form) {
	case FILE_JSON: {
		char *text = json_dumps(object, JSON_INDENT(4) | JSON_SORT_KEYS);
		char *whole = g_strconcat(text, "\n", NULL);
		free(text);
		return whole;
	}
	case FILE_YAML:
		return yaml_text(object);
	case FILE_ENV:
		return lines_of(object, error);
	}
	g_assert_not_reached();
}

static bool text_write(const char *path, const char *text, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	if (strcmp(path, "-") == 0)
		return fputs(text, stdout) >= 0;
	if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &wrong))
		return true;
	return error_say(error, "%s cannot be written: %s", path, wrong->message);
}

int export_file(const char *path, enum file_form form, const json_t *object, const char *what)
{
	g_autoptr(GError) error = NULL;
	bool is_stdout = strcmp(path, "-") == 0;
	if (is_stdout && isatty(STDOUT_FILENO)) {
		say("secrets are not shown on a terminal: name a file, or let a pipe read them");
		return EXIT_REFUSED;
	}
	g_autofree char *text = text_of(object, form, &error);
	if (!text || !text_write(path, text, &error))
		return refuse(error);
	fflush(stdout);
	fprintf(stderr, "%zu %s written to %s\n", json_object_size(object), what,
		is_stdout ? "stdout" : path);
	return EXIT_OK;
}
