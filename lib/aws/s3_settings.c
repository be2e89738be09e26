/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_settings.h"

#include <stdbool.h>
#include <string.h>

#include "lib/aws/credentials.h"
#include "lib/aws/failure.h"
#include "lib/aws/http.h"
#include "lib/aws/s3_config.h"

bool s3_path_style_take(struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	enum aws_choice choice = AWS_UNSAID;
	if (!aws_table_choice(table, "path_style", &choice, error))
		return false;
	if (choice != AWS_UNSAID && settings->addressing == S3_ADDRESSING_AUTO)
		settings->addressing =
			choice == AWS_YES ? S3_ADDRESSING_PATH : S3_ADDRESSING_VIRTUAL;
	return true;
}

/* Keys and their token belong together: half from here and half from there fits nothing. */
static bool keys_take(struct s3_settings *settings, const struct aws_table *table,
	const char *const names[3], GError **error)
{
	g_autofree char *id = NULL, *secret = NULL, *token = NULL;
	if (!aws_table_text(table, names[0], &id, error)
		|| !aws_table_text(table, names[1], &secret, error)
		|| !aws_table_text(table, names[2], &token, error))
		return false;
	if ((id == NULL) != (secret == NULL) || (token && !id))
		return aws_refuse(error, "%s\"%s\" and \"%s\" must be given together", table->owner,
			names[0], names[1]);
	if (!id || settings->access_key_id)
		return true;
	settings->access_key_id = g_steal_pointer(&id);
	settings->secret_access_key = g_steal_pointer(&secret);
	settings->session_token = g_steal_pointer(&token);
	return true;
}

static bool role_take(struct s3_settings *settings, const struct aws_table *extra, GError **error)
{
	GError *why = NULL;
	settings->role = aws_role_settings_read(extra->values, extra->owner, &why);
	if (why)
		g_propagate_error(error, why);
	return why == NULL;
}

static bool extra_take(struct s3_settings *settings, const struct aws_table *extra, GError **error)
{
	static const char *const names[3] = {
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token"};
	/* The token of the keys in login and password stands here: taken before. */
	if (!settings->access_key_id && !keys_take(settings, extra, names, error))
		return false;
	return aws_table_text(extra, "profile_name", &settings->profile, error)
		&& s3_config_read(settings, extra, error) && role_take(settings, extra, error);
}

static bool login_take(struct s3_settings *settings, const struct aws_table *connection,
	const struct aws_table *extra, GError **error)
{
	g_autofree char *login = NULL, *password = NULL, *token = NULL;
	if (!aws_table_text(connection, "login", &login, error)
		|| !aws_table_text(connection, "password", &password, error)
		|| !aws_table_text(extra, "aws_session_token", &token, error))
		return false;
	if ((login == NULL) != (password == NULL))
		return aws_refuse(error,
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
		return aws_refuse(error, "\"%s\" is not a connection", name);
	const char *id = json_string_value(json_object_get(connection, "conn_id"));
	const char *type = json_string_value(json_object_get(connection, "conn_type"));
	const json_t *extra = json_object_get(connection, "extra");
	g_autofree char *owner = g_strdup_printf("connection \"%s\": ", id ? id : name);
	g_autofree char *host = NULL;
	const struct aws_table table = {connection, owner, ""}, extra_table = {extra, owner, ""};
	if (!type || (strcmp(type, "aws") != 0 && strcmp(type, "s3") != 0))
		return aws_refuse(error, "%sits type is \"%s\"; \"aws\" is expected", owner,
			type ? type : "");
	if (extra && !json_is_null(extra) && !json_is_object(extra))
		return aws_refuse(error, "%sits extra is not a JSON object", owner);
	if (!aws_table_text(&table, "host", &host, error))
		return false;
	if (host)
		return aws_refuse(error,
			"%sa host has no meaning for S3; put endpoint_url into its extra", owner);
	return login_take(settings, &table, &extra_table, error)
		&& extra_take(settings, &extra_table, error);
}

static bool encryption_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	static const char *const ways[] = {"AES256", "aws:kms", "aws:kms:dsse", NULL};
	if (!aws_table_text(
		    table, "server_side_encryption", &settings->server_side_encryption, error)
		|| !aws_table_text(table, "sse_kms_key_id", &settings->sse_kms_key_id, error))
		return false;
	const char *way = settings->server_side_encryption;
	if (way && !g_strv_contains(ways, way))
		return aws_refuse(error,
			"\"server_side_encryption\" is \"%s\"; AES256, aws:kms or aws:kms:dsse is "
			"expected",
			way);
	if (settings->sse_kms_key_id && !(way && g_str_has_prefix(way, "aws:kms")))
		return aws_refuse(error,
			"\"sse_kms_key_id\" needs \"server_side_encryption\": \"aws:kms\" or "
			"\"aws:kms:dsse\"");
	return true;
}

static bool arguments_take(struct s3_settings *settings, const json_t *arguments, GError **error)
{
	static const char *const names[3] = {"access_key_id", "secret_access_key", "session_token"};
	const struct aws_table table = {arguments, "", ""};
	return keys_take(settings, &table, names, error)
		&& aws_table_text(&table, "region", &settings->region, error)
		&& aws_table_text(&table, "endpoint_url", &settings->endpoint_url, error)
		&& s3_path_style_take(settings, &table, error)
		&& aws_table_choice(&table, "requester_pays", &settings->requester_pays, error)
		&& encryption_take(settings, &table, error);
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
	aws_secret_free(settings->secret_access_key);
	aws_secret_free(settings->session_token);
	g_free(settings->profile);
	aws_role_settings_free(settings->role);
	g_free(settings->region);
	g_free(settings->endpoint_url);
	g_free(settings->ca_file);
	aws_secret_free(settings->http_proxy);
	aws_secret_free(settings->https_proxy);
	g_free(settings->server_side_encryption);
	g_free(settings->sse_kms_key_id);
	g_free(settings);
}
