/* SPDX-License-Identifier: MIT */
/* The Security Token Service: passing keys of a role, for other keys or for a token of identity. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/credentials.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

/* Where STS is asked, and how. */
struct sts {
	const char *region;
	const char *endpoint_url; /* NULL: aws_endpoint_find() */
	bool is_of_settings;      /* they say of FIPS and dual-stack where it is */
	const struct aws_profile *profile;
	const struct s3_settings *settings;
};

struct sts_role {
	const char *arn;
	/*
	 * More parameters of the action by their names there, such as RoleSessionName, ExternalId,
	 * DurationSeconds, Policy, Tags; NULL for none. The session is called
	 * `dagd-DAG-TASK` when nothing else is said.
	 */
	const json_t *parameters;
};

/* Signed by `source`. */
struct aws_credentials *sts_assume_role(const struct sts *sts, const struct sts_role *role,
	const struct aws_credentials *source, GError **error);

/* Whose keys these are: no permission is needed to ask. Both to be freed. */
struct sts_identity {
	char *account, *arn;
};
bool sts_caller_identity(const struct sts *sts, const struct aws_credentials *keys,
	struct sts_identity *identity, GError **error);

/* For the token (a JWT) in the file, which is read anew each time since its owner replaces it. */
struct aws_credentials *sts_assume_role_with_web_identity(
	const struct sts *sts, const struct sts_role *role, const char *token_file, GError **error);
