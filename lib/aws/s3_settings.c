/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_settings.h"

#include <stdbool.h>
#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/http.h"

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	if (error)
		*error = g_error_new_valist(AWS_LASTING_ERROR, 0, format, values);
	va_end(values);
	return false;
}

/* An object of named values, as messages call it. */
struct table {
	const json_t *values;
	const char *owner; /* `connection "aws_default": `, or empty */
};

/* Takes the text unless an earlier table gave one. Absent, null and empty are alike. */
static bool text_take(const struct table *table, const char *name, char **text, GError **error)
{
	const json_t *value = json_object_get(table->values, name);
	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return refuse(error, "%s\"%s\" is not a text", table->owner, name);
	if (strlen(json_string_value(value)) != json_string_length(value))
		return refuse(error, "%s\"%s\" contains a NUL", table->owner, name);
	if (!*text && json_string_length(value) > 0)
		*text = g_strdup(json_string_value(value));
	return true;
}

/* Values of a connection's `extra` are texts when they were typed at the command line. */
static bool addressing_take(
	const struct table *table, enum s3_addressing *addressing, GError **error)
{
	const json_t *value = json_object_get(table->values, "path_style");
	const char *text = json_string_value(value);
	if (!value || json_is_null(value) || (text && !*text))
		return true;
	bool yes = json_is_true(value) || (text && g_ascii_strcasecmp(text, "true") == 0);
	bool no = json_is_false(value) || (text && g_ascii_strcasecmp(text, "false") == 0);
	if (!yes && !no)
		return refuse(error, "%s\"path_style\" is neither true nor false", table->owner);
	if (*addressing == S3_ADDRESSING_AUTO)
		*addressing = yes ? S3_ADDRESSING_PATH : S3_ADDRESSING_VIRTUAL;
	return true;
}

/* Keys and their token belong together: half from here and half from there fits nothing. */
static bool keys_take(struct s3_settings *settings, const struct table *table,
	const char *const names[3], GError **error)
{
	g_autofree char *id = NULL, *secret = NULL, *token = NULL;
	if (!text_take(table, names[0], &id, error) || !text_take(table, names[1], &secret, error)
		|| !text_take(table, names[2], &token, error))
		return false;
	if ((id == NULL) != (secret == NULL) || (token && !id))
		return refuse(error, "%s\"%s\" and \"%s\" must be given together", table->owner,
			names[0], names[1]);
	if (!id || settings->access_key_id)
		return true;
	settings->access_key_id = g_steal_pointer(&id);
	settings->secret_access_key = g_steal_pointer(&secret);
	settings->session_token = g_steal_pointer(&token);
	return true;
}

static bool role_take(struct s3_settings *settings, const struct table *extra, GError **error)
{
	GError *why = NULL;
	settings->role = aws_role_settings_read(extra->values, extra->owner, &why);
	if (why)
		g_propagate_error(error, why);
	return why == NULL;
}

static bool extra_take(struct s3_settings *settings, const struct table *extra, GError **error)
{
	static const char *const names[3] = {
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token"};
	/* The token of the keys in login and password stands here: taken before. */
	if (!settings->access_key_id && !keys_take(settings, extra, names, error))
		return false;
	return text_take(extra, "region_name", &settings->region, error)
		&& text_take(extra, "endpoint_url", &settings->endpoint_url, error)
		&& text_take(extra, "profile_name", &settings->profile, error)
		&& addressing_take(extra, &settings->addressing, error)
		&& role_take(settings, extra, error);
}

static bool login_take(struct s3_settings *settings, const struct table *connection,
	const struct table *extra, GError **error)
{
	g_autofree char *login = NULL, *password = NULL, *token = NULL;
	if (!text_take(connection, "login", &login, error)
		|| !text_take(connection, "password", &password, error)
		|| !text_take(extra, "aws_session_token", &token, error))
		return false;
	if ((login == NULL) != (password == NULL))
		return refuse(error,
			"%sit has a %s only; the login is the access key id, the password the "
			"secret "
			"access key",
			connection->owner, login ? "login" : "password");
	if (!login || settings->access_key_id)
		return true;
	settings->access_key_id = g_steal_pointer(&login);
	settings->secret_access_key = g_steal_pointer(&password);
	settings->session_token = g_steal_pointer(&token);
	return true;
}

static bool connection_take(
	struct s3_settings *settings, const json_t *connection, const char *name, GError **error)
{
	if (!json_is_object(connection))
		return refuse(error, "\"%s\" is not a connection", name);
	const char *id = json_string_value(json_object_get(connection, "conn_id"));
	const char *type = json_string_value(json_object_get(connection, "conn_type"));
	const json_t *extra = json_object_get(connection, "extra");
	g_autofree char *owner = g_strdup_printf("connection \"%s\": ", id ? id : name);
	g_autofree char *host = NULL;
	const struct table table = {connection, owner}, extra_table = {extra, owner};
	if (!type || (strcmp(type, "aws") != 0 && strcmp(type, "s3") != 0))
		return refuse(error, "%sits type is \"%s\"; \"aws\" is expected", owner,
			type ? type : "");
	if (extra && !json_is_null(extra) && !json_is_object(extra))
		return refuse(error, "%sits extra is not a JSON object", owner);
	if (!text_take(&table, "host", &host, error))
		return false;
	if (host)
		return refuse(error,
			"%sa host has no meaning for S3; put endpoint_url into its extra", owner);
	return login_take(settings, &table, &extra_table, error)
		&& extra_take(settings, &extra_table, error);
}

static bool arguments_take(struct s3_settings *settings, const json_t *arguments, GError **error)
{
	static const char *const names[3] = {"access_key_id", "secret_access_key", "session_token"};
	const struct table table = {arguments, ""};
	return keys_take(settings, &table, names, error)
		&& text_take(&table, "region", &settings->region, error)
		&& text_take(&table, "endpoint_url", &settings->endpoint_url, error)
		&& addressing_take(&table, &settings->addressing, error);
}

static bool endpoint_check(const struct s3_settings *settings, GError **error)
{
	struct http_origin origin = {0};
	bool good = !settings->endpoint_url
		|| http_origin_parse(settings->endpoint_url, &origin, error);
	http_origin_clear(&origin);
	return good;
}

struct s3_settings *s3_settings_read(
	const json_t *arguments, const char *connection_name, GError **error)
{
	struct s3_settings *settings = g_new0(struct s3_settings, 1);
	const json_t *connection =
		connection_name ? json_object_get(arguments, connection_name) : NULL;
	if (arguments_take(settings, arguments, error)
		&& (!connection || json_is_null(connection)
			|| connection_take(settings, connection, connection_name, error))
		&& endpoint_check(settings, error))
		return settings;
	s3_settings_free(settings);
	return NULL;
}

void s3_settings_free(struct s3_settings *settings)
{
	if (!settings)
		return;
	g_free(settings->access_key_id);
	if (settings->secret_access_key)
		explicit_bzero(settings->secret_access_key, strlen(settings->secret_access_key));
	g_free(settings->secret_access_key);
	if (settings->session_token)
		explicit_bzero(settings->session_token, strlen(settings->session_token));
	g_free(settings->session_token);
	g_free(settings->profile);
	aws_role_settings_free(settings->role);
	g_free(settings->region);
	g_free(settings->endpoint_url);
	g_free(settings);
}
