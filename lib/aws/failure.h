/* SPDX-License-Identifier: MIT */
/* The two kinds of errors in this layer: those that may pass (LIB_ERROR) and those that stay as
 * they are. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/* The domain of an error that no later try can mend: a wrong secret, a missing bucket, a bad
 * argument. */
#define AWS_LASTING_ERROR (g_quark_from_static_string("dagd-aws-lasting"))

/* The code of either kind when the object that is meant is gone or replaced; all others have 0. */
#define AWS_OBJECT_CHANGED 1

static inline bool aws_error_is_lasting(const GError *error)
{
	return error->domain == AWS_LASTING_ERROR;
}

/* Sets a lasting error; always false. */
bool aws_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
