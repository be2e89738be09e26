/* SPDX-License-Identifier: MIT */
#include "daemon/render/brought.h"

int brought(const struct template *template, const struct template_object *scope, const char *text,
	unsigned (*count)(const char *text), GError **error)
{
	int n = text ? (int)count(text) : 0;
	if (n == 0 || template_is_expression(template))
		return 0;
	g_autofree char *own = template_render_own(template, scope, error);
	return own ? MAX(n - (int)count(own), 0) : -1;
}
