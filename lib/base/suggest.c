/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/base/problem.h"

enum { WORD_MAX = 64 };

/*
 * How many letters must be changed, added, left out or swapped with their neighbour to make one
 * word of the other; upper and lower case are the same letter. Both are at most WORD_MAX bytes
 * long.
 */
static unsigned edit_distance(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b);
	unsigned char rows[3][WORD_MAX + 1]; /* of the table: two before, the last, this one */
	unsigned char *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= n_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			unsigned best = MIN(MIN(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
			bool swapped = i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2])
				&& y == g_ascii_tolower(a[i - 2]);
			if (swapped)
				best = MIN(best, before[j - 2] + 1u);
			row[j] = best;
		}
		unsigned char *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[n_b];
}

const char *suggest(const char *word, const char *const *names)
{
	size_t len = strlen(word);
	/* A third of the word may be wrong, but never so much that any short name would do. */
	return suggest_within(word, names, MIN(len / 3 + (len == 2), 3));
}

const char *suggest_within(const char *word, const char *const *names, unsigned max_distance)
{
	size_t len = strlen(word);
	if (len == 0 || len > WORD_MAX)
		return NULL;
	unsigned best_distance = max_distance + 1;
	const char *best = NULL;
	for (; *names; names++) {
		size_t name_len = strlen(*names);
		if (name_len > WORD_MAX || MAX(len, name_len) - MIN(len, name_len) >= best_distance)
			continue;
		unsigned distance = edit_distance(word, *names);
		if (distance < best_distance) {
			best_distance = distance;
			best = *names;
		}
	}
	return best;
}
