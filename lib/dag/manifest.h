/* SPDX-License-Identifier: MIT */
/* Reads one operator.yaml. */
#pragma once

#include "lib/base/arena.h"
#include "lib/dag/operator.h"

/*
 * The operator in `folder` (absolute, named as the operator), made in the arena; `file` is the
 * manifest's name in problems. NULL: there was a problem.
 */
struct operator* manifest_read(struct arena *arena, const char *folder, const char *file,
	const char *text, size_t len, struct problems *problems);
