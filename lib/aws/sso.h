/* SPDX-License-Identifier: MIT */
/* Single sign-on: passing keys for the token that `aws sso login` has left in ~/.aws/sso/cache. */
#pragma once

#include <glib.h>

#include "lib/aws/credentials.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

/*
 * NULL without an error when the profile has neither sso_account_id nor sso_role_name. A token of
 * an sso_session that is about to expire is replaced by means of its refresh token, in the cache
 * too; else the error says how to sign in again. `settings` say how the services are asked.
 */
struct aws_credentials *aws_sso_credentials(
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error);
