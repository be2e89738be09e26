/* SPDX-License-Identifier: MIT */
#include "lib/yaml/scalar.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (**words == *text && strcmp(*words, text) == 0)
			return true;
	return false;
}

static bool all_in(const char *text, const char *set)
{
	return *text && strspn(text, set) == strlen(text);
}

static const char *skip_sign(const char *text)
{
	return text + (*text == '+' || *text == '-');
}

/* `12`, `12.`, `.5`, `1e3`, with a sign or not; ints are looked for before. */
static bool is_float(const char *text)
{
	text = skip_sign(text);
	size_t n = strspn(text, "0123456789"), n_fraction = 0;
	text += n;
	if (*text == '.') {
		n_fraction = strspn(text + 1, "0123456789");
		text += 1 + n_fraction;
	}
	if (n + n_fraction == 0)
		return false;
	if (*text == 'e' || *text == 'E')
		return all_in(skip_sign(text + 1), "0123456789");
	return !*text;
}

static enum scalar_kind read_int(const char *text, unsigned base, struct scalar *value)
{
	errno = 0;
	char *end;
	value->integer = g_ascii_strtoll(text, &end, base);
	return errno == ERANGE ? SCALAR_INT_TOO_LARGE : SCALAR_INT;
}

static enum scalar_kind read_number(const char *text, struct scalar *value)
{
	static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
	if (all_in(skip_sign(text), "0123456789"))
		return read_int(text, 10, value);
	if (g_str_has_prefix(text, "0o") && all_in(text + 2, "01234567"))
		return read_int(text + 2, 8, value);
	if (g_str_has_prefix(text, "0x") && all_in(text + 2, "0123456789abcdefABCDEF"))
		return read_int(text + 2, 16, value);
	if (is_one_of(text, nan))
		value->number = NAN;
	else if (is_one_of(skip_sign(text), infinite))
		value->number = *text == '-' ? -INFINITY : INFINITY;
	else if (is_float(text))
		value->number = g_ascii_strtod(text, NULL);
	else
		return SCALAR_TEXT;
	return SCALAR_FLOAT;
}

bool scalar_is_null(const struct node *node)
{
	static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
	return node->plain && is_one_of(node->text, null);
}

enum scalar_kind scalar_read(const struct node *node, struct scalar *value)
{
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	if (!node->plain)
		return SCALAR_TEXT;
	if (scalar_is_null(node))
		return SCALAR_NULL;
	value->boolean = is_one_of(node->text, yes);
	if (value->boolean || is_one_of(node->text, no))
		return SCALAR_BOOL;
	return read_number(node->text, value);
}

static bool is_old_boolean(const char *text, char **readings, char **clear)
{
	static const char *const yes[] = {"yes", "on", "y", NULL};
	static const char *const no[] = {"no", "off", "n", NULL};
	char lower[4] = "";
	for (size_t i = 0; text[i]; i++) {
		if (i == sizeof lower - 1)
			return false;
		lower[i] = g_ascii_tolower(text[i]);
	}
	bool is_yes = is_one_of(lower, yes);
	if (!is_yes && !is_one_of(lower, no))
		return false;
	*clear = g_strdup(is_yes ? "true" : "false");
	*readings = g_strdup_printf("could be the boolean %s or the text \"%s\"", *clear, text);
	return true;
}

/* `010`: ten for YAML 1.2, eight for YAML 1.1. */
static bool is_old_octal(const char *text, char **readings, char **clear)
{
	const char *digits = skip_sign(text);
	if (digits[0] != '0' || !digits[1] || strlen(text) > 18 || !all_in(digits, "0123456789"))
		return false;
	gint64 decimal = g_ascii_strtoll(text, NULL, 10), octal = g_ascii_strtoll(text, NULL, 8);
	if (!all_in(digits, "01234567")) {
		*readings = g_strdup_printf("could be the number %" G_GINT64_FORMAT
					    " or the text \"%s\"",
			decimal, text);
		*clear = g_strdup_printf("%" G_GINT64_FORMAT, decimal);
		return true;
	}
	*readings = g_strdup_printf("could be the number %" G_GINT64_FORMAT
				    " or, read as octal, %" G_GINT64_FORMAT,
		decimal, octal);
	*clear = decimal == octal
		? g_strdup_printf("%" G_GINT64_FORMAT, decimal)
		: g_strdup_printf("%" G_GINT64_FORMAT " or %" G_GINT64_FORMAT, decimal, octal);
	return true;
}

static bool is_new_octal(const char *text, char **readings, char **clear)
{
	if (!g_str_has_prefix(text, "0o") || strlen(text) > 18 || !all_in(text + 2, "01234567"))
		return false;
	*clear = g_strdup_printf("%" G_GINT64_FORMAT, g_ascii_strtoll(text + 2, NULL, 8));
	*readings = g_strdup_printf(
		"could be the number %s, written in octal, or the text \"%s\"", *clear, text);
	return true;
}

/* `12:30` or `1:02:03`: a time to a reader, a number of base 60 for YAML 1.1. */
static bool is_base_60(const char *text, char **readings, char **clear)
{
	const char *at = skip_sign(text);
	gint64 total = 0;
	unsigned n_parts = 0;
	for (;; at++, n_parts++) {
		size_t n = strspn(at, "0123456789");
		gint64 part = g_ascii_strtoll(at, NULL, 10);
		if (n < 1 || n > (n_parts ? 2 : 9) || n_parts > 2 || (n_parts && part > 59))
			return false;
		total = total * 60 + part;
		at += n;
		if (*at != ':')
			break;
	}
	if (*at || n_parts == 0)
		return false;
	*clear = g_strdup_printf("%s%" G_GINT64_FORMAT, *text == '-' ? "-" : "", total);
	*readings = g_strdup_printf("could be a time or, read in base 60, the number %s", *clear);
	return true;
}

static bool is_underscored(const char *text, char **readings, char **clear)
{
	const char *digits = skip_sign(text);
	if (!g_ascii_isdigit(*digits) || !strchr(digits, '_') || strlen(text) > 24
		|| !all_in(digits, "0123456789_"))
		return false;
	g_auto(GStrv) parts = g_strsplit(text, "_", -1);
	*clear = g_strjoinv("", parts);
	*readings = g_strdup_printf("could be the number %s or the text \"%s\"", *clear, text);
	return true;
}

bool scalar_is_ambiguous(const struct node *node, char **readings, char **clear)
{
	return node->plain
		&& (is_old_boolean(node->text, readings, clear)
			|| is_old_octal(node->text, readings, clear)
			|| is_new_octal(node->text, readings, clear)
			|| is_base_60(node->text, readings, clear)
			|| is_underscored(node->text, readings, clear));
}
