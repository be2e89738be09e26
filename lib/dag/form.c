/* SPDX-License-Identifier: MIT */
#include "lib/dag/form.h"

#include "lib/base/error.h"
#include "lib/base/ident.h"
#include "lib/dag/rule.h"

static bool is_rule(const json_t *entry)
{
	return json_is_object(entry) && rule_is_meant(entry);
}

/* Borrowed; NULL: it must be given. */
static json_t *default_of(json_t *entry)
{
	if (!is_rule(entry))
		return entry;
	json_t *value = json_object_get(entry, "default");
	return value ? value : json_object_get(entry, "const");
}

bool form_check(const json_t *form, GError **error)
{
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)form, name, entry)
	{
		json_t *value = default_of(entry);
		if (!ident_check("form", name, error))
			return false;
		if (is_rule(entry)
			&& (!rule_check(entry, error)
				|| (value && !rule_allows(entry, name, value, error)))) {
			g_prefix_error(error, "\"%s\": ", name);
			return false;
		}
	}
	return true;
}

static bool is_complete(const json_t *form, const json_t *values, GError **error)
{
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)form, name, entry)
	{
		const json_t *value = json_object_get(values, name);
		if (!value)
			return error_say(error, "\"%s\" must be given", name);
		if (is_rule(entry) && !rule_allows(entry, name, value, error))
			return false;
	}
	return true;
}

static bool is_known(const json_t *form, const json_t *given, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)given, name,
		value) if (!json_object_get(form, name)) return error_say(error,
		"\"%s\" is not asked for", name);
	return true;
}

json_t *form_fill(const json_t *form, const json_t *given, GError **error)
{
	const char *name;
	json_t *entry;
	json_t *values = json_object();
	json_object_foreach((json_t *)form, name, entry) if (default_of(entry))
		json_object_set(values, name, default_of(entry));
	if (json_is_object(given))
		json_object_update(values, (json_t *)given);
	if (is_known(form, given, error) && is_complete(form, values, error))
		return values;
	json_decref(values);
	return NULL;
}
