/* SPDX-License-Identifier: MIT */
#include "daemon/api/secret.h"

#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "daemon/render/mask.h"
#include "lib/base/ident.h"

bool secret_is_hidden(const char *text)
{
	return text && strcmp(text, SECRET_HIDDEN) == 0;
}

void secret_forget(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
}

/* The objects and lists among texts; NULL: anything else is hidden or shown as a whole. */
static json_t *structure_parse(const char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(json) || json_is_array(json))
		return json;
	json_decref(json);
	return NULL;
}

/* A text with URLs, the passwords hidden; NULL: there are none. */
static char *urls_shown(const char *text)
{
	g_autoptr(GPtrArray) masks = masks_new();
	mask_add_urls(masks, text);
	g_autofree char *shown = text_masked(text, masks);
	return g_str_equal(shown, text) ? NULL : g_steal_pointer(&shown);
}

char *secret_shown(const char *name, const char *text)
{
	if (!text)
		return NULL;
	if (name_is_sensitive(name))
		return g_strdup(SECRET_HIDDEN);
	json_t *json = structure_parse(text);
	if (!json && text_is_dubious(text))
		return g_strdup(SECRET_HIDDEN);
	if (!json) {
		char *shown = urls_shown(text);
		return shown ? shown : g_strdup(text);
	}
	json_t *shown = json_shown(json);
	/* Written anew only where something is hidden: else as its author wrote it. */
	char *out = json_equal(json, shown) ? g_strdup(text) : json_dumps(shown, 0);
	json_decref(shown);
	json_decref(json);
	return out;
}

static bool hides(const json_t *json)
{
	return secret_is_hidden(json_string_value(json));
}

/* A new reference: `given`, but the stored value wherever it is hidden in what was shown. */
static json_t *meant(json_t *given, json_t *shown, json_t *stored)
{
	const char *key;
	json_t *item, *out;
	size_t i;
	if (hides(given) && hides(shown))
		return json_incref(stored);
	if (json_is_object(given) && json_is_object(shown)) {
		out = json_object();
		json_object_foreach(given, key, item) json_object_set_new(out, key,
			meant(item, json_object_get(shown, key), json_object_get(stored, key)));
		return out;
	}
	if (json_is_array(given) && json_is_array(shown)) {
		out = json_array();
		json_array_foreach(given, i, item) json_array_append_new(
			out, meant(item, json_array_get(shown, i), json_array_get(stored, i)));
		return out;
	}
	return json_incref(given);
}

char *secret_meant(const char *name, const char *given, const char *stored)
{
	if (!stored)
		return g_strdup(given);
	g_autofree char *whole_shown = secret_shown(name, stored);
	if (secret_is_hidden(whole_shown))
		return g_strdup(secret_is_hidden(given) ? stored : given);
	if (g_strcmp0(given, whole_shown) == 0)
		return g_strdup(stored);
	json_t *new = structure_parse(given), *old = structure_parse(stored);
	char *out = NULL;
	if (new &&old) {
		json_t *shown = json_shown(old);
		json_t *whole = meant(new, shown, old);
		out = json_equal(new, whole) ? NULL : json_dumps(whole, 0);
		json_decref(whole);
		json_decref(shown);
	}
	json_decref(new);
	json_decref(old);
	return out ? out : g_strdup(given);
}
