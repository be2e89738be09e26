/* SPDX-License-Identifier: MIT */
/* What a connection's extra says of S3 in the words of Airflow and botocore. */
#pragma once

#include "lib/aws/s3_settings.h"
#include "lib/aws/table.h"

/*
 * Reads region_name, endpoint_url, path_style, requester_pays, verify, `config_kwargs` (which
 * botocore calls Config) and `service_config.s3`. Names of botocore that would change what is done
 * but are not known here are refused, as are names that botocore does not know, either.
 */
bool s3_config_read(struct s3_settings *settings, const struct aws_table *extra, GError **error);
