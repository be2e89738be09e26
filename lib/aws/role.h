/* SPDX-License-Identifier: MIT */
/* The passing keys that a machine or a container is given for its role, from the metadata service
 * at hand. */
#pragma once

#include <glib.h>

#include "lib/aws/credentials.h"

/* Whether the environment names a service for the container (ECS, EKS Pod Identity). */
bool aws_container_role_named(void);
struct aws_credentials *aws_container_role(GError **error);

/* IMDSv2 at AWS_EC2_METADATA_SERVICE_ENDPOINT, else 169.254.169.254; an error when
 * AWS_EC2_METADATA_DISABLED. */
struct aws_credentials *aws_instance_role(GError **error);

/* The answer of either service; it may be an error in spite of its status 200. Public for the
 * tests. */
struct aws_credentials *aws_role_parse(const char *text, const char *found_in, GError **error);
