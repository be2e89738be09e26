/* SPDX-License-Identifier: MIT */
/*
 * What is wrong in a file: a place, one sentence, and what to do about it. All problems of a file
 * are collected, none stops the reading.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/* A place in a text file; line and column count from 1, columns in characters. Line 0: the file as
 * a whole. */
struct place {
	const char *file;
	unsigned line, column;
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct problem {
	char *file;
	unsigned line, column;
	enum severity severity;
	char *message; /* lower case, no final period, quotes the user's word */
	char *hint;    /* a whole suggestion, or NULL */
};

struct problems {
	GPtrArray *list; /* of struct problem, in the order found */
	unsigned n_errors;
	/* Of a file with very many mistakes the first ones are enough: see problems_cap(). */
	unsigned n_max, n_dropped, n_dropped_errors;
	bool is_last_dropped;
};

struct problems *problems_new(void);
void problems_free(struct problems *problems);

/* From now on at most `n` more are kept; the rest is counted. */
void problems_cap(struct problems *problems, unsigned n);
/* All are kept again. Tells in one error how many were not since then. */
void problems_uncap(struct problems *problems, const char *file);

/* Adds an error and returns false, so that a check may end with `return problem_add(...)`. */
bool problem_add(struct problems *problems, struct place place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void problem_warn(struct problems *problems, struct place place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* Sets the hint of the problem added last. */
void problem_hint(struct problems *problems, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Orders them by file, line, column (stable). */
void problems_sort(struct problems *problems);

/*
 * One problem as text: `file:line:column: message`, the source line with a caret below it when
 * `source` (the file's text, may be NULL) is given, then the hint. Ends in a newline.
 */
char *problem_text(const struct problem *problem, const char *source);

/* The name that the user most likely meant, or NULL: the nearest of `names` (NULL-terminated) by
 * edit distance. */
const char *suggest(const char *word, const char *const *names);

/* The same, of no more than so many mistakes. */
const char *suggest_within(const char *word, const char *const *names, unsigned max_distance);
