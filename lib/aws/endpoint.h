/* SPDX-License-Identifier: MIT */
/* Where a service that gives keys is asked: STS, and the two of single sign-on. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

struct aws_service {
	const char *id;    /* as in AWS_ENDPOINT_URL_ID */
	const char *host;  /* before `.REGION.amazonaws.com` */
	const char *given; /* the address that was chosen for it; NULL: none */
	/* What the settings say of FIPS and dual-stack counts: botocore's Config is for the client
	 * that it is given to, not for those that find the keys. */
	bool obeys_settings;
};

/* What the settings leave open: the variable, else the profile. False and an error: it is neither
 * true nor false. */
bool aws_choose(const struct aws_profile *profile, const char *variable, const char *key,
	enum aws_choice *choice, GError **error);

/* An error where the settings ask for FIPS or dual-stack, which only AWS has, at that address. */
bool aws_variant_check(const struct s3_settings *settings, const char *endpoint, GError **error);

/* AWS_ENDPOINT_URL_ID, AWS_ENDPOINT_URL, or what the profile says (its `services`, its
 * endpoint_url); NULL, perhaps with an error. */
char *aws_endpoint_configured(const char *id, const struct aws_profile *profile, GError **error);

/*
 * What is given or configured, else AWS itself in that region. The configured ones count for
 * nothing when ignore_configured_endpoint_urls of the settings says so, else
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.
 */
char *aws_endpoint_find(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error);
