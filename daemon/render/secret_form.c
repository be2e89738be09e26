/* SPDX-License-Identifier: MIT */
#include "daemon/render/secret_form.h"

#include <stdbool.h>
#include <string.h>

/* Whoever shows a part of a form that is longer, shows pieces of it. */
enum { PIECES_OF = 200, PIECE_SIZE = 64, N_PLAIN_QUOTINGS = 3 };
/* Nothing writes more bytes for one. */
enum { GROWS_MAX = 6 };

/* From an environment or a URL it may be bytes of any kind. It holds no NUL. */
struct secret {
	const char *text;
	bool is_utf8;
};

/* Takes it over; NULL is none. */
static void form_add(GPtrArray *forms, char *form)
{
	if (form)
		g_ptr_array_add(forms, form);
}

void secret_form_free(void *form)
{
	if (form)
		explicit_bzero(form, strlen(form));
	g_free(form);
}

/* With room for all, as what it would grow out of would stay in memory. */
static GString *form_begin(const char *secret)
{
	return g_string_sized_new(GROWS_MAX * strlen(secret));
}

/* ---- as JSON, Python and shells write it between quotes ---- */

enum number { NUMBER_U, NUMBER_UPPER_U, NUMBER_X, NUMBER_OCTAL };

struct quoting {
	const char *escaped; /* these get a backslash before them */
	enum number number;  /* how control characters without a letter are written */
	enum { OTHERS_STAY, OTHERS_AS_CHARACTERS, OTHERS_AS_BYTES } others;
	const char *numbered; /* these are written like control characters; NULL: none */
};

static const struct quoting quotings[] = {
	{"\"\\", NUMBER_U, OTHERS_STAY},          /* JSON */
	{"\"\\", NUMBER_U, OTHERS_AS_CHARACTERS}, /* JSON, as Python writes it */
	{"", NUMBER_X, OTHERS_STAY},              /* a message of dagd's own */
	{"\"\\/", NUMBER_U, OTHERS_STAY},         /* JSON, as PHP writes it */
	{"\\", NUMBER_X, OTHERS_STAY},            /* repr() of Python */
	{"'\\", NUMBER_X, OTHERS_STAY},           /* the same where both quotes are in it */
	{"\\", NUMBER_X, OTHERS_AS_BYTES},        /* repr() of bytes */
	{"'\\", NUMBER_X, OTHERS_AS_BYTES}, {"'\\", NUMBER_OCTAL, OTHERS_STAY}, /* $'' of bash */
	{"'\\", NUMBER_OCTAL, OTHERS_AS_BYTES}, /* the same in the locale C */
	{"\"\\$`", NUMBER_OCTAL, OTHERS_STAY},  /* declare -p of bash */
	{"\"\\", NUMBER_UPPER_U, OTHERS_STAY},  /* JSON, as jansson writes it */
	{"\"\\", NUMBER_UPPER_U, OTHERS_AS_CHARACTERS},
	{"\"\\", NUMBER_U, OTHERS_STAY, "<>&"},                   /* as Go writes it */
	{"\"\\", NUMBER_U, OTHERS_STAY, "<>&='"},                 /* as Gson writes it */
	{"\\", NUMBER_UPPER_U, OTHERS_AS_CHARACTERS, "\"'<>&+`"}, /* as .NET writes it */
};

static void number_append(GString *out, enum number number, gunichar c)
{
	switch (number) {
	case NUMBER_U:
		g_string_append_printf(out, "\\u%04x", c);
		return;
	case NUMBER_UPPER_U:
		g_string_append_printf(out, "\\u%04X", c);
		return;
	case NUMBER_X:
		g_string_append_printf(out, "\\x%02x", c);
		return;
	case NUMBER_OCTAL:
		g_string_append_printf(out, "\\%03o", c);
		return;
	}
}

static void other_append(GString *out, const struct quoting *quoting, gunichar c)
{
	char bytes[6];
	int n = g_unichar_to_utf8(c, bytes);
	bool is_pair = c > 0xffff && quoting->others == OTHERS_AS_CHARACTERS;
	if (is_pair)
		number_append(out, quoting->number, 0xd800 + ((c - 0x10000) >> 10));
	if (quoting->others == OTHERS_AS_CHARACTERS)
		number_append(out, quoting->number, is_pair ? 0xdc00 + (c & 0x3ff) : c);
	else
		g_string_append_len(out, bytes, n);
}

static bool is_numbered(const struct quoting *quoting, gunichar c)
{
	bool is_json = quoting->number == NUMBER_U || quoting->number == NUMBER_UPPER_U;
	if (c == 0x7f)
		return !is_json || quoting->others != OTHERS_STAY;
	return c < ' ' || (c < 0x7f && quoting->numbered && strchr(quoting->numbered, (char)c));
}

