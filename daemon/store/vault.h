/* SPDX-License-Identifier: MIT */
/*
 * Keeps values unreadable in the database file: sealed under a key that lies in a file of its own,
 * each bound to its table and name, so that one cannot be put in another's place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct vault;

/* Reads the key file. NULL and an error that says what to do. */
struct vault *vault_open(const char *key_path, GError **error);
/* The same of a credential of systemd's, who sees to it that nobody else reads it. */
struct vault *vault_open_credential(const char *path, GError **error);
/* Of a key as it stands in a key file. NULL and an error. */
struct vault *vault_of_text(const char *text, GError **error);
/* Of a key drawn at random. */
struct vault *vault_draw(void);
/* The same, in a key file where there is none. NULL and an error. */
struct vault *vault_make(const char *key_path, GError **error);
void vault_close(struct vault *vault);

/* Writes the key to a file (0600, durable), in the place of another. */
bool vault_save(const struct vault *vault, const char *path, GError **error);
/* That a file was made or renamed in its folder is durable. False: errno says why not. */
bool vault_sync_folder(const char *path);

/*
 * From one key to another: what either has sealed is opened from vault_add on; after vault_turn the
 * added one seals. vault_drop takes the other one back. While other threads seal and open.
 */
void vault_add(struct vault *vault, const struct vault *other);
void vault_turn(struct vault *vault);
void vault_drop(struct vault *vault);
bool vault_is_same(const struct vault *vault, const struct vault *other);

/* To which row a value belongs. */
struct vault_place {
	const char *table, *key;
};

size_t vault_sealed_size(size_t size);
/* `sealed` has room for vault_sealed_size(size). May be called from any thread, as may
 * vault_unseal. */
void vault_seal(const struct vault *vault, const struct vault_place *place, const void *clear,
	size_t size, uint8_t *sealed);
/* The clear text with a zero byte after it (free with vault_forget), or NULL and an error: not this
 * key, or not this row's. */
char *vault_unseal(const struct vault *vault, const struct vault_place *place, const void *sealed,
	size_t sealed_size, GError **error);

/* Overwrites a text and frees it; NULL is fine. */
void vault_forget(char *text);
