/* SPDX-License-Identifier: MIT */
/* By which proxy, trusting whom and with how much patience a service of AWS is asked. */
#pragma once

#include "lib/aws/http.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"

/*
 * Puts what the settings say of it into the request, whose URL and usual timeouts are there; where
 * they are silent the environment and the profile's ca_bundle count. Nothing is copied.
 */
void transport_set(struct http_request *request, const struct s3_settings *settings,
	const struct aws_profile *profile);

/*
 * The same for a request with a token that makes whoever reads it this machine or its user. The
 * settings of a task cannot have it read on the way: their certificates do not count, nor does
 * their proxy where it would see the request in clear.
 */
void transport_set_for_token(struct http_request *request, const struct s3_settings *settings,
	const struct aws_profile *profile);

/* How often it is asked: as the settings say, AWS_MAX_ATTEMPTS or the profile (1 to 50), else the
 * usual number. */
unsigned transport_tries(
	const struct s3_settings *settings, const struct aws_profile *profile, unsigned usual);
