/* SPDX-License-Identifier: MIT */
#include "daemon/api/connections.h"

#include <stddef.h>
#include <string.h>

#include "daemon/api/connection_test.h"
#include "daemon/api/entries.h"
#include "daemon/api/reply.h"
#include "daemon/api/secret.h"
#include "lib/base/ident.h"

enum { PORT_MAX = 65535 };

/* The texts that are stored as they are given. */
static const struct text_field {
	const char *name;
	size_t offset, max_bytes;
} text_fields[] = {
	{"description", offsetof(struct connection, description), 5000},
	{"host", offsetof(struct connection, host), 5000},
	{"login", offsetof(struct connection, login), 5000},
	{"schema", offsetof(struct connection, schema), 5000},
	{"password", offsetof(struct connection, password), 64 << 10},
	{"extra", offsetof(struct connection, extra), 1 << 20},
};

static char **text_of(const struct connection *connection, const struct text_field *field)
{
	return (char **)((char *)connection + field->offset);
}

static bool find(struct reader *reader, const char *name, void *row, GError **error)
{
	return reader_connection(reader, name, row, error);
}

static enum found look_up(const struct lookup *lookup, const char *name, void *row,
	enum source *source, GError **error)
{
	return connection_look_up(lookup, name, row, source, error);
}

/* What was sent is not sent back: it may be a secret. */
static bool refuse(struct request *request, const char *field, const char *sentence)
{
	request_refuse_field(request, &(struct field){"body", field, "value_error", NULL},
		"\"%s\" %s", field, sentence);
	return false;
}

static bool is_object(const char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool is = json_is_object(json);
	json_decref(json);
	return is;
}

static bool check_text(struct request *request, const struct text_field *field, const char *text)
{
	if (strlen(text) > field->max_bytes) {
		g_autofree char *sentence =
			g_strdup_printf("is longer than %zu bytes", field->max_bytes);
		return refuse(request, field->name, sentence);
	}
	if (g_str_equal(field->name, "extra") && !is_object(text))
		return refuse(request, "extra", "must be a JSON object, as {\"region\": \"eu\"}");
	if (g_str_equal(field->name, "password") && secret_is_hidden(text))
		return refuse(request, "password",
			"is \"***\", which stands for a hidden value; the value itself is "
			"expected");
	return true;
}

/* The text in the body (g_free): null and an empty extra are none; extra may be an object, too.
 * False: 422 has been answered. */
static bool given_text(
	struct request *request, const struct text_field *field, const json_t *value, char **text)
{
	bool is_extra = g_str_equal(field->name, "extra");
	const char *written = json_string_value(value);
	*text = NULL;
	if (json_is_null(value) || (is_extra && written && !*written))
		return true;
	if (written)
		*text = g_strdup(written);
	else if (is_extra && json_is_object(value))
		*text = json_dumps(value, 0);
	return *text || refuse(request, field->name, "must be text");
}

/* A text that hides a value leaves the value as it is. */
static bool read_text(struct request *request, const struct text_field *field, const json_t *value,
	struct connection *connection)
{
	char **text = text_of(connection, field), *given;
	if (!given_text(request, field, value, &given))
		return false;
	char *meant = given ? secret_meant(field->name, given, *text) : NULL;
	bool is_clear = !given || meant;
	secret_forget(given);
	if (!is_clear)
		return refuse(request, field->name, SECRET_UNCLEAR);
	secret_forget(*text);
	*text = meant;
	return !meant || check_text(request, field, meant);
}

static bool read_port(struct request *request, const json_t *body, struct connection *connection)
{
	json_t *value = json_object_get(body, "port");
	json_int_t port = json_integer_value(value);
	if (!value)
		return true;
	if (!json_is_null(value) && (!json_is_integer(value) || port < 1 || port > PORT_MAX))
		return refuse(request, "port", "must be a whole number from 1 to 65535");
	connection->port = (int)port;
	return true;
}

static bool read_type(struct request *request, const json_t *body, struct connection *connection)
{
	g_autoptr(GError) error = NULL;
	const char *type;
	if (!json_object_get(body, "conn_type"))
		return true;
	if (!body_text(request, body, "conn_type", &type))
		return false;
	if (!type)
		return refuse(request, "conn_type", "must be text, as \"postgres\"");
	if (!ident_check("conn_type", type, &error)) {
		request_refuse_field(request,
			&(struct field){"body", "conn_type", "value_error", json_string(type)},
			"%s", error->message);
		return false;
	}
	g_free(connection->conn_type);
	connection->conn_type = g_strdup(type);
	return true;
}

