/* SPDX-License-Identifier: MIT */
/* What the templates of one task give, of which there may be only so much. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "lib/template/template.h"

/* No larger arguments reach a process, and no larger value becomes a result. */
#define WEIGHT_MAX (64u << 20)

/*
 * As template_render, and counts in *weight, which begins with 0, about how many bytes of JSON it
 * gave. An error as soon as that is more than WEIGHT_MAX.
 */
json_t *template_weigh(const struct template *template, const struct template_object *scope,
	size_t *weight, GError **error);
