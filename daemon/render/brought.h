/* SPDX-License-Identifier: MIT */
/* What values bring into a text that its author wrote: of some things they may bring none. */
#pragma once

#include <glib.h>

#include "lib/template/template.h"

/*
 * How many more of what `count` counts stand in `text`, rendered of the template in `scope`, than
 * its author wrote. A text that is a value as a whole is what the author wanted: none. `text` may
 * be NULL. -1: an error.
 */
int brought(const struct template *template, const struct template_object *scope, const char *text,
	unsigned (*count)(const char *text), GError **error);
