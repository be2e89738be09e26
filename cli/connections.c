/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/entry_file.h"
#include "cli/existing.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/connection_text.h"
#include "lib/base/error.h"
#include "lib/base/ident.h"

static const struct option add_options[] = {
	{"conn-type", 0, "TYPE", "postgresql, mongo, aws, http ..."},
	{"conn-host", 0, "HOST", "name or address of the server"},
	{"conn-port", 0, "PORT", "1 to 65535"},
	{"conn-login", 0, "USER", "who logs in"},
	{"conn-password", 0, "PASSWORD", "`-` reads it from stdin"},
	{"conn-schema", 0, "SCHEMA", "the database"},
	{"conn-extra", 0, "JSON", "more settings, a JSON object; `-` reads it from stdin"},
	{"conn-description", 0, "TEXT", "what it is for"},
	{"conn-uri", 0, "URI", "all of it as a URI; `-` reads it from stdin"},
	{"conn-json", 0, "JSON", "all of it as a JSON object; `-` reads it from stdin"},
	{NULL},
};

static const struct option import_options[] = {
	{"overwrite", 0, NULL, "change those that are there already, too"},
	FILE_FORM_OPTION,
	{NULL},
};

static const struct option export_options[] = {
	{"serialization-format", 0, "FORM",
		"in lines NAME=TEXT: uri or json (uri, which has no description)"},
	FILE_FORM_OPTION,
	{NULL},
};

/* What an option says, `-` being stdin. NULL: not given, or an error. */
static char *option_or_stdin(const struct invocation *invocation, const char *name, GError **error)
{
	const char *value = invocation_option(invocation, name);
	return value && strcmp(value, "-") == 0 ? stdin_text(error) : g_strdup(value);
}

/* Only one secret can come from stdin. */
static bool stdin_is_read_once(const struct invocation *invocation, GError **error)
{
	static const char *const readers[] = {
		"conn-password", "conn-extra", "conn-uri", "conn-json", NULL};
	unsigned n = 0;
	for (const char *const *name = readers; *name; name++)
		n += g_strcmp0(invocation_option(invocation, *name), "-") == 0;
	return n <= 1 || error_say(error, "only one option can be read from stdin");
}

/* The fields of a whole connection: --conn-uri, --conn-json, or none yet. NULL and an error. */
static json_t *whole_given(const struct invocation *invocation, GError **error)
{
	GError *wrong = NULL;
	g_autofree char *uri = option_or_stdin(invocation, "conn-uri", &wrong);
	g_autofree char *json = wrong ? NULL : option_or_stdin(invocation, "conn-json", &wrong);
	if (wrong) {
		g_propagate_error(error, wrong);
		return NULL;
	}
	if (uri && json) {
		error_say(error, "--conn-uri and --conn-json exclude each other");
		return NULL;
	}
	if (uri)
		return connection_of_uri(uri, error);
	json_t *value = json ? json_of_text("--conn-json", json, error) : json_object();
	return value ? connection_of_json(value, error) : NULL;
}

/* The options that give one field each, over what is there. */
static bool take_fields(const struct invocation *invocation, json_t *body, GError **error)
{
	static const struct {
		const char *option, *field;
	} fields[] = {{"conn-type", "conn_type"}, {"conn-host", "host"}, {"conn-login", "login"},
		{"conn-password", "password"}, {"conn-schema", "schema"}, {"conn-extra", "extra"},
		{"conn-description", "description"}};
	int64_t port = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_autofree char *value = NULL;
		if (!invocation_has(invocation, fields[i].option))
			continue;
		value = option_or_stdin(invocation, fields[i].option, error);
		if (!value)
			return false;
		json_object_set_new(body, fields[i].field, json_string(value));
	}
	if (!invocation_integer(invocation, "conn-port", 1, G_MAXUINT16, &port, error))
		return false;
	if (port)
		json_object_set_new(body, "port", json_integer(port));
	return true;
}

/* Whether a password was given in the command line. */
static bool password_is_seen(const struct invocation *invocation, const json_t *body)
{
	static const char *const givers[] = {"conn-password", "conn-uri", "conn-json"};
	const char *giver = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(givers) && !giver; i++)
		giver = invocation_option(invocation, givers[i]);
	return giver && strcmp(giver, "-") != 0
		&& json_string_length(json_object_get(body, "password")) > 0;
}

