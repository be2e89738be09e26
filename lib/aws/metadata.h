/* SPDX-License-Identifier: MIT */
/* The services beside a machine or a container that hand out the passing keys of its role. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/credentials.h"
#include "lib/aws/http.h"
#include "lib/aws/profile.h"

/* Whether the environment names a service for the container (ECS, EKS Pod Identity). */
bool aws_container_named(void);
struct aws_credentials *aws_container_credentials(GError **error);

/*
 * By IMDSv2 at AWS_EC2_METADATA_SERVICE_ENDPOINT (or the profile's), else 169.254.169.254; an error
 * when AWS_EC2_METADATA_DISABLED. Keys that have expired, which the service gives while it cannot
 * get others, are used for a while, with a line on stdout.
 */
struct aws_credentials *aws_instance_credentials(const struct aws_profile *profile, GError **error);

/* Where the service of an instance is, without a slash at its end. */
char *metadata_address(const struct aws_profile *profile, GError **error);

struct metadata_request {
	const char *method, *url;
	const char *header; /* one, or NULL */
	const char *what;   /* who is asked, for messages */
	unsigned max_tries;
	long connect_timeout_ms, timeout_ms;
};

/* How it was answered: what the errors of metadata_ask() cannot tell a program. */
struct metadata_reply {
	long status; /* 0: there was no answer */
	bool silent; /* the connection was made, but no answer came in time */
};

/* The body of a 200, or NULL with an error. It is asked again while the failure may pass, and never
 * through a proxy. `reply` may be NULL. */
char *metadata_ask(CURL *curl, const struct metadata_request *request, struct metadata_reply *reply,
	GError **error);

/* The keys in the JSON answer of either service, which may be an error in spite of its status 200.
 * They point into `answer` (json_decref() it afterwards). */
bool metadata_keys(
	const json_t *answer, const char *found_in, struct aws_keys *keys, GError **error);
