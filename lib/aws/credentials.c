/* SPDX-License-Identifier: MIT */
#include "lib/aws/credentials.h"

#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/role.h"
#include "lib/base/instant.h"

#define STALE_US (5 * MINUTE_US)

static void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

void aws_credentials_free(struct aws_credentials *credentials)
{
	if (!credentials)
		return;
	g_free(credentials->access_key_id);
	secret_free(credentials->secret_access_key);
	secret_free(credentials->session_token);
	g_free(credentials->found_in);
	g_free(credentials);
}

bool aws_credentials_stale(const struct aws_credentials *credentials, int64_t now)
{
	return credentials->expires_at != INSTANT_NEVER && credentials->expires_at - now < STALE_US;
}

/* Takes over `found_in`. Both NULL: NULL without an error; one of them: an error. */
static struct aws_credentials *lasting(
	const char *id, const char *secret, const char *token, char *found_in, GError **error)
{
	g_autofree char *place = found_in;
	if (!id && !secret)
		return NULL;
	if (!id || !secret) {
		g_set_error(error, AWS_LASTING_ERROR, 0, "%s has an AWS %s but no %s", place,
			id ? "access key id" : "secret access key",
			id ? "secret access key" : "access key id");
		return NULL;
	}
	struct aws_credentials *credentials = g_new(struct aws_credentials, 1);
	*credentials = (struct aws_credentials){
		.access_key_id = g_strdup(id),
		.secret_access_key = g_strdup(secret),
		.session_token = g_strdup(token),
		.expires_at = INSTANT_NEVER,
		.found_in = g_steal_pointer(&place),
	};
	return credentials;
}

static const char *environment(const char *name)
{
	const char *value = g_getenv(name);
	return value && *value ? value : NULL;
}

static struct aws_credentials *from_environment(GError **error)
{
	return lasting(environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
		environment("AWS_SESSION_TOKEN"), g_strdup("the environment"), error);
}

/* What a profile may ask for that would need another service or a command. */
static const struct {
	const char *key, *wish;
} wishes[] = {
	{"role_arn", "assumes a role (role_arn)"},
	{"sso_session", "signs in by SSO (sso_session)"},
	{"sso_start_url", "signs in by SSO (sso_start_url)"},
	{"login_session", "signs in by a browser (login_session)"},
	{"credential_process", "runs a command for its keys (credential_process)"},
};

static struct aws_credentials *from_profile(const struct aws_profile *profile, GError **error)
{
	g_autofree char *place = g_strdup_printf("profile \"%s\" of %s and %s", profile->name,
		profile->credentials_path, profile->config_path);
	if (!profile->found && profile->asked_for) {
		g_set_error(error, AWS_LASTING_ERROR, 0, "there is no profile \"%s\" in %s or %s",
			profile->name, profile->credentials_path, profile->config_path);
		return NULL;
	}
	/* Keys beside a role_arn are another profile's source, not this one's own: the wish comes
	 * first. */
	for (size_t i = 0; i < G_N_ELEMENTS(wishes); i++) {
		if (!aws_profile_get(profile, wishes[i].key))
			continue;
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"%s %s, which is not supported; give it aws_access_key_id and "
			"aws_secret_access_key",
			place, wishes[i].wish);
		return NULL;
	}
	return lasting(aws_profile_get(profile, "aws_access_key_id"),
		aws_profile_get(profile, "aws_secret_access_key"),
		aws_profile_get(profile, "aws_session_token"), g_steal_pointer(&place), error);
}

static struct aws_credentials *from_role(const struct aws_profile *profile, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (aws_container_role_named())
		return aws_container_role(error);
	if (environment("AWS_WEB_IDENTITY_TOKEN_FILE")) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"AWS_WEB_IDENTITY_TOKEN_FILE asks for a role by web identity, which is not "
			"supported; use EKS Pod Identity, or give keys");
		return NULL;
	}
	struct aws_credentials *credentials = aws_instance_role(&why);
	if (!credentials)
		g_set_error(error, why->domain, 0,
			"no AWS credentials found: none in the task's connection and arguments, in "
			"the environment (AWS_ACCESS_KEY_ID), in profile \"%s\" of %s and %s, none "
			"of "
			"a container's role; and of the instance's role: %s",
			profile->name, profile->credentials_path, profile->config_path,
			why->message);
	return credentials;
}

struct aws_credentials *aws_credentials_find(
	const struct s3_settings *settings, const struct aws_profile *profile, GError **error)
{
	GError *why = NULL;
	struct aws_credentials *found = lasting(settings->access_key_id,
		settings->secret_access_key, settings->session_token,
		g_strdup("the task's connection or arguments"), &why);
	if (!found && !why && !settings->profile)
		found = from_environment(&why);
	if (!found && !why)
		found = from_profile(profile, &why);
	if (!found && !why)
		found = from_role(profile, &why);
	if (why)
		g_propagate_error(error, why);
	return found;
}
