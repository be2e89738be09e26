/* SPDX-License-Identifier: MIT */
#include "lib/aws/role_settings.h"

#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/http.h"

struct reading {
	const json_t *extra;
	const char *owner;
	struct aws_role_settings *role;
};

/* Absent, null and empty are alike: NULL. */
static bool text_read(
	const struct reading *reading, const char *name, const char **text, GError **error)
{
	const json_t *value = json_object_get(reading->extra, name);
	*text = NULL;
	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return aws_refuse(error, "%s\"%s\" is not a text", reading->owner, name);
	if (json_string_length(value) > 0)
		*text = json_string_value(value);
	return true;
}

static bool method_read(const struct reading *reading, GError **error)
{
	const char *method, *federation, *file;
	if (!text_read(reading, "assume_role_method", &method, error)
		|| !text_read(
			reading, "assume_role_with_web_identity_federation", &federation, error)
		|| !text_read(reading, "assume_role_with_web_identity_token_file", &file, error))
		return false;
	if (!method || strcmp(method, "assume_role") == 0)
		return true;
	if (strcmp(method, "assume_role_with_web_identity") != 0)
		return aws_refuse(error,
			"%sassume_role_method is \"%s\"; \"assume_role\" or "
			"\"assume_role_with_web_identity\" is expected",
			reading->owner, method);
	if (federation && strcmp(federation, "file") != 0)
		return aws_refuse(error,
			"%sassume_role_with_web_identity_federation is \"%s\"; \"file\" is "
			"expected, with the token in a file that something else renews",
			reading->owner, federation);
	reading->role->by_web_identity = true;
	reading->role->token_file = g_strdup(file);
	return true;
}

/* What AssumeRole takes, and whether AssumeRoleWithWebIdentity does. */
static const struct {
	const char *name;
	bool in_web_identity;
} known[] = {
	{"RoleSessionName", true},
	{"DurationSeconds", true},
	{"Policy", true},
	{"PolicyArns", true},
	{"ExternalId", false},
	{"SourceIdentity", false},
	{"Tags", false},
	{"TransitiveTagKeys", false},
};

static bool parameter_check(const struct reading *reading, const char *name, GError **error)
{
	if (strcmp(name, "SerialNumber") == 0 || strcmp(name, "TokenCode") == 0)
		return aws_refuse(error,
			"%sassume_role_kwargs asks for a code of an MFA device (%s), which nobody "
			"can type here; use a role that needs none",
			reading->owner, name);
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(name, known[i].name) == 0
			&& (known[i].in_web_identity || !reading->role->by_web_identity))
			return true;
	return aws_refuse(
		error, "%sassume_role_kwargs has the unknown key \"%s\"", reading->owner, name);
}

/* An object, or the text of one, as it is in a connection that was typed as a URI. */
static bool parameters_read(const struct reading *reading, GError **error)
{
	json_t *given = json_object_get(reading->extra, "assume_role_kwargs");
	const char *text = json_string_value(given), *name;
	json_t *value, *parsed = text && *text ? json_loads(text, 0, NULL) : NULL;
	bool absent = !given || json_is_null(given) || (text && !*text);
	json_t *from = parsed ? parsed : given;
	bool good = absent || json_is_object(from)
		|| aws_refuse(
			error, "%s\"assume_role_kwargs\" is not a JSON object", reading->owner);
	json_object_foreach(from, name, value)
	{
		good = good && parameter_check(reading, name, error);
		json_object_set(reading->role->parameters, name, value);
	}
	json_decref(parsed);
	return good;
}

static bool external_id_read(const struct reading *reading, GError **error)
{
	const char *id;
	if (!text_read(reading, "external_id", &id, error))
		return false;
	if (id && !reading->role->by_web_identity
		&& !json_object_get(reading->role->parameters, "ExternalId"))
		json_object_set_new(reading->role->parameters, "ExternalId", json_string(id));
	return true;
}

static bool endpoint_read(const struct reading *reading, GError **error)
{
	const json_t *services = json_object_get(reading->extra, "service_config");
	const json_t *sts = json_object_get(services, "sts");
	const char *url = json_string_value(json_object_get(sts, "endpoint_url"));
	struct http_origin origin = {0};
	if (!url || !*url)
		return true;
	/* Whoever has the token is taken for this machine. */
	if (reading->role->by_web_identity)
		return aws_refuse(error,
			"%sservice_config names an endpoint of STS, to which no web identity token "
			"is sent; leave it out, and let AWS_ENDPOINT_URL_STS in dagd's environment "
			"say where STS is",
			reading->owner);
	reading->role->endpoint_url = g_strdup(url);
	bool good = http_origin_parse(url, &origin, error);
	http_origin_clear(&origin);
	if (!good)
		g_prefix_error(error, "%sservice_config: ", reading->owner);
	return good;
}

struct aws_role_settings *aws_role_settings_read(
	const json_t *extra, const char *owner, GError **error)
{
	struct reading reading = {.extra = extra, .owner = owner};
	const char *arn;
	if (!text_read(&reading, "role_arn", &arn, error) || !arn)
		return NULL;
	reading.role = g_new0(struct aws_role_settings, 1);
	reading.role->arn = g_strdup(arn);
	reading.role->parameters = json_object();
	if (method_read(&reading, error) && parameters_read(&reading, error)
		&& external_id_read(&reading, error) && endpoint_read(&reading, error))
		return reading.role;
	aws_role_settings_free(reading.role);
	return NULL;
}

void aws_role_settings_free(struct aws_role_settings *role)
{
	if (!role)
		return;
	g_free(role->arn);
	g_free(role->token_file);
	g_free(role->endpoint_url);
	json_decref(role->parameters);
	g_free(role);
}
