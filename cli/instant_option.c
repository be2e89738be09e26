/* SPDX-License-Identifier: MIT */
#include "cli/instant_option.h"

#include "lib/base/instant.h"

bool invocation_instant(const struct invocation *invocation, const char *name,
	const struct zone *zone, int64_t *at, GError **error)
{
	const char *text = invocation_option(invocation, name);
	g_autoptr(GError) wrong = NULL;
	int64_t wall_us;
	bool has_offset;
	int offset_s = 0;
	if (!text)
		return true;
	if (!instant_parse(text, &wall_us, &has_offset, &offset_s, &wrong))
		return error_say(error, "--%s: %s", name, wrong->message);
	*at = has_offset ? wall_us - offset_s * SECOND_US : zone_instant(zone, wall_us);
	return true;
}

bool invocation_instant_is_naive(const struct invocation *invocation, const char *name)
{
	const char *text = invocation_option(invocation, name);
	int64_t wall_us;
	bool has_offset = true;
	int offset_s;
	return text && instant_parse(text, &wall_us, &has_offset, &offset_s, NULL) && !has_offset;
}