static void character_append(GString *out, const struct quoting *quoting, gunichar c)
{
	static const char letters[] = "b\bf\fn\nr\rt\t";
	const char *letter = c < ' ' ? strchr(letters, (char)c) : NULL;
	if (letter)
		g_string_append_printf(out, "\\%c", letter[-1]);
	else if (is_numbered(quoting, c))
		number_append(out, quoting->number, c);
	else if (c > 0x7f)
		other_append(out, quoting, c);
	else if (strchr(quoting->escaped, (char)c))
		g_string_append_printf(out, "\\%c", (char)c);
	else
		g_string_append_c(out, (char)c);
}

static char *text_quoted(const char *secret, const struct quoting *quoting)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at = g_utf8_next_char(at))
		character_append(out, quoting, g_utf8_get_char(at));
	return g_string_free(out, FALSE);
}

static char *bytes_quoted(const char *secret, const struct quoting *quoting)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++) {
		if (*at & 0x80)
			number_append(out, quoting->number, (unsigned char)*at);
		else
			character_append(out, quoting, (gunichar)*at);
	}
	return g_string_free(out, FALSE);
}

/* NULL: so only UTF-8 is written, and it is none. */
static char *quoted(const struct secret *secret, const struct quoting *quoting)
{
	if (quoting->others == OTHERS_AS_BYTES)
		return bytes_quoted(secret->text, quoting);
	return secret->is_utf8 ? text_quoted(secret->text, quoting) : NULL;
}

/* ---- as shells and SQL write it ---- */

static char *quotes_replaced(const char *secret, const char *by)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++) {
		if (*at == '\'')
			g_string_append(out, by);
		else
			g_string_append_c(out, *at);
	}
	return g_string_free(out, FALSE);
}

/* As dash lists its variables: quotes that follow each other stand together. */
static char *quotes_gathered(const char *secret)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at;) {
		size_t n = strspn(at, "'"), plain = strcspn(at + n, "'");
		if (n > 0)
			g_string_append_printf(out, "'\"%.*s\"'", (int)n, at);
		g_string_append_len(out, at + n, (gssize)plain);
		at += n + plain;
	}
	return g_string_free(out, FALSE);
}

/* printf %q of bash. */
static char *backslashed(const char *secret)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++) {
		bool is_plain = g_ascii_isalnum(*at) || (*at & 0x80) || strchr("%+-./:=@_", *at);
		if (!is_plain)
			g_string_append_c(out, '\\');
		g_string_append_c(out, *at);
	}
	return g_string_free(out, FALSE);
}

/* ---- as URLs and hex write it ---- */

static const char upper[] = "0123456789ABCDEF", lower[] = "0123456789abcdef";

static void byte_append(GString *out, const char *digits, char byte)
{
	g_string_append_c(out, digits[(unsigned char)byte >> 4]);
	g_string_append_c(out, digits[(unsigned char)byte & 15]);
}

struct url_form {
	const char *kept; /* besides letters, digits, "-._" */
	const char *digits;
	char space; /* 0: as any other byte */
};

static const struct url_form url_forms[] = {
	{"~", upper, 0}, {"~", lower, 0}, {"~", upper, '+'}, {"~", lower, '+'},
	{"", upper, '+'},           /* forms, of those who do not know that "~" may stay */
	{"~/", upper, 0},           /* quote() of Python */
	{"~!*'()", upper, 0},       /* encodeURIComponent() */
	{"~!$&'()*+,;=", upper, 0}, /* all that the password of a URL may hold */
};

static char *url_quoted(const char *secret, const struct url_form *form)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++) {
		if (g_ascii_isalnum(*at) || strchr("-._", *at) || strchr(form->kept, *at)) {
			g_string_append_c(out, *at);
		} else if (*at == ' ' && form->space) {
			g_string_append_c(out, form->space);
		} else {
			g_string_append_c(out, '%');
			byte_append(out, form->digits, *at);
		}
	}
	return g_string_free(out, FALSE);
}

static char *hex(const char *secret, const char *digits)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++)
		byte_append(out, digits, *at);
	return g_string_free(out, FALSE);
}

/* ---- as HTML and XML write it ---- */

/* How they write quotes, on which they differ; NULL: as they are. */
static const struct html_form {
	const char *quote, *apostrophe;
} html_forms[] = {{NULL, NULL}, {"&quot;", "&#x27;"}, {"&quot;", "&#39;"}, {"&quot;", "&#039;"},
	{"&#34;", "&#39;"}, {"&quot;", "&apos;"}};

static const char *html_name(const struct html_form *form, char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return form->quote;
	case '\'':
		return form->apostrophe;
	default:
		return NULL;
	}
}

static char *html_quoted(const char *secret, const struct html_form *form)
{
	GString *out = form_begin(secret);
	for (const char *at = secret; *at; at++) {
		const char *name = html_name(form, *at);
		if (name)
			g_string_append(out, name);
		else
			g_string_append_c(out, *at);
	}
	return g_string_free(out, FALSE);
}

/* ---- as base64 writes it ---- */

/*
 * Where `before` bytes (0, 1 or 2 more than a multiple of three) stand before the secret in what
 * is encoded: those of its letters that depend on the secret alone.
 */
