/* SPDX-License-Identifier: MIT */
#include "operators/connection.h"

#include <string.h>

#include "lib/base/instant.h"
#include "operators/program.h"

enum { PORT_MAX = 65535 };

static char *text_pick(
	const json_t *arguments, const char *parameter, const json_t *given, const char *field)
{
	const char *text = program_text(arguments, parameter);
	return g_strdup(text ? text : program_text(given, field));
}

/* A template may have made a text of the number. */
static bool port_read(const json_t *value, int *port, GError **error)
{
	gint64 number = 0;
	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value)) {
		const char *text = json_string_value(value);
		if (!*text)
			return true;
		if (!g_ascii_string_to_signed(text, 10, 1, PORT_MAX, &number, NULL)) {
			g_set_error(error, LIB_ERROR, 0,
				"port: \"%s\" is not a number from 1 to %d", text, PORT_MAX);
			return false;
		}
	} else {
		number = json_integer_value(value);
		if (number < 1 || number > PORT_MAX) {
			g_set_error(
				error, LIB_ERROR, 0, "port: not a number from 1 to %d", PORT_MAX);
			return false;
		}
	}
	*port = (int)number;
	return true;
}

static bool type_check(
	const struct connection *connection, const char *const *types, GError **error)
{
	if (!connection->type || g_strv_contains(types, connection->type))
		return true;
	g_set_error(error, LIB_ERROR, 0, "connection \"%s\" is of type \"%s\", not \"%s\"",
		connection->id ? connection->id : "", connection->type, types[0]);
	return false;
}

/* Guards may stand in it, so what cannot be read is not the same as nothing. */
static bool extra_read(const json_t *extra, struct connection *connection, GError **error)
{
	bool is_absent = !extra || json_is_null(extra)
		|| (json_is_string(extra) && json_string_length(extra) == 0);
	if (!is_absent && !json_is_object(extra)) {
		g_set_error(error, LIB_ERROR, 0, "connection \"%s\": its extra is not a map",
			connection->id ? connection->id : "");
		return false;
	}
	connection->extra = is_absent ? json_object() : json_deep_copy(extra);
	return true;
}

/* The port of the parameters wins. */
static bool ports_read(
	const json_t *arguments, const json_t *given, struct connection *connection, GError **error)
{
	if (!port_read(json_object_get(given, "port"), &connection->port, error))
		return false;
	int own = connection->port;
	if (!port_read(json_object_get(arguments, "port"), &connection->port, error))
		return false;
	connection->is_elsewhere = given
		&& (connection->port != own
			|| g_strcmp0(connection->host, program_text(given, "host")) != 0);
	return true;
}

static bool fields_read(const json_t *arguments, const json_t *given, const char *const *types,
	struct connection *connection, GError **error)
{
	connection->id = g_strdup(program_text(given, "conn_id"));
	connection->type = g_strdup(program_text(given, "conn_type"));
	connection->host = text_pick(arguments, "host", given, "host");
	connection->user = text_pick(arguments, "user", given, "login");
	connection->password = text_pick(arguments, "password", given, "password");
	connection->database = text_pick(arguments, "database", given, "schema");
	return type_check(connection, types, error)
		&& extra_read(json_object_get(given, "extra"), connection, error)
		&& ports_read(arguments, given, connection, error);
}

bool connection_read(const json_t *arguments, const char *parameter, const char *const *types,
	struct connection *connection, GError **error)
{
	*connection = (struct connection){0};
	const json_t *given = json_object_get(arguments, parameter);
	if (given && !json_is_object(given) && !json_is_null(given)) {
		g_set_error(error, LIB_ERROR, 0,
			"%s: not the object of a resolved connection (conn_id, conn_type, host "
			"...)",
			parameter);
		return false;
	}
	if (fields_read(arguments, given, types, connection, error))
		return true;
	connection_clear(connection);
	return false;
}

void connection_clear(struct connection *connection)
{
	if (connection->password)
		explicit_bzero(connection->password, strlen(connection->password));
	g_free(connection->id);
	g_free(connection->type);
	g_free(connection->host);
	g_free(connection->user);
	g_free(connection->password);
	g_free(connection->database);
	if (connection->extra)
		json_decref(connection->extra);
	*connection = (struct connection){0};
}
