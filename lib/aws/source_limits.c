/* SPDX-License-Identifier: MIT */
#include "lib/aws/source_limits.h"

#include "lib/base/instant.h"
#include "lib/base/size.h"

/* Durations beyond are cut to it: 300 years. */
#define AGE_MAX_S 1e10

static bool is_given(const json_t *value)
{
	return value && !json_is_null(value);
}

bool source_limits_read(const json_t *arguments, struct source_limits *limits, GError **error)
{
	const json_t *size = json_object_get(arguments, "min_size");
	const json_t *age = json_object_get(arguments, "max_age");
	*limits = (struct source_limits){.max_age_us = -1};
	if (is_given(size)) {
		limits->min_size = json_is_integer(size) ? json_integer_value(size) : -1;
		if (limits->min_size < 0) {
			g_set_error_literal(error, LIB_ERROR, 0, "min_size: not a number of bytes");
			return false;
		}
	}
	if (is_given(age)) {
		if (!(json_number_value(age) >= 0) || !json_is_number(age)) {
			g_set_error_literal(
				error, LIB_ERROR, 0, "max_age: not a number of seconds");
			return false;
		}
		limits->max_age_us = (int64_t)(MIN(json_number_value(age), AGE_MAX_S) * SECOND_US);
	}
	return true;
}

static bool size_check(int64_t min_size, const char *name, int64_t size, GError **error)
{
	if (size >= min_size)
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"%s has %" G_GINT64_FORMAT " bytes, fewer than min_size (%" G_GINT64_FORMAT
		"), so it is not restored",
		name, size, min_size);
	return false;
}

bool source_limits_check(const struct source_limits *limits, const char *name, int64_t size,
	int64_t modified_at, GError **error)
{
	if (!limits)
		return true;
	if (!size_check(limits->min_size, name, size, error))
		return false;
	int64_t now = g_get_real_time();
	if (limits->max_age_us < 0)
		return true;
	if (modified_at == INSTANT_NONE) {
		g_set_error(error, LIB_ERROR, 0,
			"when %s was last modified is not known, so max_age cannot be compared: it "
			"is not restored",
			name);
		return false;
	}
	if (modified_at >= now - limits->max_age_us)
		return true;
	g_autofree char *at = instant_iso_z(modified_at / SECOND_US * SECOND_US);
	g_autofree char *age = duration_text((now - modified_at) / SECOND_US * SECOND_US);
	g_autofree char *allowed = duration_text(limits->max_age_us);
	g_set_error(error, LIB_ERROR, 0,
		"%s is of %s, %s ago, and so older than max_age (%s): it is not restored", name, at,
		age, allowed);
	return false;
}

char *source_time_text(int64_t modified_at)
{
	if (modified_at == INSTANT_NONE)
		return g_strdup("of a time that is not known");
	g_autofree char *at = instant_iso_z(modified_at / SECOND_US * SECOND_US);
	int64_t age_us = MAX(g_get_real_time() - modified_at, 0);
	g_autofree char *age = duration_text(age_us / SECOND_US * SECOND_US);
	return g_strdup_printf("of %s (%s ago)", at, age);
}
