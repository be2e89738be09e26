/* SPDX-License-Identifier: MIT */
#include "daemon/render/addresses.h"

#include <string.h>

#include "daemon/render/brought.h"
#include "lib/base/error.h"

static unsigned commas(const char *text)
{
	unsigned n = 0;
	while ((text = strpbrk(text, ",;")) != NULL) {
		n++;
		text++;
	}
	return n;
}

bool addresses_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error)
{
	const char *text = json_string_value(rendered);
	int n = value->template ? brought(value->template, scope, text, commas, error) : 0;
	if (n <= 0)
		return n == 0;
	return error_say(error,
		"a value brings a comma or semicolon into \"%s\", which would make more addresses "
		"of it; write a list, each item of which is one address, or let one {{ }} be all "
		"of the text",
		text);
}
