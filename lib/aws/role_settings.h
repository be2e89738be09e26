/* SPDX-License-Identifier: MIT */
/* A role that a connection asks to assume, by the keys of its extra as Airflow has them. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

struct aws_role_settings {
	char *arn;
	bool by_web_identity; /* else with the keys that are found otherwise */
	char *token_file;     /* of web identity; NULL: AWS_WEB_IDENTITY_TOKEN_FILE */
	json_t *parameters;   /* more of AssumeRole, by their names; an object */
	char *endpoint_url;   /* of STS, for AssumeRole alone; NULL: as usual */
};

/*
 * role_arn, assume_role_method (assume_role, assume_role_with_web_identity), assume_role_kwargs,
 * external_id, assume_role_with_web_identity_federation (file),
 * assume_role_with_web_identity_token_file and service_config.sts.endpoint_url. `owner` begins the
 * messages: `connection "aws_default": `. NULL without an error when there is no role_arn.
 */
struct aws_role_settings *aws_role_settings_read(
	const json_t *extra, const char *owner, GError **error);

/* NULL is fine. */
void aws_role_settings_free(struct aws_role_settings *role);
