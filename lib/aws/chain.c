/* SPDX-License-Identifier: MIT */
#include "lib/aws/chain.h"

#include "lib/aws/chain_profile.h"
#include "lib/aws/environment.h"
#include "lib/aws/metadata.h"
#include "lib/aws/role_settings.h"
#include "lib/aws/sts.h"
#include "lib/base/instant.h"

#define ASK_AGAIN_US MINUTE_US

static struct aws_credentials *from_settings(struct chain *chain, GError **error)
{
	const struct s3_settings *settings = chain->settings;
	const struct aws_keys keys = {settings->access_key_id, settings->secret_access_key,
		settings->session_token, INSTANT_NEVER};
	return chain_keys(&keys, g_strdup("the task's connection or arguments"), error);
}

/* No keys come from here: a profile that is asked for must be there. */
static struct aws_credentials *from_nowhere(struct chain *chain, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	if (profile->found || !profile->asked_for)
		return NULL;
	return chain_refuse(error, "there is no profile \"%s\" in %s or %s", profile->name,
		profile->credentials_path, profile->config_path);
}

static struct aws_credentials *from_container(struct chain *chain, GError **error)
{
	return aws_container_named() ? aws_container_credentials(error) : NULL;
}

static void nothing_say(const struct chain *chain, const GError *why, GError **error)
{
	const struct aws_profile *profile = chain->profile;
	g_autofree char *text = g_strdup_printf(
		"no AWS credentials found; looked at, in this order: the task's connection and "
		"arguments%s; profile \"%s\"%s (role_arn, web_identity_token_file, sso_session, "
		"keys in %s, credential_process, keys in %s); the role of a container "
		"(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI); the "
		"role of the instance: %s",
		chain->with_environment ? "; the environment (AWS_ACCESS_KEY_ID, "
					  "AWS_WEB_IDENTITY_TOKEN_FILE)"
					: "",
		profile->name, profile->found ? "" : ", which is not there",
		profile->credentials_path, profile->config_path, why->message);
	g_set_error_literal(error, why->domain, why->code, text);
}

static struct aws_credentials *find(struct chain *chain, GError **error)
{
	static chain_provider *const providers[] = {
		from_settings,
		chain_environment,
		from_nowhere,
		chain_role,
		chain_profile,
		from_container,
	};
	GError *why = NULL;
	struct aws_credentials *found =
		chain_first(chain, providers, G_N_ELEMENTS(providers), &why);
	if (found || why) {
		if (why)
			g_propagate_error(error, why);
		return found;
	}
	found = aws_instance_credentials(chain->profile, &why);
	if (!found)
		nothing_say(chain, why, error);
	g_clear_error(&why);
	return found;
}

/* The role of the settings, for the keys that are found or for a token. */
static struct aws_credentials *role_take(struct chain *chain, GError **error)
{
	const struct aws_role_settings *wish = chain->settings->role;
	const struct sts_role role = {wish->arn, wish->parameters};
	if (wish->by_web_identity) {
		const char *file = wish->token_file
			? wish->token_file
			: aws_environment("AWS_WEB_IDENTITY_TOKEN_FILE");
		if (!file)
			return chain_refuse(error,
				"role \"%s\" is to be assumed by web identity, but neither "
				"assume_role_with_web_identity_token_file nor "
				"AWS_WEB_IDENTITY_TOKEN_FILE names a token",
				wish->arn);
		return sts_assume_role_with_web_identity(&chain->sts, &role, file, error);
	}
	struct aws_credentials *source = find(chain, error);
	/* That endpoint is for this call only: a token that finds the keys goes where it always
	 * goes. */
	struct sts sts = chain->sts;
	sts.endpoint_url = wish->endpoint_url;
	sts.is_of_settings = true;
	struct aws_credentials *credentials =
		source ? sts_assume_role(&sts, &role, source, error) : NULL;
	aws_credentials_free(source);
	return credentials;
}

static const char *region_find(
	const struct s3_settings *settings, const struct aws_profile *profile)
{
	const char *region = settings->region;
	if (!region)
		region = aws_environment("AWS_REGION");
	if (!region)
		region = aws_environment("AWS_DEFAULT_REGION");
	if (!region)
		region = aws_profile_get(profile, "region");
	return region ? region : "us-east-1";
}

struct aws_credentials *aws_credentials_find(
	const struct s3_settings *settings, const struct aws_profile *profile, GError **error)
{
	struct chain chain = {
		.settings = settings,
		.profile = profile,
		.with_environment = settings->profile == NULL,
		.sts = {.region = region_find(settings, profile),
			.profile = profile,
			.settings = settings},
		.visited = g_ptr_array_new(),
	};
	g_ptr_array_add(chain.visited, profile->name);
	struct aws_credentials *found =
		settings->role ? role_take(&chain, error) : find(&chain, error);
	g_ptr_array_unref(chain.visited);
	return found;
}

bool aws_credentials_renew(
	struct aws_credentials **credentials, const struct s3_settings *settings, GError **error)
{
	struct aws_profile *profile = aws_profile_read(settings->profile, error);
	struct aws_credentials *fresh =
		profile ? aws_credentials_find(settings, profile, error) : NULL;
	aws_profile_free(profile);
	if (!fresh)
		return false;
	aws_credentials_free(*credentials);
	*credentials = fresh;
	return true;
}

bool aws_credentials_refresh(
	struct aws_credentials **credentials, const struct s3_settings *settings, GError **error)
{
	GError *why = NULL;
	int64_t now = g_get_real_time();
	if (!aws_credentials_stale(*credentials, now)
		|| aws_credentials_renew(credentials, settings, &why))
		return true;
	if ((*credentials)->expires_at <= g_get_real_time()) {
		g_propagate_error(error, why);
		return false;
	}
	g_autofree char *until = instant_iso((*credentials)->expires_at);
	printf("no new AWS credentials (%s); those of %s are used, which expire at %s\n",
		why->message, (*credentials)->found_in, until);
	(*credentials)->renew_at = MIN(now + ASK_AGAIN_US, (*credentials)->expires_at);
	g_error_free(why);
	return true;
}
