/* SPDX-License-Identifier: MIT */
/* One section of a file that AWS's tools share, read as they read it. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/*
 * Puts the keys (in lower case) of one section of the text into `values`. The section is called
 * `[kind name]`; without a kind `[name]`, as is the kind `profile` of the name `default`. Of two
 * spellings of one name the later counts. What stands in [DEFAULT] counts where the section says
 * nothing. A nested setting is `s3.addressing_style`. Whether the section was there; an error, with
 * the line, when the text is no such file.
 */
bool aws_ini_section(
	const char *text, const char *kind, const char *name, GHashTable *values, GError **error);
