/* SPDX-License-Identifier: MIT */
#include "lib/aws/credentials.h"

#include <string.h>

#include "lib/aws/failure.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define RENEW_BEFORE_MAX_US (15 * MINUTE_US)

void aws_secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

/* A line break in what is sent would begin another header. */
static bool is_sendable(const char *text)
{
	while (text && *text && !g_ascii_iscntrl(*text))
		text++;
	return !text || !*text;
}

struct aws_credentials *aws_credentials_new(
	const struct aws_keys *keys, const char *found_in, GError **error)
{
	int64_t now = g_get_real_time(), renew_at = INSTANT_NEVER;
	if (!is_sendable(keys->access_key_id) || !is_sendable(keys->session_token)) {
		aws_refuse(error, "%s gives keys that contain a control character", found_in);
		return NULL;
	}
	if (keys->expires_at <= now) {
		g_autofree char *at = instant_iso(keys->expires_at);
		error_say(error,
			"%s gives keys that expired at %s, unless the clock of this machine is "
			"wrong",
			found_in, at);
		return NULL;
	}
	if (keys->expires_at != INSTANT_NEVER)
		renew_at =
			keys->expires_at - MIN(RENEW_BEFORE_MAX_US, (keys->expires_at - now) / 4);
	struct aws_credentials *credentials = g_new(struct aws_credentials, 1);
	*credentials = (struct aws_credentials){
		.access_key_id = g_strdup(keys->access_key_id),
		.secret_access_key = g_strdup(keys->secret_access_key),
		.session_token = g_strdup(keys->session_token),
		.expires_at = keys->expires_at,
		.renew_at = renew_at,
		.found_in = g_strdup(found_in),
	};
	return credentials;
}

void aws_credentials_free(struct aws_credentials *credentials)
{
	if (!credentials)
		return;
	g_free(credentials->access_key_id);
	aws_secret_free(credentials->secret_access_key);
	aws_secret_free(credentials->session_token);
	g_free(credentials->found_in);
	g_free(credentials);
}

bool aws_credentials_stale(const struct aws_credentials *credentials, int64_t now)
{
	return credentials->renew_at != INSTANT_NEVER && now >= credentials->renew_at;
}

bool aws_expiry_parse(const char *text, int64_t *at)
{
	bool has_offset;
	int offset_s;
	if (!text || !instant_parse(text, at, &has_offset, &offset_s, NULL))
		return false;
	*at -= offset_s * SECOND_US;
	return true;
}
