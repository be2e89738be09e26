/* SPDX-License-Identifier: MIT */
/* A rendered value as the operator's manifest wants it. */
#pragma once

#include "daemon/render/scope.h"

/* Takes `value` over; NULL and an error that names the parameter when it does not fit its type. */
json_t *argument_fit(
	struct scope *scope, const struct parameter *parameter, json_t *value, GError **error);
