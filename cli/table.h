/* SPDX-License-Identifier: MIT */
/* Rows and columns as text that lines up, whatever the script it is written in. */
#pragma once

#include <stdbool.h>

#include <glib.h>

enum table_style {
	TABLE_RULED, /* a rule below the header, ` | ` between columns */
	TABLE_PLAIN, /* the header and two spaces between columns; an empty cell is `-` */
};

struct table;

/* `headers` ends with NULL. */
struct table *table_new(const char *const *headers);
void table_free(struct table *table);
/* One cell a header; NULL is an empty one. Copied, as one line. */
void table_add(struct table *table, const char *const *cells);

/*
 * Ends in a newline. `colour` may be NULL; else it gives the escape sequence for a cell of the
 * column with this header, or NULL.
 */
char *table_text(const struct table *table, enum table_style style,
	const char *(*colour)(const char *header, const char *cell));

/* How many columns of a terminal a text takes. */
unsigned text_width(const char *text);

/* text_one_line() for a person's eyes: nothing is masked any more, so words of a long one are cut.
 */
char *text_shown(const char *text);
