/* SPDX-License-Identifier: MIT */
/* The shared files of AWS tools, ~/.aws/credentials and ~/.aws/config, read as one profile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

struct aws_profile {
	char *name;
	char *credentials_path, *config_path;
	bool found;         /* in one of the files */
	bool asked_for;     /* by a setting or AWS_PROFILE; else it is `default` */
	GHashTable *values; /* text by key; the credentials file wins */
};

/*
 * The profile `name` (NULL: AWS_PROFILE, else `default`) from AWS_SHARED_CREDENTIALS_FILE and
 * AWS_CONFIG_FILE, else from ~/.aws. A file that is not there is no error; one that cannot be read
 * is.
 */
struct aws_profile *aws_profile_read(const char *name, GError **error);
void aws_profile_free(struct aws_profile *profile);

/* NULL when it is absent or empty. */
const char *aws_profile_get(const struct aws_profile *profile, const char *key);

/*
 * Puts the keys of one section of an ini text into `values`, none that is there already. Sections
 * are called
 * `[name]`, in the config file `[profile name]` too (`default` may be either). Whether the section
 * was there.
 */
bool aws_ini_section(const char *text, const char *name, bool is_config, GHashTable *values);
