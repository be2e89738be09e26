/* SPDX-License-Identifier: MIT */
/* The shared files of AWS tools, ~/.aws/credentials and ~/.aws/config, read as one profile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

struct aws_profile {
	char *name;
	char *credentials_path, *config_path;
	bool found;     /* in one of the files */
	bool asked_for; /* by a setting or a variable; else it is `default` */
	/* Text by key, of either file. A nested setting is `s3.addressing_style`. */
	GHashTable *credentials, *config;
};

/*
 * The profile `name` (NULL: AWS_DEFAULT_PROFILE, AWS_PROFILE, else `default`) from
 * AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else from ~/.aws. A file that is not there is no
 * error; one that cannot be read is.
 */
struct aws_profile *aws_profile_read(const char *name, GError **error);
void aws_profile_free(struct aws_profile *profile);

/* What the credentials file says, else the config file; NULL when it is absent or empty. */
const char *aws_profile_get(const struct aws_profile *profile, const char *key);

/* The section `[kind name]` of the config file, such as `[sso-session work]`: text by key (a new
 * reference). NULL without an error when it is not there. */
GHashTable *aws_config_section(const char *kind, const char *name, GError **error);
