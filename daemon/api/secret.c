/* SPDX-License-Identifier: MIT */
#include "daemon/api/secret.h"

#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "daemon/render/mask.h"
#include "daemon/render/url_login.h"
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
	g_autoptr(mask_words) masks = mask_words_new();
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

/* ---- what is meant by what comes back ---- */

static bool hides(const json_t *json)
{
	return secret_is_hidden(json_string_value(json));
}

/* The logins of what is stored: parts of its own texts. */
static void logins_find(const char *text, GArray *logins)
{
	struct url_login login;
	for (; text && url_login_find(text, &login); text = login.host)
		g_array_append_val(logins, login);
}

static void json_logins_find(json_t *value, GArray *logins)
{
	const char *key;
	json_t *item;
	size_t i;
	logins_find(json_string_value(value), logins);
	json_object_foreach(value, key, item) json_logins_find(item, logins);
	json_array_foreach(value, i, item) json_logins_find(item, logins);
}

static bool part_equal(const char *one, size_t one_size, const char *other, size_t other_size)
{
	return one_size == other_size && memcmp(one, other, one_size) == 0;
}

static bool password_equal(const struct url_login *one, const struct url_login *other)
{
	return part_equal(one->password, one->password_size, other->password, other->password_size);
}

/* In how many of user and host. */
static int likeness(const struct url_login *one, const struct url_login *other)
{
	return part_equal(one->user, one->user_size, other->user, other->user_size)
		+ part_equal(one->host, one->host_size, other->host, other->host_size);
}

/* The stored one whose password is meant: those most like it have but one. NULL: it is not clear.
 */
static const struct url_login *login_meant(const GArray *logins, const struct url_login *given)
{
	const struct url_login *best = NULL;
	bool is_clear = false;
	for (guint i = 0; i < logins->len; i++) {
		const struct url_login *login = &g_array_index(logins, struct url_login, i);
		int more = best ? likeness(login, given) - likeness(best, given) : 1;
		if (more < 0)
			continue;
		is_clear = more > 0 || (is_clear && password_equal(login, best));
		best = login;
	}
	return is_clear ? best : NULL;
}

/* With the passwords in their places; to be freed with secret_forget. */
static char *logins_restore(const char *given, const GArray *logins)
{
	GString *out = g_string_new(NULL);
	struct url_login login;
	while (url_login_find(given, &login)) {
		bool is_hidden = part_equal(
			login.password, login.password_size, SECRET_HIDDEN, strlen(SECRET_HIDDEN));
		const struct url_login *meant = is_hidden ? login_meant(logins, &login) : NULL;
		if (!meant)
			meant = &login;
		g_string_append_len(out, given, login.password - given);
		g_string_append_len(out, meant->password, (gssize)meant->password_size);
		given = login.password + login.password_size;
	}
	g_string_append(out, given);
	return g_string_free(out, FALSE);
}

static json_t *string_meant(json_t *given, const GArray *logins)
{
	char *text = logins_restore(json_string_value(given), logins);
	json_t *string = json_string(text);
	secret_forget(text);
	return string;
}

/* A new reference: `given`, but the stored value wherever it is hidden in what was shown. */
static json_t *meant(json_t *given, json_t *shown, json_t *stored, const GArray *logins)
{
	const char *key;
	json_t *item, *out;
	size_t i;
	if ((hides(given) && hides(shown)) || (json_is_string(given) && json_equal(given, shown)))
		return json_incref(stored);
	if (json_is_string(given))
		return string_meant(given, logins);
	if (json_is_object(given)) {
		out = json_object();
		json_object_foreach(given, key, item)
		{
			json_object_set_new(out, key,
				meant(item, json_object_get(shown, key),
					json_object_get(stored, key), logins));
		}
		return out;
	}
	if (json_is_array(given)) {
		/* Of a list that became shorter nobody knows which are left. */
		if (json_array_size(given) < json_array_size(shown))
			shown = NULL;
		out = json_array();
		json_array_foreach(given, i, item)
		{
			json_array_append_new(out,
				meant(item, json_array_get(shown, i), json_array_get(stored, i),
					logins));
		}
		return out;
	}
	return json_incref(given);
}

/* `given` as it is written where nothing is put back. */
static char *structure_meant(json_t *new, json_t *old, const char *given, const GArray *logins)
{
	json_t *shown = old ? json_shown(old) : NULL;
	json_t *whole = meant(new, shown, old, logins);
	char *out = json_equal(new, whole) ? g_strdup(given) : json_dumps(whole, 0);
	json_decref(whole);
	json_decref(shown);
	return out;
}

static size_t n_hidden(const char *text)
{
	size_t n = 0;
	for (; (text = strstr(text, SECRET_HIDDEN)); text += strlen(SECRET_HIDDEN))
		n++;
	return n;
}

/* Where something of `stored` is hidden. */
static char *restored(const char *given, const char *stored)
{
	json_t *new = structure_parse(given), *old = structure_parse(stored);
	g_autoptr(GArray) logins = g_array_new(FALSE, FALSE, sizeof(struct url_login));
	if (old)
		json_logins_find(old, logins);
	else
		logins_find(stored, logins);
	char *out = new ? structure_meant(new, old, given, logins) : logins_restore(given, logins);
	json_decref(new);
	json_decref(old);
	/* More of them than the value itself has stand for what was not found. */
	if (n_hidden(out) > n_hidden(stored))
		g_clear_pointer(&out, secret_forget);
	return out;
}

char *secret_meant(const char *name, const char *given, const char *stored)
{
	if (!stored)
		return g_strdup(given);
	char *shown = secret_shown(name, stored), *out;
	if (g_str_equal(given, shown))
		out = g_strdup(stored);
	else if (secret_is_hidden(shown) || g_str_equal(shown, stored))
		out = g_strdup(given);
	else
		out = restored(given, stored);
	g_free(shown);
	return out;
}
