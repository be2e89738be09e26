/* SPDX-License-Identifier: MIT */
/* How to reach S3: keys, region and endpoint, from an operator's arguments and its connection. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "lib/aws/role_settings.h"

enum s3_addressing {
	S3_ADDRESSING_AUTO,    /* in the host name at AWS, in the path at any other endpoint */
	S3_ADDRESSING_PATH,    /* http://host/bucket/key */
	S3_ADDRESSING_VIRTUAL, /* http://bucket.host/key */
};

struct s3_settings {
	/* All NULL: the provider chain of credentials.h. The session token may be NULL with the
	 * others set. */
	char *access_key_id, *secret_access_key, *session_token;
	char *profile;      /* of the shared files; NULL: AWS_PROFILE, else `default` */
	char *region;       /* NULL: from the environment or the profile, else us-east-1 */
	char *endpoint_url; /* NULL: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS */
	enum s3_addressing addressing;
	struct aws_role_settings *role; /* to assume with these keys; NULL: none */
};

/*
 * Reads access_key_id, secret_access_key, session_token, region, endpoint_url, path_style (a
 * boolean) and the resolved connection `arguments[connection_name]` (`connection_name` NULL: there
 * is none). What is written as a parameter wins over the connection; an empty text counts as
 * absent. The connection is of conn_type `aws` (or `s3`): login and password are the keys; extra
 * holds region_name, endpoint_url, aws_session_token, profile_name and path_style. NULL and an
 * error when one of them is wrong.
 */
struct s3_settings *s3_settings_read(
	const json_t *arguments, const char *connection_name, GError **error);

/* Forgets the secrets, too. NULL is fine. */
void s3_settings_free(struct s3_settings *settings);
