/* SPDX-License-Identifier: MIT */
/* A variable of the environment that says something: AWS's tools take an empty one for absent. */
#pragma once

#include <stddef.h>

#include <glib.h>

/* NULL when it is absent or empty. */
static inline const char *aws_environment(const char *name)
{
	const char *value = g_getenv(name);
	return value && *value ? value : NULL;
}
