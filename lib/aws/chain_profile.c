/* SPDX-License-Identifier: MIT */
/*
 * A role may be assumed with the keys of another profile, which may assume a role itself: then the
 * providers of a profile are walked through again for that one.
 */
#include "lib/aws/chain_profile.h"

#include <string.h>

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/metadata.h"
#include "lib/aws/process.h"
#include "lib/aws/sso.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define PROCESS_TIMEOUT_US MINUTE_US

struct aws_credentials *chain_refuse(GError **error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	g_autofree char *line = text_one_line(text);
	g_set_error_literal(error, AWS_LASTING_ERROR, 0, line);
	return NULL;
}

struct aws_credentials *chain_keys(const struct aws_keys *keys, char *found_in, GError **error)
{
	g_autofree char *place = found_in;
	const char *id = keys->access_key_id, *secret = keys->secret_access_key;
	if (!id && !secret)
		return NULL;
	if (!id || !secret)
		return chain_refuse(error, "%s has an AWS %s but no %s", place,
			id ? "access key id" : "secret access key",
			id ? "secret access key" : "access key id");
	return aws_credentials_new(keys, place, error);
}

struct aws_credentials *chain_first(
	struct chain *chain, chain_provider *const *providers, size_t n, GError **error)
{
	struct aws_credentials *found = NULL;
	GError *why = NULL;
	for (size_t i = 0; !found && !why && i < n; i++)
		found = providers[i](chain, &why);
	if (why)
		g_propagate_error(error, why);
	return found;
}

struct aws_credentials *chain_environment(struct chain *chain, GError **error)
{
	const char *expiry = aws_environment("AWS_CREDENTIAL_EXPIRATION");
	const char *older = aws_environment("AWS_SECURITY_TOKEN");
	struct aws_keys keys = {
		.access_key_id = aws_environment("AWS_ACCESS_KEY_ID"),
		.secret_access_key = aws_environment("AWS_SECRET_ACCESS_KEY"),
		.session_token = older ? older : aws_environment("AWS_SESSION_TOKEN"),
		.expires_at = INSTANT_NEVER,
	};
	if (!chain->with_environment)
		return NULL;
	if (keys.access_key_id && expiry && !aws_expiry_parse(expiry, &keys.expires_at))
		return chain_refuse(error,
			"AWS_CREDENTIAL_EXPIRATION is \"%s\"; a time such as "
			"2026-11-24T03:00:00Z is expected",
			expiry);
	return chain_keys(&keys, g_strdup("the environment"), error);
}

static bool has_own_keys(const struct aws_profile *profile)
{
	return aws_profile_get(profile, "aws_access_key_id")
		|| aws_profile_get(profile, "aws_secret_access_key");
}

/* With a web_identity_token_file the role is that provider's. */
static bool assumes_role(const struct aws_profile *profile)
{
	return aws_profile_get(profile, "role_arn")
		&& !aws_profile_get(profile, "web_identity_token_file");
}

/* Of a source_profile, which must have keys in one way or another. */
static struct aws_credentials *source_keys(struct chain *chain, GError **error)
{
	GError *why = NULL;
	struct aws_credentials *found = chain_profile(chain, &why);
	if (why)
		g_propagate_error(error, why);
	else if (!found)
		chain_refuse(error, "source_profile \"%s\" has no keys in %s or %s",
			chain->profile->name, chain->profile->credentials_path,
			chain->profile->config_path);
	return found;
}

