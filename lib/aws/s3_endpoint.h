/* SPDX-License-Identifier: MIT */
/* Where S3 is and how it is spoken to: of settings, environment and profile the first that says. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/aws/s3_request.h"

/* Fills region, endpoint, addressing and certificates of an S3 that has settings and profile. */
bool s3_endpoint_find(struct s3 *s3, GError **error);