static char *base64(const char *secret, size_t before)
{
	static const size_t shared[] = {0, 2, 3}; /* letters that the bytes before have a part in */
	size_t size = strlen(secret);
	g_autofree char *bytes = g_malloc0(before + size + 1);
	memcpy(bytes + before, secret, size);
	char *text = g_base64_encode((const guchar *)bytes, before + size);
	explicit_bzero(bytes, before + size);
	size_t end = (before + size) * 8 / 6;
	char *own = g_strndup(text + shared[before], end - shared[before]);
	secret_form_free(text);
	return own;
}

/* The lines into which programs cut it. */
static void base64_lines_add(const char *text, GPtrArray *forms)
{
	static const size_t widths[] = {64, 76};
	size_t size = strlen(text);
	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++)
		for (size_t at = 0; size > widths[i] && at < size; at += widths[i])
			g_ptr_array_add(forms, g_strndup(text + at, widths[i]));
}

static void base64_add(const char *secret, GPtrArray *forms)
{
	for (size_t before = 0; before < 3; before++) {
		char *text = base64(secret, before);
		g_ptr_array_add(forms, text);
		if (before == 0)
			base64_lines_add(text, forms);
		if (strpbrk(text, "+/"))
			g_ptr_array_add(forms,
				g_strdelimit(g_strdelimit(g_strdup(text), "+", '-'), "/", '_'));
	}
}

/* ---- all ---- */

static void stripped_add(const char *text, size_t size, GPtrArray *forms)
{
	for (; size > 0 && g_ascii_isspace(*text); size--)
		text++;
	while (size > 0 && g_ascii_isspace(text[size - 1]))
		size--;
	form_add(forms, g_strndup(text, size));
}

static void lines_add(const char *text, GPtrArray *forms)
{
	for (size_t size; *text; text += size + (text[size] != 0)) {
		size = strcspn(text, "\r\n");
		stripped_add(text, size, forms);
	}
}

/* Of a long one not all may be shown where it stands: then its pieces are known. */
static void pieces_add(const char *form, GPtrArray *forms)
{
	const char *at = form, *end = form + strlen(form);
	if (end - at <= PIECES_OF)
		return;
	while (end - at > PIECE_SIZE) {
		const char *next = g_utf8_find_prev_char(at, at + PIECE_SIZE + 1);
		if (!next || next == at) /* no UTF-8 */
			next = at + PIECE_SIZE;
		g_ptr_array_add(forms, g_strndup(at, next - at));
		at = next;
	}
}

/* JSON in a text of JSON. */
static void nested_add(const struct secret *secret, GPtrArray *forms)
{
	for (size_t i = 0; i < 2 && secret->is_utf8; i++) {
		char *inner = quoted(secret, &quotings[i]);
		form_add(forms, text_quoted(inner, &quotings[i]));
		secret_form_free(inner);
	}
}

static void encodings_add(const struct secret *secret, GPtrArray *forms)
{
	const char *text = secret->text;
	nested_add(secret, forms);
	for (size_t i = N_PLAIN_QUOTINGS; i < G_N_ELEMENTS(quotings); i++)
		form_add(forms, quoted(secret, &quotings[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(url_forms); i++)
		form_add(forms, url_quoted(text, &url_forms[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(html_forms); i++)
		form_add(forms, html_quoted(text, &html_forms[i]));
	form_add(forms, quotes_replaced(text, "'\\''"));
	form_add(forms, quotes_replaced(text, "'\"'\"'"));
	form_add(forms, quotes_replaced(text, "''"));
	form_add(forms, quotes_gathered(text));
	form_add(forms, backslashed(text));
}

/* Nothing quotes any of its characters. */
static bool is_plain(const char *text)
{
	while (g_ascii_isalnum(*text) || (*text && strchr("-._", *text)))
		text++;
	return !*text;
}

static void quoted_add(const struct secret *secret, GPtrArray *forms)
{
	size_t size = strlen(secret->text);
	stripped_add(secret->text, size, forms);
	for (size_t i = 0; i < N_PLAIN_QUOTINGS && secret->is_utf8; i++) {
		char *form = quoted(secret, &quotings[i]);
		form_add(forms, form);
		if (size <= SECRET_FORMS_MAX)
			pieces_add(form, forms);
	}
	if (strpbrk(secret->text, "\r\n"))
		lines_add(secret->text, forms);
	if (size <= SECRET_FORMS_MAX)
		encodings_add(secret, forms);
}

void secret_forms_add(const char *text, GPtrArray *forms)
{
	size_t size = strlen(text);
	const struct secret secret = {text, g_utf8_validate(text, (gssize)size, NULL)};
	form_add(forms, g_strdup(text));
	if (!is_plain(text))
		quoted_add(&secret, forms);
	if (size > SECRET_FORMS_MAX)
		return;
	pieces_add(text, forms);
	form_add(forms, hex(text, lower));
	form_add(forms, hex(text, upper));
	base64_add(text, forms);
}
