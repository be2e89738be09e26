/* SPDX-License-Identifier: MIT */
/* Where a service that gives keys is asked: STS, and the two of single sign-on. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

struct aws_service {
	const char *id;   /* as in AWS_ENDPOINT_URL_ID */
	const char *host; /* before `.REGION.amazonaws.com` */
	const char *fips_host;
};

/* AWS_ENDPOINT_URL_ID, AWS_ENDPOINT_URL, or what the profile says (its `services`, its
 * endpoint_url); NULL, perhaps with an error. */
char *aws_endpoint_configured(const char *id, const struct aws_profile *profile, GError **error);

/*
 * What is configured, else AWS itself in that region. The configured ones count for nothing when
 * ignore_configured_endpoint_urls of the settings says so, else
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.
 */
char *aws_endpoint_find(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error);
