/* SPDX-License-Identifier: MIT */
/* Below chain.h: how far the search for keys has come, and the providers of one profile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lib/aws/credentials.h"
#include "lib/aws/profile.h"
#include "lib/aws/s3_settings.h"
#include "lib/aws/sts.h"

struct chain {
	const struct s3_settings *settings;
	const struct aws_profile *profile; /* whose turn it is */
	bool with_environment;             /* whether variables may say what a profile says */
	struct sts sts;
	GPtrArray *visited; /* names of the profiles on the way, this one the last */
};

/*
 * One place where keys may be. NULL without an error: nothing asks for it, or it has none; the next
 * one is looked at.
 */
typedef struct aws_credentials *chain_provider(struct chain *chain, GError **error);

/* The first that has keys, or fails. */
struct aws_credentials *chain_first(
	struct chain *chain, chain_provider *const *providers, size_t n, GError **error);

chain_provider chain_environment;
/* The role_arn of the profile, with the keys of its source_profile or credential_source. */
chain_provider chain_role;
/* All else that a profile may say of keys. */
chain_provider chain_profile;

/* A copy of the keys. Neither id nor secret: NULL without an error; one of them: an error. Takes
 * over `found_in`. */
struct aws_credentials *chain_keys(const struct aws_keys *keys, char *found_in, GError **error);

/* Sets an error that no later try can mend. Always NULL. */
struct aws_credentials *chain_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