static bool read_fields(struct request *request, const json_t *body, void *row)
{
	struct connection *connection = row;
	if (!connection->conn_id)
		connection->conn_id =
			g_strdup(json_string_value(json_object_get(body, "connection_id")));
	for (size_t i = 0; i < G_N_ELEMENTS(text_fields); i++) {
		json_t *value = json_object_get(body, text_fields[i].name);
		if (value && !read_text(request, &text_fields[i], value, connection))
			return false;
	}
	return read_type(request, body, connection) && read_port(request, body, connection);
}

/* `hide` is secret_shown(), or what copies. */
static json_t *reply(
	const struct connection *connection, char *(*hide)(const char *name, const char *text))
{
	json_t *json = json_pack("{s:s, s:s, s:o}", "connection_id", connection->conn_id,
		"conn_type", connection->conn_type, "port",
		connection->port ? json_integer(connection->port) : json_null());
	for (size_t i = 0; i < G_N_ELEMENTS(text_fields); i++) {
		const struct text_field *field = &text_fields[i];
		char *text = hide(field->name, *text_of(connection, field));
		json_object_set_new(json, field->name, text ? json_string(text) : json_null());
		secret_forget(text);
	}
	return json;
}

static json_t *shown(struct daemon *daemon, const void *row)
{
	return reply(row, secret_shown);
}

static char *copied(const char *name, const char *text)
{
	return g_strdup(text);
}

static json_t *clear_text(struct daemon *daemon, const void *row)
{
	return reply(row, copied);
}

static void put(struct batch *batch, const void *row)
{
	batch_connection(batch, row);
}

static const char *const fields[] = {"connection_id", "conn_type", "description", "host", "login",
	"password", "schema", "port", "extra", NULL};

static const struct entry_kind kind = {
	.noun = "connection",
	.nouns = "connections",
	.path_name = "connection_id",
	.pattern_query = "connection_id_pattern",
	.fields = fields,
	.size = sizeof(struct connection),
	.clear = (GDestroyNotify)connection_clear,
	.find = find,
	.look_up = look_up,
	.list = reader_connections,
	.names = reader_connection_names,
	.read = read_fields,
	.shown = shown,
	.clear_text = clear_text,
	.put = put,
	.forget = batch_connection_delete,
};

void connections_list(struct request *request, void *data)
{
	entries_list(request, data, &kind);
}

void connections_show(struct request *request, void *data)
{
	entry_get(request, data, &kind);
}

static void answer_found(
	struct request *request, struct daemon *daemon, const void *row, enum source source)
{
	json_t *json = shown(daemon, row);
	json_object_set_new(json, "source", json_string(source_names[source]));
	request_answer(request, 200, json);
}

void connections_look_up(struct request *request, void *data)
{
	entry_search(request, data, &kind, answer_found);
}

void connections_create(struct request *request, void *data)
{
	entry_create(request, data, &kind);
}

void connections_patch(struct request *request, void *data)
{
	entry_patch(request, data, &kind);
}

void connections_delete(struct request *request, void *data)
{
	entry_delete(request, data, &kind);
}

void connections_bulk(struct request *request, void *data)
{
	entries_bulk(request, data, &kind);
}

void connections_export(struct request *request, void *data)
{
	entries_export(request, data, &kind);
}

/* As it stands in the body; nothing is stored. */
void connections_test(struct request *request, void *data)
{
	const struct daemon *daemon = data;
	struct connection connection = {0};
	const json_t *body = request_body(request);
	if (body && request_is_of_owner(request, "tests of connections are")
		&& entry_body_check(request, &kind, body)
		&& read_fields(request, body, &connection))
		connection_test(daemon->connection_tests, request, &connection);
	connection_clear(&connection);
}

static void test_found(
	struct request *request, struct daemon *daemon, const void *row, enum source source)
{
	connection_test(daemon->connection_tests, request, row);
}

/* Of any source, as a task would get it. */
void connections_test_stored(struct request *request, void *data)
{
	if (request_is_of_owner(request, "tests of connections are"))
		entry_search(request, data, &kind, test_found);
}
