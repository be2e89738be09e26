/* SPDX-License-Identifier: MIT */
/* What is wrong with the characters of a file, before anyone reads it as YAML. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/problem.h"

/*
 * Refuses a text that is too long, is not UTF-8, or has characters that YAML forbids or that end a
 * line for libyaml but for no editor; the first one is reported. *end is the place behind the last
 * character.
 */
bool source_check(const char *file, const char *text, size_t len, struct place *end,
	struct problems *problems);
