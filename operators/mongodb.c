/* SPDX-License-Identifier: MIT */
#include "operators/mongodb.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/guard.h"

enum { PORT_DEFAULT = 27017, PATIENCE_MS = 10000 };

const char *const mongodb_types[] = {"mongo", "mongodb", NULL};

static bool is_srv(const struct connection *connection)
{
	return json_is_true(json_object_get(connection->extra, "srv"));
}

/* The port goes to every host of a list that has none; an IPv6 address gets its brackets. */
static void host_append(GString *uri, const char *host, const struct connection *connection)
{
	const char *colon = strrchr(host, ':');
	bool is_bare_v6 = colon && host[0] != '[' && strchr(host, ':') != colon;
	bool has_port = colon && !is_bare_v6 && colon[1] != '\0' && !strchr(colon, ']');
	g_string_append_printf(uri, is_bare_v6 ? "[%s]" : "%s", host);
	if (!has_port && !is_srv(connection))
		g_string_append_printf(
			uri, ":%d", connection->port ? connection->port : PORT_DEFAULT);
}

static bool hosts_append(GString *uri, const struct connection *connection, GError **error)
{
	const char *hosts = connection->host ? connection->host : "localhost";
	if (strpbrk(hosts, "/?@# \t\r\n")) {
		g_set_error(error, LIB_ERROR, 0,
			"host: \"%s\" is not a host name or a list of HOST:PORT with commas "
			"between",
			strchr(hosts, '@') ? "..." : hosts);
		return false;
	}
	g_auto(GStrv) list = g_strsplit(hosts, ",", -1);
	for (size_t i = 0; list[i]; i++) {
		if (i > 0)
			g_string_append_c(uri, ',');
		host_append(uri, list[i], connection);
	}
	return true;
}

static void option_append(GString *uri, const char *name, const char *value)
{
	g_autofree char *escaped_name = g_uri_escape_string(name, NULL, FALSE);
	g_autofree char *escaped = g_uri_escape_string(value, ",:", FALSE);
	char before = uri->str[uri->len - 1];
	g_string_append_printf(uri, "%s%s=%s", before == '?' ? "" : "&", escaped_name, escaped);
}

static void options_append(
	GString *uri, const struct connection *connection, const char *auth_database)
{
	const char *source = auth_database
		? auth_database
		: json_string_value(json_object_get(connection->extra, "authSource"));
	if (connection->user)
		option_append(uri, "authSource", source ? source : "admin");
	const char *name;
	json_t *value;
	json_object_foreach(connection->extra, name, value)
	{
		if (g_str_equal(name, "srv") || g_str_equal(name, "authSource")
			|| guard_is_key(name))
			continue;
		if (json_is_string(value)) {
			option_append(uri, name, json_string_value(value));
		} else if (!json_is_null(value)) {
			char *text = json_dumps(value, JSON_ENCODE_ANY);
			option_append(uri, name, text);
			free(text);
		}
	}
}

char *mongodb_uri(const struct connection *connection, const char *auth_database, GError **error)
{
	GString *uri = g_string_new(is_srv(connection) ? "mongodb+srv://" : "mongodb://");
	if (connection->user) {
		g_autofree char *user = g_uri_escape_string(connection->user, NULL, FALSE);
		const char *text = connection->password ? connection->password : "";
		char *password = g_uri_escape_string(text, NULL, FALSE);
		g_string_append_printf(uri, "%s:%s@", user, password);
		explicit_bzero(password, strlen(password));
		g_free(password);
	}
	if (!hosts_append(uri, connection, error)) {
		g_string_free(uri, TRUE);
		return NULL;
	}
	g_string_append(uri, "/?");
	options_append(uri, connection, auth_database);
	return g_string_free(uri, FALSE);
}

char *mongodb_place(const struct connection *connection)
{
	GString *place = g_string_new(NULL);
	if (!hosts_append(place, connection, NULL))
		g_string_assign(place, "the server");
	return g_string_free(place, FALSE);
}

/* The driver's own messages, about deprecated options and the like, belong into the task's log. */
static void message_print(
	mongoc_log_level_t level, const char *domain, const char *message, void *data)
{
	if (level <= MONGOC_LOG_LEVEL_WARNING)
		printf("warning: %s: %s\n", domain, message);
}

static bool server_ask(mongoc_client_t *client, char **version, GError **error)
{
	bson_t *command = BCON_NEW("buildInfo", BCON_INT32(1));
	bson_t reply;
	bson_error_t why;
	bson_iter_t field;
	bool is_there = mongoc_client_command_simple(client, "admin", command, NULL, &reply, &why);
	if (!is_there)
		g_set_error(error, LIB_ERROR, 0, "cannot reach the server: %s", why.message);
	else if (version)
		*version = g_strdup(bson_iter_init_find(&field, &reply, "version")
					&& BSON_ITER_HOLDS_UTF8(&field)
				? bson_iter_utf8(&field, NULL)
				: "unknown");
	bson_destroy(&reply);
	bson_destroy(command);
	return is_there;
}

mongoc_client_t *mongodb_open(
	const char *uri, const char *application, char **version, GError **error)
{
	bson_error_t why;
	mongoc_init();
	mongoc_log_set_handler(message_print, NULL);
	mongoc_uri_t *parsed = mongoc_uri_new_with_error(uri, &why);
	if (!parsed) {
		g_set_error(
			error, LIB_ERROR, 0, "the connection's options are wrong: %s", why.message);
		return NULL;
	}
	if (!mongoc_uri_has_option(parsed, MONGOC_URI_SERVERSELECTIONTIMEOUTMS))
		mongoc_uri_set_option_as_int32(
			parsed, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, PATIENCE_MS);
	mongoc_client_t *client = mongoc_client_new_from_uri_with_error(parsed, &why);
	mongoc_uri_destroy(parsed);
	if (!client) {
		g_set_error(error, LIB_ERROR, 0, "cannot reach the server: %s", why.message);
		return NULL;
	}
	mongoc_client_set_appname(client, application);
	mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
	if (server_ask(client, version, error))
		return client;
	mongodb_close(client);
	return NULL;
}

void mongodb_close(mongoc_client_t *client)
{
	if (!client)
		return;
	/* What a server that is away does to the leave-taking must not become the task's last word.
	 */
	mongoc_log_set_handler(NULL, NULL);
	mongoc_client_destroy(client);
}

bson_t *mongodb_document(const json_t *value, const char *what, GError **error)
{
	if (!json_is_object(value) && !json_is_array(value)) {
		g_set_error(error, LIB_ERROR, 0, "%s: not a map", what);
		return NULL;
	}
	bson_error_t why;
	char *text = json_dumps(value, JSON_COMPACT);
	bson_t *document = text ? bson_new_from_json((const uint8_t *)text, -1, &why) : NULL;
	free(text);
	if (!document)
		g_set_error(error, LIB_ERROR, 0, "%s: not a document of MongoDB: %s", what,
			why.message);
	return document;
}

json_t *mongodb_json(const bson_t *document)
{
	char *text = bson_as_relaxed_extended_json(document, NULL);
	json_t *json = text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
	bson_free(text);
	return json ? json : json_null();
}
