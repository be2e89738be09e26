/* SPDX-License-Identifier: MIT */
#include "daemon/render/mask.h"

#include <string.h>

#include "daemon/render/secret_form.h"
#include "daemon/render/url_login.h"
#include "lib/base/ident.h"
#include "lib/wire/mask.h"

/* ---- the words ---- */

static void word_free(void *word)
{
	if (word)
		explicit_bzero(word, strlen(word));
	g_free(word);
}

GPtrArray *masks_new(void)
{
	return g_ptr_array_new_with_free_func(word_free);
}

bool mask_add(GPtrArray *masks, const char *secret)
{
	if (!secret || !*secret || g_ascii_strcasecmp(secret, "airflow") == 0)
		return true;
	if (g_ptr_array_find_with_equal_func(masks, secret, g_str_equal, NULL))
		return true;
	g_autoptr(GPtrArray) forms = g_ptr_array_new_with_free_func(word_free);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	secret_forms_add(secret, forms);
	for (guint i = 0; i < forms->len; i++) {
		char *form = forms->pdata[i];
		if (strlen(form) < MASK_WORD_MIN || !g_hash_table_add(seen, form))
			continue;
		g_ptr_array_add(masks, g_strdup(form));
	}
	return strlen(secret) >= MASK_WORD_MIN;
}

void mask_add_all(GPtrArray *masks, const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;
	mask_add(masks, json_string_value(value));
	if (json_is_number(value)) {
		g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY);
		mask_add(masks, text);
	}
	json_object_foreach((json_t *)value, key, item) mask_add_all(masks, item);
	json_array_foreach((json_t *)value, i, item) mask_add_all(masks, item);
}

void mask_add_urls(GPtrArray *masks, const char *text)
{
	struct url_login login;
	for (; text && url_login_find(text, &login); text = login.host) {
		g_autofree char *password = g_strndup(login.password, login.password_size);
		mask_add(masks, password);
		g_autofree char *decoded = g_uri_unescape_string(password, NULL);
		mask_add(masks, decoded);
	}
}

void mask_add_sensitive(GPtrArray *masks, const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;
	mask_add_urls(masks, json_string_value(value));
	json_object_foreach((json_t *)value, key, item)
	{
		mask_add_urls(masks, key);
		if (name_is_sensitive(key))
			mask_add_all(masks, item);
		else
			mask_add_sensitive(masks, item);
	}
	json_array_foreach((json_t *)value, i, item) mask_add_sensitive(masks, item);
}

bool text_is_dubious(const char *text)
{
	const char *begin = text + strspn(text, " \t\r\n");
	if ((*begin != '{' && *begin != '[') || !name_is_sensitive(text))
		return false;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool is_read = json != NULL;
	json_decref(json);
	return !is_read;
}

/* ---- what is shown ---- */

static char *text_hide(const char *text, const struct masks *words)
{
	struct wire_buffer out = {0};
	masks_apply_last(words, text, strlen(text), &out);
	wire_buffer_append(&out, "", 1);
	char *shown = g_strdup((const char *)out.data);
	wire_buffer_clear(&out);
	return shown;
}

/* What is no text any more without the words is not shown at all. */
static json_t *string_hide(const char *text, const struct masks *words)
{
	g_autofree char *shown = text_hide(text, words);
	json_t *string = json_string(shown);
	return string ? string : json_string(MASK_HIDDEN);
}

static json_t *number_hide(const json_t *value, const struct masks *words)
{
	g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY);
	g_autofree char *shown = text_hide(text, words);
	return g_str_equal(text, shown) ? json_deep_copy(value) : json_string(MASK_HIDDEN);
}

static json_t *all_hidden(const json_t *value, const struct masks *words);
static json_t *value_hide(const json_t *value, const struct masks *words);

/* Two names may be one when they are hidden: the later value stays. */
static json_t *object_hide(const json_t *value, const struct masks *words, bool is_sensitive)
{
	const char *key;
	json_t *item, *out = json_object();
	json_object_foreach((json_t *)value, key, item)
	{
		g_autofree char *name = text_hide(key, words);
		json_object_set_new(out, name,
			is_sensitive || name_is_sensitive(key) ? all_hidden(item, words)
							       : value_hide(item, words));
	}
	return out;
}

static json_t *all_hidden(const json_t *value, const struct masks *words)
{
	json_t *item, *out;
	size_t i;
	if (json_is_object(value))
		return object_hide(value, words, true);
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, item)
			json_array_append_new(out, all_hidden(item, words));
		return out;
	}
	return json_is_null(value) ? json_null() : json_string(MASK_HIDDEN);
}

static json_t *value_hide(const json_t *value, const struct masks *words)
{
	json_t *item, *out;
	size_t i;
	if (json_is_string(value))
		return string_hide(json_string_value(value), words);
	if (json_is_object(value))
		return object_hide(value, words, false);
	if (json_is_number(value))
		return number_hide(value, words);
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, item)
			json_array_append_new(out, value_hide(item, words));
		return out;
	}
	return json_deep_copy(value);
}

static struct masks *words_of(const GPtrArray *masks)
{
	struct masks *words = g_new0(struct masks, 1);
	masks_set(words, (const char *const *)masks->pdata, masks->len);
	return words;
}

static void words_free(struct masks *words)
{
	masks_clear(words);
	g_free(words);
}

char *text_masked(const char *text, const GPtrArray *masks)
{
	struct masks *words = words_of(masks);
	char *shown = text_hide(text, words);
	words_free(words);
	return shown;
}

json_t *json_masked(const json_t *value, const GPtrArray *masks)
{
	struct masks *words = words_of(masks);
	json_t *shown = value_hide(value, words);
	words_free(words);
	return shown;
}

json_t *json_shown(const json_t *value)
{
	g_autoptr(GPtrArray) masks = masks_new();
	mask_add_sensitive(masks, value);
	return json_masked(value, masks);
}

bool text_holds_secret(const char *text, const GPtrArray *masks)
{
	g_autofree char *shown = text_masked(text, masks);
	return !g_str_equal(text, shown);
}

/* Names that look secret say nothing of what is in them. */
bool json_holds_secret(const json_t *value, const GPtrArray *masks)
{
	const char *key;
	json_t *item;
	size_t i;
	if (json_is_string(value))
		return text_holds_secret(json_string_value(value), masks);
	if (json_is_number(value)) {
		g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY);
		return text_holds_secret(text, masks);
	}
	json_object_foreach((json_t *)value, key, item) if (text_holds_secret(key, masks)
		|| json_holds_secret(item, masks)) return true;
	json_array_foreach(
		(json_t *)value, i, item) if (json_holds_secret(item, masks)) return true;
	return false;
}
