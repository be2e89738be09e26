/* SPDX-License-Identifier: MIT */
#include "daemon/render/path.h"

#include <string.h>

#include "daemon/render/brought.h"
#include "lib/base/error.h"

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

static unsigned folders_above(const char *path)
{
	unsigned n = 0;
	g_auto(GStrv) names = g_strsplit_set(path, "/?#", -1);
	for (char **name = names; *name; name++)
		n += is_folder_above(*name);
	return n;
}

/* A name of an object of S3 is no path: `..` means nothing in it. */
static bool text_check(const struct template *template, const struct template_object *scope,
	const char *path, GError **error)
{
	bool is_path = path && !g_str_has_prefix(path, "s3://");
	int n = is_path ? brought(template, scope, path, folders_above, error) : 0;
	if (n <= 0)
		return n == 0;
	return error_say(error,
		"a value brings \"..\" into the path \"%s\", which leads out of the folder that "
		"stands before it",
		path);
}

bool path_check(const struct value *value, const struct template_object *scope,
	const json_t *rendered, GError **error)
{
	if (value->template)
		return text_check(value->template, scope, json_string_value(rendered), error);
	for (size_t i = 0; i < value->n && !value->is_map; i++)
		if (!path_check(&value->items[i], scope, json_array_get(rendered, i), error))
			return false;
	return true;
}
