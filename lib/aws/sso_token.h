/* SPDX-License-Identifier: MIT */
/* The token of a sign-on in the cache that AWS's tools share, renewed while that is allowed. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

/* Who signed on where; all but `session` are there. */
struct sso_wish {
	const char *session; /* of sso_session; NULL in a profile that names the start URL itself */
	const char *start_url, *region;
	const struct aws_profile *profile;
	const struct s3_settings *settings; /* how the services are asked */
};

/* The access token (aws_secret_free() it), or NULL with an error that says how to sign on. */
char *sso_token(const struct sso_wish *wish, GError **error);

/* The error of a sign-on that is over, because of `why`. */
void sso_token_refuse(const struct sso_wish *wish, const char *why, GError **error);
