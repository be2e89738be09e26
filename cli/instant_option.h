/* SPDX-License-Identifier: MIT */
/* Instants that a user wrote. */
#pragma once

#include "cli/command_line.h"
#include "lib/schedule/schedule.h"

/*
 * The instant of an option; without an offset it is in `zone`. *at is left as it is when the option
 * was not given. False: an error.
 */
bool invocation_instant(const struct invocation *invocation, const char *name,
	const struct zone *zone, int64_t *at, GError **error);
/* Whether the option was given without an offset, so that its zone matters. */
bool invocation_instant_is_naive(const struct invocation *invocation, const char *name);
