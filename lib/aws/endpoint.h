/* SPDX-License-Identifier: MIT */
/* Where a service that gives keys is asked: STS, and the two of single sign-on. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/profile.h"

struct aws_service {
	const char *id;   /* as in AWS_ENDPOINT_URL_ID */
	const char *host; /* before `.REGION.amazonaws.com` */
	const char *fips_host;
};

/*
 * AWS_ENDPOINT_URL_ID, AWS_ENDPOINT_URL, what the profile says (its `services`, its endpoint_url),
 * else AWS itself in that region. The configured ones count for nothing when
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.
 */
char *aws_endpoint_find(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, GError **error);

/* Whether it may stand in a host name. */
bool aws_region_check(const char *region, GError **error);
