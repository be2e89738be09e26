/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/entry_file.h"
#include "cli/existing.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/ident.h"

static const struct option set_options[] = {
	{"description", 0, "TEXT", "what it is for"},
	{"json", 'j', NULL, "the value is JSON, and is checked to be"},
	{NULL},
};

static const struct option get_options[] = {
	{"default", 'd', "VALUE", "printed when there is no such variable"},
	{"json", 'j', NULL, "the value is JSON: print it as such"},
	{NULL},
};

static const struct option import_options[] = {
	{"action-on-existing-key", 'a', "ACTION", "overwrite, fail or skip (overwrite)"},
	FILE_FORM_OPTION,
	{NULL},
};

static const struct option export_options[] = {
	FILE_FORM_OPTION,
	{NULL},
};

/* Makes or changes one. */
static bool variable_set(const struct address *address, const json_t *body, GError **error)
{
	g_autoptr(GError) conflict = NULL;
	json_auto_t *made = ask(address, "POST", API "/variables", body, &conflict);
	if (made)
		return true;
	if (!g_error_matches(conflict, ASK_ERROR, 409)) {
		g_propagate_error(error, g_steal_pointer(&conflict));
		return false;
	}
	g_autofree char *path =
		path_of(API "/variables/%s", json_string_value(json_object_get(body, "key")));
	json_auto_t *changed = ask(address, "PATCH", path, body, error);
	return changed != NULL;
}

/* The value as the user gave it, `-` being stdin; NULL and an error. */
static json_t *value_given(const struct invocation *invocation, GError **error)
{
	const char *value = invocation_argument(invocation, 1);
	bool is_stdin = strcmp(value, "-") == 0;
	g_autofree char *text = is_stdin ? stdin_text(error) : g_strdup(value);
	if (!text)
		return NULL;
	return invocation_has(invocation, "json") ? json_of_text("the value", text, error)
						  : json_string(text);
}

static int variables_set(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *key = invocation_argument(invocation, 0);
	json_t *value = value_given(invocation, &error);
	if (!value)
		return refuse(error);
	json_auto_t *body = json_pack("{s:s, s:o, s:s*}", "key", key, "value", value, "description",
		invocation_option(invocation, "description"));
	if (!variable_set(invocation->address, body, &error))
		return refuse(error);
	if (name_is_sensitive(key) && strcmp(invocation_argument(invocation, 1), "-") != 0)
		say("what stands on a command line is seen by all users of the machine; "
		    "`variables set %s -` reads the value from stdin",
			key);
	fprintf(stderr, "variable %s is set\n", key);
	return EXIT_OK;
}

static int print_variable(const struct invocation *invocation, const char *value)
{
	g_autoptr(GError) error = NULL;
	if (!invocation_has(invocation, "json")) {
		print_text(invocation, value);
		return EXIT_OK;
	}
	json_auto_t *json = json_of_text("the value", value, &error);
	if (!json)
		return refuse(error);
	struct invocation as_json = *invocation;
	as_json.output = invocation->output == OUTPUT_YAML ? OUTPUT_YAML : OUTPUT_JSON;
	print_value(&as_json, json);
	return EXIT_OK;
}

static int variables_get(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *otherwise = invocation_option(invocation, "default");
	g_autofree char *path =
		path_of(OWN_API "/variables/%s", invocation_argument(invocation, 0));
	json_auto_t *variable = ask(invocation->address, "GET", path, NULL, &error);
	if (!variable && otherwise && g_error_matches(error, ASK_ERROR, 404))
		return print_variable(invocation, otherwise);
	if (!variable)
		return refuse(error);
	const char *value = json_string_value(json_object_get(variable, "value"));
	const char *source = json_string_value(json_object_get(variable, "source"));
	if (g_strcmp0(source, "store") != 0)
		fprintf(stderr, "from the %s\n", source);
	return print_variable(invocation, value ? value : "");
}

