/* SPDX-License-Identifier: MIT */
#include "operators/email/address.h"

#include <string.h>

#include "lib/base/instant.h"

enum {
	/* An encoded word has 75 characters at most: so many bytes, in base64. */
	WORD_BYTES = 42,
	/* A longer line of plain text is encoded, too, which folds it. */
	PLAIN_MAX = 400,
};

GPtrArray *addresses_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
}

void address_free(struct address *address)
{
	g_free(address->name);
	g_free(address->mailbox);
	g_free(address);
}

static bool is_mailbox(const char *text)
{
	const char *at = strrchr(text, '@');
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("<>,;\"", *p) || *p == 0x7f)
			return false;
	return at && at != text && at[1] != '\0';
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* `Name <mailbox>`: cuts the text in two. */
static char *mailbox_cut(char *text)
{
	char *open = strrchr(text, '<');
	size_t len = strlen(text);
	if (!open || text[len - 1] != '>')
		return text;
	text[len - 1] = '\0';
	*open = '\0';
	return open + 1;
}

static char *name_trim(char *name)
{
	g_strstrip(name);
	size_t len = strlen(name);
	if (len >= 2 && name[0] == '"' && name[len - 1] == '"') {
		name[len - 1] = '\0';
		return name + 1;
	}
	return name;
}

bool address_read(const char *what, const char *text, struct address **address, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	char *mailbox = mailbox_cut(copy);
	char *name = mailbox == copy ? NULL : name_trim(copy);
	if (!is_mailbox(mailbox) || (name && has_control(name))) {
		g_set_error(error, LIB_ERROR, 0,
			"%s: \"%s\" is no address such as me@example.com or Me <me@example.com>%s",
			what, text,
			strpbrk(mailbox, ",;") ? "; several do not go into one item of a list"
					       : "");
		return false;
	}
	*address = g_new(struct address, 1);
	**address = (struct address){name && *name ? g_strdup(name) : NULL, g_strdup(mailbox)};
	return true;
}

static bool address_add(GPtrArray *addresses, const char *what, const char *text, GError **error)
{
	struct address *address;
	if (!address_read(what, text, &address, error))
		return false;
	g_ptr_array_add(addresses, address);
	return true;
}

static bool text_read(GPtrArray *addresses, const char *what, const char *text, GError **error)
{
	g_auto(GStrv) parts = g_strsplit_set(text, ",;", -1);
	for (char **part = parts; *part; part++)
		if ((*part)[strspn(*part, " \t")] && !address_add(addresses, what, *part, error))
			return false;
	return true;
}

bool addresses_read(GPtrArray *addresses, const char *what, const json_t *value, GError **error)
{
	size_t i;
	json_t *one;
	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value))
		return text_read(addresses, what, json_string_value(value), error);
	if (!json_is_array(value)) {
		g_set_error(error, LIB_ERROR, 0, "%s: neither a text nor a list", what);
		return false;
	}
	json_array_foreach(value, i, one)
	{
		const char *text = json_string_value(one);
		if (!address_add(addresses, what, text ? text : "", error))
			return false;
	}
	return true;
}

/* ---- in headers ---- */

static bool is_plain(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p >= 0x7f)
			return false;
	return strlen(text) <= PLAIN_MAX && !strstr(text, "=?");
}

/* So many bytes that no character is cut. */
static size_t word_size(const char *text)
{
	size_t size = MIN(strlen(text), (size_t)WORD_BYTES);
	while (text[size] && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

char *header_text(const char *text)
{
	GString *words = g_string_new(NULL);
	if (is_plain(text)) {
		g_string_free(words, TRUE);
		return g_strdup(text);
	}
	while (*text) {
		size_t size = word_size(text);
		g_autofree char *coded = g_base64_encode((const guchar *)text, size);
		g_string_append_printf(words, "%s=?UTF-8?B?%s?=", words->len ? "\r\n " : "", coded);
		text += size;
	}
	return g_string_free(words, FALSE);
}

static char *name_text(const char *name)
{
	if (!is_plain(name))
		return header_text(name);
	GString *quoted = g_string_new("\"");
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *name);
	}
	return g_string_free(g_string_append_c(quoted, '"'), FALSE);
}

char *address_text(const struct address *address)
{
	if (!address->name)
		return g_strdup(address->mailbox);
	g_autofree char *name = name_text(address->name);
	return g_strdup_printf("%s <%s>", name, address->mailbox);
}

char *addresses_text(const GPtrArray *addresses)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < addresses->len; i++) {
		g_autofree char *one = address_text(addresses->pdata[i]);
		g_string_append_printf(text, "%s%s", i ? ",\r\n " : "", one);
	}
	return g_string_free(text, FALSE);
}
