/* SPDX-License-Identifier: MIT */
/* Who has answered to whose keys: for people who wonder whether their settings are right. */
#pragma once

#include <glib.h>

#include "lib/aws/s3_settings.h"

/*
 * At AWS, or where AWS_ENDPOINT_URL_STS is set, STS says it: account and ARN. At any other endpoint
 * the list of buckets is asked for. The sentence, which says where the keys were found, is to be
 * freed; NULL with an error.
 */
char *aws_identity_text(const struct s3_settings *settings, GError **error);
