/* SPDX-License-Identifier: MIT */
/*
 * Where the key of a database is, and how it is changed for another one: dagd may be killed at any
 * instant of that, and one of the files that lie there then is the right key.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

#include "daemon/store/vault.h"
#include "daemon/store/writer.h"

struct key_files {
	char *database;
	char *path;       /* of the store's own key */
	char *next;       /* beside it: the key of a change that is under way, or has just been */
	char *credential; /* wins over `path`; NULL: none */
};

struct store_options;
void key_files_init(struct key_files *files, const struct store_options *options);
void key_files_clear(struct key_files *files);

/*
 * The vault for what is sealed in the database; NULL and an error that says what to do. With
 * nothing sealed yet any key will do, also a new one.
 */
struct vault *key_open(const struct key_files *files, sqlite3 *db, GError **error);
/* Whether it is the one of a change that the credential has not followed. */
bool key_is_ahead(const struct key_files *files, const struct vault *vault);

/* A change of the key. */
struct key_change {
	char *new_key; /* as text; NULL: one is drawn; free with vault_forget */
	/* A file for the old one, which must not be there, unless it holds just that; NULL: it is
	 * not kept. */
	char *keep_old;
	int64_t n_values; /* out: how many were sealed anew */
};

/*
 * On the writer's thread. False and an error: the old key is still the one, unless only the last
 * step failed, of which the error tells. The new one may still be in `next`, and the old one in
 * `keep_old`.
 */
bool key_change(const struct key_files *files, struct writer *writer, struct vault *vault,
	struct key_change *change, GError **error);