/* The keys of `name`, for a role of the profile whose turn it is. */
static struct aws_credentials *from_source_profile(
	struct chain *chain, const char *name, GError **error)
{
	const struct aws_profile *outer = chain->profile;
	bool repeats = false;
	for (guint i = 0; i < chain->visited->len; i++)
		repeats = repeats || strcmp(chain->visited->pdata[i], name) == 0;
	/* A profile may name itself: it has a role, and the keys to assume it with. */
	bool is_itself = strcmp(name, outer->name) == 0;
	if (repeats && !(is_itself && has_own_keys(outer)))
		return chain_refuse(error,
			"profile \"%s\" of %s names source_profile \"%s\", which leads "
			"back to it: no profile of the circle has keys",
			outer->name, outer->config_path, name);
	struct aws_profile *source = aws_profile_read(name, error);
	struct aws_credentials *credentials = NULL;
	if (source && !source->found)
		chain_refuse(error,
			"profile \"%s\" of %s names source_profile \"%s\", but there is no such "
			"profile",
			outer->name, outer->config_path, name);
	if (source && source->found) {
		struct chain inner = *chain;
		inner.profile = source;
		inner.with_environment = false;
		g_ptr_array_add(chain->visited, (char *)name);
		credentials = assumes_role(source) && !has_own_keys(source)
			? chain_role(&inner, error)
			: source_keys(&inner, error);
		g_ptr_array_remove_index(chain->visited, chain->visited->len - 1);
	}
	aws_profile_free(source);
	return credentials;
}

/* As AWS's tools call the providers that need no profile. */
static struct aws_credentials *from_credential_source(
	struct chain *chain, const char *name, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	struct chain inner = *chain;
	struct aws_credentials *credentials = NULL;
	GError *why = NULL;
	inner.with_environment = true;
	if (g_ascii_strcasecmp(name, "Environment") == 0)
		credentials = chain_environment(&inner, &why);
	else if (g_ascii_strcasecmp(name, "EcsContainer") == 0)
		credentials = aws_container_named() ? aws_container_credentials(&why) : NULL;
	else if (g_ascii_strcasecmp(name, "Ec2InstanceMetadata") == 0)
		credentials = aws_instance_credentials(profile, &why);
	else
		return chain_refuse(error,
			"profile \"%s\" of %s names credential_source \"%s\"; Environment, "
			"EcsContainer or Ec2InstanceMetadata is expected",
			profile->name, profile->config_path, name);
	if (why)
		g_propagate_prefixed_error(error, why,
			"profile \"%s\" of %s takes its keys from %s: ", profile->name,
			profile->config_path, name);
	else if (!credentials)
		chain_refuse(error,
			"profile \"%s\" of %s takes its keys from credential_source %s, which "
			"has none",
			profile->name, profile->config_path, name);
	return credentials;
}

/* What the profile says of the role, by the names of AssumeRole. NULL and an error: it is wrong. */
static json_t *role_parameters(const struct aws_profile *profile, GError **error)
{
	const char *name = aws_profile_get(profile, "role_session_name");
	const char *external_id = aws_profile_get(profile, "external_id");
	const char *duration = aws_profile_get(profile, "duration_seconds");
	guint64 duration_s = 0;
	if (duration && !g_ascii_string_to_unsigned(duration, 10, 900, 43200, &duration_s, NULL)) {
		chain_refuse(error,
			"profile \"%s\" of %s: duration_seconds is \"%s\"; a number from 900 "
			"to 43200 is expected",
			profile->name, profile->config_path, duration);
		return NULL;
	}
	json_t *parameters = json_object();
	if (name)
		json_object_set_new(parameters, "RoleSessionName", json_string(name));
	if (external_id)
		json_object_set_new(parameters, "ExternalId", json_string(external_id));
	if (duration)
		json_object_set_new(
			parameters, "DurationSeconds", json_integer((json_int_t)duration_s));
	return parameters;
}

