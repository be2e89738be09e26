/* SPDX-License-Identifier: MIT */
/*
 * Values of INSERTs, bodies of functions and comments on objects may hold lines of any kind, those
 * that begin a part of the script among them. pg_dump writes a quote within a text twice, also in
 * E'...', where a backslash is written twice, too: so no backslash need be looked at, and what
 * follows the first of two quotes is no more than a text that begins at once.
 */
#include "operators/pg_restore/quotes.h"

#include <string.h>

#include <glib.h>

static bool is_of_name(char c)
{
	return g_ascii_isalnum(c) || c == '_' || (c & 0x80);
}

/* How many bytes there are up to and with `end`; all of them where it does not come. */
static size_t skip_behind(const char *bytes, size_t n, char end, bool *is_found)
{
	const char *found = memchr(bytes, end, n);
	*is_found = found != NULL;
	return found ? (size_t)(found - bytes) + 1 : n;
}

static size_t simple_skip(struct quotes *quotes, const char *bytes, size_t n, char end)
{
	bool has_ended;
	size_t taken = skip_behind(bytes, n, end, &has_ended);
	if (has_ended)
		quotes->inside = INSIDE_NOTHING;
	return taken;
}

/* A dollar stands at both ends of a tag only, so whatever does not go on may begin it anew. */
static size_t dollars_skip(struct quotes *quotes, const char *bytes, size_t n)
{
	bool is_found;
	if (quotes->n_found == 0) {
		size_t taken = skip_behind(bytes, n, '$', &is_found);
		quotes->n_found = is_found;
		return taken;
	}
	if (*bytes == quotes->tag[quotes->n_found])
		quotes->n_found++;
	else
		quotes->n_found = *bytes == '$';
	if (quotes->n_found == quotes->n_tag) {
		quotes->inside = INSIDE_NOTHING;
		quotes->n_tag = 0;
	}
	return 1;
}

/* `$1` is a parameter, and a dollar in the middle of a name no tag. */
static void tag_read(struct quotes *quotes, char c)
{
	bool goes_on = is_of_name(c) && !(quotes->n_tag == 1 && g_ascii_isdigit(c));
	if (quotes->n_tag == 0) {
		if (c == '$' && !is_of_name(quotes->before))
			quotes->tag[quotes->n_tag++] = c;
	} else if (c == '$') {
		quotes->tag[quotes->n_tag++] = c;
		quotes->n_found = 0;
		quotes->inside = INSIDE_DOLLARS;
	} else if (goes_on && quotes->n_tag < QUOTES_TAG_MAX - 1) {
		quotes->tag[quotes->n_tag++] = c;
	} else {
		quotes->n_tag = 0;
	}
}

static void outside_read(struct quotes *quotes, char c)
{
	tag_read(quotes, c);
	if (c == '\'')
		quotes->inside = INSIDE_TEXT;
	else if (c == '"')
		quotes->inside = INSIDE_NAME;
	else if (c == '-' && quotes->before == '-')
		quotes->inside = INSIDE_COMMENT;
	quotes->before = quotes->inside == INSIDE_NOTHING ? c : '\0';
}

static size_t some_read(struct quotes *quotes, const char *bytes, size_t n)
{
	switch (quotes->inside) {
	case INSIDE_NOTHING:
		outside_read(quotes, *bytes);
		return 1;
	case INSIDE_TEXT:
		return simple_skip(quotes, bytes, n, '\'');
	case INSIDE_NAME:
		return simple_skip(quotes, bytes, n, '"');
	case INSIDE_COMMENT:
		return simple_skip(quotes, bytes, n, '\n');
	case INSIDE_DOLLARS:
		return dollars_skip(quotes, bytes, n);
	}
	g_assert_not_reached();
}

void quotes_add(struct quotes *quotes, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t taken = some_read(quotes, bytes, n);
		bytes += taken;
		n -= taken;
	}
}

bool quotes_are_open(const struct quotes *quotes)
{
	return quotes->inside != INSIDE_NOTHING && quotes->inside != INSIDE_COMMENT;
}