static int connections_add(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *id = invocation_argument(invocation, 0);
	json_auto_t *body =
		stdin_is_read_once(invocation, &error) ? whole_given(invocation, &error) : NULL;
	if (!body || !take_fields(invocation, body, &error))
		return refuse_usage(invocation, error);
	if (!json_object_get(body, "conn_type")) {
		error_say(&error, "a connection needs --conn-type, --conn-uri or --conn-json");
		return refuse_usage(invocation, error);
	}
	json_object_set_new(body, "connection_id", json_string(id));
	json_auto_t *made = ask(invocation->address, "POST", API "/connections", body, &error);
	if (!made)
		return refuse(error);
	if (password_is_seen(invocation, body))
		say("what stands on a command line is seen by all users of the machine; "
		    "--conn-password, --conn-uri and --conn-json read stdin where they are `-`");
	fprintf(stderr, "connection %s is made\n", id);
	return EXIT_OK;
}

static int connections_get(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(OWN_API "/connections/%s", invocation_argument(invocation, 0));
	json_auto_t *connection = ask(invocation->address, "GET", path, NULL, &error);
	if (!connection)
		return refuse(error);
	print_object(invocation, connection);
	return EXIT_OK;
}

static int connections_list(struct invocation *invocation)
{
	static const struct column columns[] = {{"conn_id", "connection_id"}, {"conn_type"},
		{"host"}, {"port"}, {"schema"}, {"login"}, {"description"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *list =
		ask_list(invocation->address, API "/connections", "connections", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int connections_delete(struct invocation *invocation)
{
	return entry_delete(invocation, "connections", "connection");
}

static int connections_test(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *id = invocation_argument(invocation, 0);
	g_autofree char *path = path_of(OWN_API "/connections/%s/test", id);
	json_auto_t *answer = ask(invocation->address, "POST", path, NULL, &error);
	if (!answer)
		return refuse(error);
	bool works = json_is_true(json_object_get(answer, "status"));
	const char *message = json_string_value(json_object_get(answer, "message"));
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML)
		print_object(invocation, answer);
	else if (works)
		print_line(message);
	else
		say("connection %s does not work: %s", id, message);
	return works ? EXIT_OK : EXIT_REFUSED;
}

/* ---- files ---- */

/* An entry is a URI, an object, or the text of one, and is all of its connection: what it does not
 * have is null. NULL and an error that does not quote it. */
static json_t *body_of_entry(const char *id, json_t *entry, GError **error)
{
	static const char *const fields[] = {
		"description", "host", "login", "password", "schema", "port", "extra", NULL};
	const char *named = json_string_value(json_object_get(entry, "conn_id"));
	if (named && strcmp(named, id) != 0) {
		error_say(error, "its conn_id is another one: \"%s\"", named);
		return NULL;
	}
	json_object_del(entry, "conn_id");
	json_t *body = json_is_string(entry) ? connection_of_text(json_string_value(entry), error)
					     : connection_of_json(json_incref(entry), error);
	for (const char *const *field = fields; body && *field; field++)
		if (!json_object_get(body, *field))
			json_object_set_new(body, *field, json_null());
	if (body)
		json_object_set_new(body, "connection_id", json_string(id));
	return body;
}

static bool connection_put(const struct address *address, const char *id, const json_t *body,
	bool exists, GError **error)
{
	g_autofree char *own = path_of(API "/connections/%s", id);
	json_auto_t *answer = exists ? ask(address, "PATCH", own, body, error)
				     : ask(address, "POST", API "/connections", body, error);
	return answer != NULL;
}

/* NULL and an error that names it. */
static json_t *body_checked(const char *id, json_t *entry, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	if (!ident_check("connection", id, error))
		return NULL;
	json_t *body = body_of_entry(id, entry, &wrong);
	if (!body)
		error_say(error, "connection \"%s\": %s", id, wrong->message);
	return body;
}

/* What each entry means, by its id; where one means nothing, all is left as it is. NULL and an
 * error. */
static json_t *bodies_of_file(const json_t *file, GError **error)
{
	json_t *bodies = json_object(), *entry;
	const char *id;
	json_object_foreach((json_t *)file, id, entry)
	{
		g_autoptr(GError) wrong = NULL;
		json_t *body = body_checked(id, entry, &wrong);
		if (body) {
			json_object_set_new(bodies, id, body);
			continue;
		}
		error_say(error, "%s; nothing was imported", wrong->message);
		json_decref(bodies);
		return NULL;
	}
	return bodies;
}

static int import_all(const struct invocation *invocation, const json_t *bodies)
{
	g_autoptr(GError) error = NULL;
	size_t n_made = 0;
	const char *id;
	json_t *body;
	json_auto_t *list =
		ask_list(invocation->address, API "/connections", "connections", &error);
	if (!list)
		return refuse(error);
	g_autoptr(GHashTable) existing = names_of(list, "connection_id");
	json_object_foreach((json_t *)bodies, id, body)
	{
		bool exists = g_hash_table_contains(existing, id);
		if (exists && !invocation_has(invocation, "overwrite")) {
			say("connection \"%s\" is there already and left as it is", id);
			continue;
		}
		if (!connection_put(invocation->address, id, body, exists, &error)) {
			say("connection \"%s\": %s; %zu of %zu were imported before", id,
				error->message, n_made, json_object_size(bodies));
			return exit_code_of(error);
		}
		n_made++;
	}
	fprintf(stderr, "%zu of %zu connections imported\n", n_made, json_object_size(bodies));
	return EXIT_OK;
}

static int connections_import(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	enum file_form form;
	if (!file_form_find(invocation, &form, &error))
		return refuse_usage(invocation, error);
	json_auto_t *file = object_of_file(invocation_argument(invocation, 0), form,
		"connections: {\"ID\": {\"conn_type\": ...}}", &error);
	json_auto_t *bodies = file ? bodies_of_file(file, &error) : NULL;
	return bodies ? import_all(invocation, bodies) : refuse(error);
}

/* Takes the connection over. */
static json_t *entry_text(json_t *connection, bool as_json)
{
	char *text = as_json ? json_dumps(connection, 0) : connection_uri(connection);
	json_t *entry = json_string(text);
	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(connection);
	return entry;
}

static bool serialization_find(const struct invocation *invocation, bool *as_json, GError **error)
{
	const char *word = invocation_option(invocation, "serialization-format");
	*as_json = g_strcmp0(word, "json") == 0;
	return !word || *as_json || strcmp(word, "uri") == 0
		|| error_say(error, "unknown form \"%s\": uri or json", word);
}

static int connections_export(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	enum file_form form;
	bool as_json;
	if (!file_form_find(invocation, &form, &error)
		|| !serialization_find(invocation, &as_json, &error))
		return refuse_usage(invocation, error);
	json_auto_t *answer =
		ask(invocation->address, "GET", OWN_API "/connections/export", NULL, &error);
	json_auto_t *file = json_object();
	size_t i;
	json_t *connection;
	if (!answer)
		return refuse(error);
	json_array_foreach(json_object_get(answer, "connections"), i, connection)
	{
		json_t *entry = json_copy(connection);
		json_object_del(entry, "connection_id");
		if (form == FILE_ENV)
			entry = entry_text(entry, as_json);
		json_object_set_new(file,
			json_string_value(json_object_get(connection, "connection_id")), entry);
	}
	return export_file(invocation_argument(invocation, 0), form, file, "connections");
}

const struct command connections_commands[] = {
	{"add", "ID", "Make a connection", connections_add, add_options,
		"Example, with the password in no command line:\n"
		"  dagctl connections add warehouse --conn-type postgresql --conn-host db "
		"--conn-login etl \\\n"
		"    --conn-schema dwh --conn-password - < password.txt"},
	{"get", "ID", "Everything about a connection, with its secrets masked", connections_get},
	{"list", "", "List the connections", connections_list},
	{"delete", "ID", "Delete a connection", connections_delete},
	{"test", "ID", "Log in where it leads and say who answered; exit 1 if it does not work",
		connections_test},
	{"import", "FILE", "Make all connections of a file as Airflow writes it; `-` is stdin",
		connections_import, import_options},
	{"export", "FILE",
		"Write all connections, secrets too, to a file for the owner's eyes; `-` is stdout",
		connections_export, export_options},
	{NULL},
};
