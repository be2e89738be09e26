/* SPDX-License-Identifier: MIT */
/* The words of pg_restore's command line that come from the task's arguments. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/*
 * What the task chose: --verbose, --clean ... and `extra_args` at the end. NULL-terminated array of
 * owned texts; NULL with an error when they contradict each other, or when a word of `extra_args`
 * is one this operator sets itself (target, password, file).
 */
GPtrArray *restore_options(const json_t *arguments, GError **error);

/*
 * `extra_args` alone, which also choose what is restored: what a look into the dump must know. But
 * without -v, for which --list shows also what they do not choose.
 */
GPtrArray *restore_extra_options(const json_t *arguments, GError **error);

/* The role of --role=ROLE among the words (g_free), with whose rights is restored; NULL: none. */
char *restore_role(const GPtrArray *words);

/* Whether words say of rows that none, or only those of a list, are wanted: --schema-only, ... */
bool restore_chooses_rows(const GPtrArray *words);
