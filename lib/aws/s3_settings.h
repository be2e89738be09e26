/* SPDX-License-Identifier: MIT */
/* How to reach S3: keys, region and endpoint, from an operator's arguments and its connection. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "lib/aws/role_settings.h"
#include "lib/aws/table.h"

enum s3_addressing {
	S3_ADDRESSING_AUTO,    /* in the host name at AWS, in the path at any other endpoint */
	S3_ADDRESSING_PATH,    /* http://host/bucket/key */
	S3_ADDRESSING_VIRTUAL, /* http://bucket.host/key */
};

struct s3_settings {
	/* All NULL: the provider chain of credentials.h. The session token may be NULL with the
	 * others set. */
	char *access_key_id, *secret_access_key, *session_token;
	char *profile; /* of the shared files; NULL: AWS_PROFILE, else `default` */
	/* Of what the settings do not say, the environment is asked, then the profile:
	 * s3_endpoint.h. */
	char *region;       /* else us-east-1 */
	char *endpoint_url; /* else AWS */
	enum s3_addressing addressing;
	struct aws_role_settings *role;     /* to assume with these keys; NULL: none */
	enum aws_choice fips, dual_stack;   /* of AWS's endpoints */
	enum aws_choice ignores_configured; /* endpoints of environment and profile */
	enum aws_choice verifies;           /* the certificate of the server; else it does */
	char *ca_file;                      /* certificates to trust */
	char *http_proxy, *https_proxy;     /* URLs, with a password perhaps */
	double connect_timeout_s, read_timeout_s, max_tries; /* 0: the usual */
	enum aws_choice requester_pays;
	char *server_side_encryption, *sse_kms_key_id; /* of what is written */
};

/*
 * Reads access_key_id, secret_access_key, session_token, region, endpoint_url, path_style,
 * requester_pays, server_side_encryption, sse_kms_key_id and the resolved connection
 * `arguments[connection_name]` (`connection_name` NULL: there is none). What is written as a
 * parameter wins over the connection; an empty text counts as absent. The connection is of
 * conn_type `aws` (or `s3`): login and password are the keys; extra holds aws_session_token,
 * profile_name and what s3_config.h reads. NULL and an error when one of them is wrong.
 */
struct s3_settings *s3_settings_read(
	const json_t *arguments, const char *connection_name, GError **error);

/* One of `auto`, `path` and `virtual`; `what` says where it stands. */
bool s3_addressing_parse(
	const char *text, const char *what, enum s3_addressing *addressing, GError **error);

/* `path_style`: a boolean. */
bool s3_path_style_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error);

/* Forgets the secrets, too. NULL is fine. */
void s3_settings_free(struct s3_settings *settings);
