/* SPDX-License-Identifier: MIT */
/* The parts of AWS that know nothing of each other, told by the names of their regions. */
#pragma once

#include <stdbool.h>

#include <glib.h>

struct aws_partition {
	const char *region_prefix;
	const char *domain;            /* of its hosts */
	const char *dual_stack_domain; /* of all but S3; NULL: there is none */
	bool has_fips;                 /* of S3 */
	bool is_fips;                  /* hosts that give keys are, by their usual name */
};

/* Also of regions that are not known: never NULL. */
const struct aws_partition *aws_partition_of(const char *region);

/* Whether it may stand in the name of a host; else an error. */
bool aws_region_check(const char *region, GError **error);
