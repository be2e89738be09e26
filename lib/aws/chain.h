/* SPDX-License-Identifier: MIT */
/* Who has keys: the providers of AWS's own tools, in their order. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/credentials.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

/*
 * The first that has keys of: the settings; the environment; of the profile a role to assume, web
 * identity, single sign-on, the credentials file, credential_process, the config file; the role of
 * the container; that of the instance. Variables count for nothing when the settings name a
 * profile. With these keys the role of the settings is assumed, where they name one. A provider
 * that is asked for and fails is an error, and no later one is tried.
 */
struct aws_credentials *aws_credentials_find(
	const struct s3_settings *settings, const struct aws_profile *profile, GError **error);

/* Looks again, in files read anew; an error leaves `credentials` as they are. */
bool aws_credentials_renew(
	struct aws_credentials **credentials, const struct s3_settings *settings, GError **error);

/*
 * Renews them when they are stale. While that fails, those that have not expired yet are used on,
 * with a line on stdout, and it is tried again after a minute.
 */
bool aws_credentials_refresh(
	struct aws_credentials **credentials, const struct s3_settings *settings, GError **error);
