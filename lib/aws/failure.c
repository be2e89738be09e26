/* SPDX-License-Identifier: MIT */
#include "lib/aws/failure.h"

bool aws_refuse(GError **error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	if (error)
		*error = g_error_new_valist(AWS_LASTING_ERROR, 0, format, values);
	va_end(values);
	return false;
}