struct aws_credentials *chain_role(struct chain *chain, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	const char *source_profile = aws_profile_get(profile, "source_profile");
	const char *credential_source = aws_profile_get(profile, "credential_source");
	if (!assumes_role(profile))
		return NULL;
	if (aws_profile_get(profile, "mfa_serial"))
		return chain_refuse(error,
			"profile \"%s\" of %s asks for a code of an MFA device (mfa_serial), which "
			"nobody can type here; use a role that needs none",
			profile->name, profile->config_path);
	if ((source_profile == NULL) == (credential_source == NULL))
		return chain_refuse(error,
			"profile \"%s\" of %s has a role_arn; %s of source_profile and "
			"credential_source must stand beside it",
			profile->name, profile->config_path, source_profile ? "only one" : "one");
	json_t *parameters = role_parameters(profile, error);
	if (!parameters)
		return NULL;
	struct aws_credentials *source = source_profile
		? from_source_profile(chain, source_profile, error)
		: from_credential_source(chain, credential_source, error);
	const struct sts_role role = {aws_profile_get(profile, "role_arn"), parameters};
	struct aws_credentials *credentials =
		source ? sts_assume_role(&chain->sts, &role, source, error) : NULL;
	aws_credentials_free(source);
	json_decref(parameters);
	return credentials;
}

/* The variable wins over the profile. */
static const char *either(const struct chain *chain, const char *variable, const char *key)
{
	const char *value = chain->with_environment ? aws_environment(variable) : NULL;
	return value ? value : aws_profile_get(chain->profile, key);
}

static struct aws_credentials *from_web_identity(struct chain *chain, GError **error)
{
	const char *file = either(chain, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	const char *arn = either(chain, "AWS_ROLE_ARN", "role_arn");
	const char *name = either(chain, "AWS_ROLE_SESSION_NAME", "role_session_name");
	if (!file)
		return NULL;
	if (!arn)
		return chain_refuse(error,
			"AWS_WEB_IDENTITY_TOKEN_FILE (or web_identity_token_file of profile "
			"\"%s\") asks for a role by web identity, but neither AWS_ROLE_ARN nor "
			"role_arn says which",
			chain->profile->name);
	json_t *parameters = json_object();
	if (name)
		json_object_set_new(parameters, "RoleSessionName", json_string(name));
	const struct sts_role role = {arn, parameters};
	struct aws_credentials *credentials =
		sts_assume_role_with_web_identity(&chain->sts, &role, file, error);
	json_decref(parameters);
	return credentials;
}

static struct aws_credentials *from_sso(struct chain *chain, GError **error)
{
	return aws_sso_credentials(chain->profile, chain->settings, error);
}

static struct aws_credentials *from_file(
	const struct aws_profile *profile, GHashTable *values, const char *path, GError **error)
{
	const char *texts[4];
	static const char *const keys[4] = {"aws_access_key_id", "aws_secret_access_key",
		"aws_security_token", "aws_session_token"};
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		texts[i] = g_hash_table_lookup(values, keys[i]);
		if (texts[i] && !*texts[i])
			texts[i] = NULL;
	}
	const struct aws_keys found = {
		texts[0], texts[1], texts[2] ? texts[2] : texts[3], INSTANT_NEVER};
	return chain_keys(
		&found, g_strdup_printf("profile \"%s\" of %s", profile->name, path), error);
}

static struct aws_credentials *from_credentials_file(struct chain *chain, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	return from_file(profile, profile->credentials, profile->credentials_path, error);
}

static struct aws_credentials *from_login(struct chain *chain, GError **error)
{
	if (!aws_profile_get(chain->profile, "login_session"))
		return NULL;
	return chain_refuse(error,
		"profile \"%s\" of %s signs in by a browser (login_session), which nobody can do "
		"here; use a role, single sign-on or keys",
		chain->profile->name, chain->profile->config_path);
}

static struct aws_credentials *from_process(struct chain *chain, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	const char *command = aws_profile_get(profile, "credential_process");
	g_autofree char *place = g_strdup_printf("profile \"%s\"", profile->name);
	return command ? aws_process_credentials(command, PROCESS_TIMEOUT_US, place, error) : NULL;
}

static struct aws_credentials *from_config_file(struct chain *chain, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	return from_file(profile, profile->config, profile->config_path, error);
}

struct aws_credentials *chain_profile(struct chain *chain, GError **error)
{
	static chain_provider *const providers[] = {
		from_web_identity,
		from_sso,
		from_credentials_file,
		from_login,
		from_process,
		from_config_file,
	};
	return chain_first(chain, providers, G_N_ELEMENTS(providers), error);
}
