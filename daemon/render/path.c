/* SPDX-License-Identifier: MIT */
#include "daemon/render/path.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/template/template.h"

/* `..`, also as URLs write it. */
static bool is_folder_above(const char *name)
{
	unsigned n_dots = 0;
	for (; *name; n_dots++) {
		if (g_ascii_strncasecmp(name, "%2e", 3) == 0)
			name += 3;
		else if (*name++ != '.')
			return false;
	}
	return n_dots == 2;
}

/* A name of an object of S3 is no path: `..` means nothing in it. */
static bool leads_out(const char *path)
{
	if (!path || g_str_has_prefix(path, "s3://"))
		return false;
	g_auto(GStrv) names = g_strsplit_set(path, "/?#", -1);
	for (char **name = names; *name; name++)
		if (is_folder_above(*name))
			return true;
	return false;
}

static bool text_check(const struct template *template, const char *path, GError **error)
{
	if (!leads_out(path) || template_is_expression(template) || template_says(template, ".."))
		return true;
	return error_say(error,
		"a value brings \"..\" into the path \"%s\", which leads out of the folder that "
		"stands before it",
		path);
}

bool path_check(const struct value *value, const json_t *rendered, GError **error)
{
	if (value->template)
		return text_check(value->template, json_string_value(rendered), error);
	for (size_t i = 0; i < value->n && !value->is_map; i++)
		if (!path_check(&value->items[i], json_array_get(rendered, i), error))
			return false;
	return true;
}
