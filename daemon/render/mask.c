/* SPDX-License-Identifier: MIT */
#include "daemon/render/mask.h"

#include <string.h>

#include "daemon/render/secret_form.h"
#include "daemon/render/url_login.h"
#include "lib/base/ident.h"
#include "lib/wire/mask.h"

/* What a word takes besides its bytes, here and in the worker. */
enum { WORD_OVERHEAD = 64 };

/* ---- the words ---- */

struct mask_words {
	GPtrArray *words;    /* NULL-terminated */
	GHashTable *known;   /* the same, to be found */
	GHashTable *secrets; /* whose forms they are */
	size_t size;
	bool is_indexed;
	struct masks index; /* of the words, when it is indexed */
};

struct mask_words *mask_words_new(void)
{
	struct mask_words *masks = g_new0(struct mask_words, 1);
	masks->words = g_ptr_array_new_null_terminated(1, secret_form_free, TRUE);
	masks->known = g_hash_table_new(g_str_hash, g_str_equal);
	masks->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, secret_form_free, NULL);
	return masks;
}

void mask_words_free(struct mask_words *masks)
{
	if (!masks)
		return;
	masks_clear(&masks->index);
	g_hash_table_unref(masks->secrets);
	g_hash_table_unref(masks->known);
	g_ptr_array_unref(masks->words);
	g_free(masks);
}

const char *const *mask_words_list(const struct mask_words *masks)
{
	return (const char *const *)masks->words->pdata;
}

bool mask_words_are_too_many(const struct mask_words *masks)
{
	return masks->size > MASK_WORDS_MAX_BYTES;
}

static void word_add(struct mask_words *masks, const char *text)
{
	size_t size = strlen(text);
	if (size < MASK_WORD_MIN || g_hash_table_contains(masks->known, text))
		return;
	char *word = g_strdup(text);
	g_ptr_array_add(masks->words, word);
	g_hash_table_add(masks->known, word);
	masks->size += size + WORD_OVERHEAD;
	masks->is_indexed = false;
}

struct mask_words *mask_words_without(
	const struct mask_words *masks, const struct mask_words *others)
{
	struct mask_words *left = mask_words_new();
	for (guint i = 0; i < masks->words->len; i++)
		if (!g_hash_table_contains(others->known, masks->words->pdata[i]))
			word_add(left, masks->words->pdata[i]);
	return left;
}

bool mask_add(struct mask_words *masks, const char *secret)
{
	if (!secret || !*secret || g_ascii_strcasecmp(secret, "airflow") == 0)
		return true;
	bool is_long = strlen(secret) >= MASK_WORD_MIN;
	if (mask_words_are_too_many(masks) || g_hash_table_contains(masks->secrets, secret))
		return is_long;
	g_hash_table_add(masks->secrets, g_strdup(secret));
	g_autoptr(GPtrArray) forms = g_ptr_array_new_with_free_func(secret_form_free);
	secret_forms_add(secret, forms);
	for (guint i = 0; i < forms->len; i++)
		word_add(masks, forms->pdata[i]);
	return is_long;
}

void mask_add_all(struct mask_words *masks, const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;
	mask_add(masks, json_string_value(value));
	if (json_is_number(value)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY);
		mask_add(masks, text);
		secret_form_free(text);
	}
	json_object_foreach((json_t *)value, key, item) mask_add_all(masks, item);
	json_array_foreach((json_t *)value, i, item) mask_add_all(masks, item);
}

void mask_add_urls(struct mask_words *masks, const char *text)
{
	struct url_login login;
	for (; text && url_login_find(text, &login); text = login.host) {
		char *password = g_strndup(login.password, login.password_size);
		char *decoded = g_uri_unescape_string(password, NULL);
		mask_add(masks, password);
		mask_add(masks, decoded);
		secret_form_free(password);
		secret_form_free(decoded);
	}
}

void mask_add_sensitive(struct mask_words *masks, const json_t *value)
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
	/* A word that is bytes of any kind may end within a character. */
	char *shown = g_utf8_make_valid((const char *)out.data, -1);
	wire_buffer_clear(&out);
	return shown;
}

static json_t *string_hide(const char *text, const struct masks *words)
{
	g_autofree char *shown = text_hide(text, words);
	return json_string(shown);
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

static const struct masks *index_of(struct mask_words *masks)
{
	if (!masks->is_indexed)
		masks_set(&masks->index, mask_words_list(masks), masks->words->len);
	masks->is_indexed = true;
	return &masks->index;
}

char *text_masked(const char *text, struct mask_words *masks)
{
	return mask_words_are_too_many(masks) ? g_strdup(MASK_HIDDEN)
					      : text_hide(text, index_of(masks));
}

json_t *json_masked(const json_t *value, struct mask_words *masks)
{
	return mask_words_are_too_many(masks) ? json_string(MASK_HIDDEN)
					      : value_hide(value, index_of(masks));
}

json_t *json_shown(const json_t *value)
{
	g_autoptr(mask_words) masks = mask_words_new();
	mask_add_sensitive(masks, value);
	return json_masked(value, masks);
}

bool text_holds_secret(const char *text, struct mask_words *masks)
{
	return mask_words_are_too_many(masks) || masks_are_in(index_of(masks), text, strlen(text));
}

/* Names that look secret say nothing of what is in them. */
bool json_holds_secret(const json_t *value, struct mask_words *masks)
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
	json_object_foreach((json_t *)value, key, item)
	{
		if (text_holds_secret(key, masks) || json_holds_secret(item, masks))
			return true;
	}
	json_array_foreach((json_t *)value, i, item)
	{
		if (json_holds_secret(item, masks))
			return true;
	}
	return false;
}