static int variables_list(struct invocation *invocation)
{
	static const struct column columns[] = {{"key"}, {"value"}, {"description"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *list = ask_list(invocation->address, API "/variables", "variables", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int variables_delete(struct invocation *invocation)
{
	return entry_delete(invocation, "variables", "variable");
}

/* ---- files ---- */

/* `"KEY": value`, or Airflow's newer form `"KEY": {"value": ..., "description": ...}`. */
static json_t *body_of_entry(const char *key, json_t *entry)
{
	json_t *value = json_object_get(entry, "value");
	const char *description = json_string_value(json_object_get(entry, "description"));
	size_t n_known = (value != NULL) + (json_object_get(entry, "description") != NULL);
	bool is_wrapped = value && json_object_size(entry) == n_known;
	value = is_wrapped ? value : entry;
	json_t *text = json_is_string(value) ? json_incref(value) : json_as_text(value);
	return json_pack("{s:s, s:o, s:s*}", "key", key, "value", text, "description",
		is_wrapped ? description : NULL);
}

/* False: the name of one is none here, where Airflow takes any. */
static bool keys_check(const json_t *file, GError **error)
{
	const char *key;
	json_t *entry;
	json_object_foreach((json_t *)file, key, entry)
	{
		g_autoptr(GError) wrong = NULL;
		if (!ident_check("variable", key, &wrong))
			return error_say(error, "%s; nothing was imported", wrong->message);
	}
	return true;
}

static int import_all(
	const struct invocation *invocation, const json_t *file, enum on_existing action)
{
	g_autoptr(GError) error = NULL;
	size_t n_set = 0;
	const char *key;
	json_t *entry;
	json_auto_t *list = ask_list(invocation->address, API "/variables", "variables", &error);
	g_autoptr(GHashTable) existing = names_of(list, "key");
	if (!list || !existing_are_fine(file, existing, action, "variable", &error))
		return refuse(error);
	json_object_foreach((json_t *)file, key, entry)
	{
		if (action == EXISTING_SKIP && g_hash_table_contains(existing, key))
			continue;
		json_auto_t *body = body_of_entry(key, entry);
		if (!variable_set(invocation->address, body, &error)) {
			say("variable \"%s\": %s; %zu of %zu variables were set before", key,
				error->message, n_set, json_object_size(file));
			return exit_code_of(error);
		}
		n_set++;
	}
	fprintf(stderr, "%zu of %zu variables successfully updated\n", n_set,
		json_object_size(file));
	return EXIT_OK;
}

static int variables_import(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	enum on_existing action = EXISTING_OVERWRITE;
	if (!on_existing_parse(
		    invocation_option(invocation, "action-on-existing-key"), &action, &error))
		return refuse_usage(invocation, error);
	enum file_form form;
	if (!file_form_find(invocation, &form, &error))
		return refuse_usage(invocation, error);
	json_auto_t *file = object_of_file(
		invocation_argument(invocation, 0), form, "variables: {\"KEY\": value}", &error);
	return file && keys_check(file, &error) ? import_all(invocation, file, action)
						: refuse(error);
}

static int variables_export(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *answer =
		ask(invocation->address, "GET", OWN_API "/variables/export", NULL, &error);
	json_auto_t *file = json_object();
	enum file_form form;
	size_t i;
	json_t *variable;
	if (!file_form_find(invocation, &form, &error))
		return refuse_usage(invocation, error);
	if (!answer)
		return refuse(error);
	json_array_foreach(json_object_get(answer, "variables"), i, variable)
	{
		const char *key = json_string_value(json_object_get(variable, "key"));
		json_t *value = json_object_get(variable, "value");
		json_t *description = json_object_get(variable, "description");
		if (json_is_string(description) && form != FILE_ENV)
			json_object_set_new(file, key,
				json_pack(
					"{s:O, s:O}", "value", value, "description", description));
		else
			json_object_set(file, key, value);
	}
	return export_file(invocation_argument(invocation, 0), form, file, "variables");
}

const struct command variables_commands[] = {
	{"set", "KEY VALUE", "Make a variable, or change it", variables_set, set_options,
		"A VALUE of `-` is read from stdin, so that a secret is in no command line:\n"
		"  dagctl variables set MONGODB_PASS - < password.txt"},
	{"get", "KEY", "Print the value of a variable; what looks secret by its name is masked",
		variables_get, get_options,
		"`dagctl variables export -` writes all values as they are, secrets too."},
	{"list", "", "List the variables; what looks secret by its name is masked", variables_list},
	{"delete", "KEY", "Delete a variable", variables_delete},
	{"import", "FILE", "Set all variables of a file as Airflow writes it; `-` is stdin",
		variables_import, import_options},
	{"export", "FILE",
		"Write all variables, secrets too, to a file for the owner's eyes; `-` is stdout",
		variables_export, export_options},
	{NULL},
};
