/* SPDX-License-Identifier: MIT */
/*
 * A sealed value is: one byte for the format, a random nonce, then ciphertext and tag of
 * XChaCha20-Poly1305. Nonces of 192 bits may be drawn at random for ever under one key. Format,
 * table and key are associated data. The key file holds 64 hexadecimal digits, so that it can be
 * printed and typed in.
 */
#include "daemon/store/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

#include "daemon/store/store.h"

#define FORMAT 1
#define KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define OVERHEAD_BYTES (1 + NONCE_BYTES + TAG_BYTES)

struct vault {
	uint8_t *key; /* guarded pages, locked in memory where the limits allow it */
};

static struct vault *vault_new(void)
{
	if (sodium_init() < 0)
		g_error("libsodium cannot be initialised");
	struct vault *vault = g_new0(struct vault, 1);
	vault->key = sodium_malloc(KEY_BYTES);
	if (vault->key == NULL)
		g_error("out of memory for a key");
	return vault;
}

void vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	sodium_free(vault->key);
	g_free(vault);
}

static bool key_fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, STORE_ERROR, STORE_FAILED, "key file \"%s\" %s", path, why);
	return false;
}

static bool key_check_file(const char *path, int fd, GError **error)
{
	struct stat about;
	if (fd < 0 || fstat(fd, &about) < 0)
		return key_fail(error, path, g_strerror(errno));
	if (!S_ISREG(about.st_mode))
		return key_fail(error, path, "is not a regular file");
	if ((about.st_mode & 077) != 0)
		return key_fail(error, path, "may be read by others: chmod it to 600");
	return true;
}

/* Exactly 64 hexadecimal digits, perhaps with white space after them. */
static bool key_read(uint8_t *key, const char *path, int fd, GError **error)
{
	char text[2 * KEY_BYTES + 16];
	ssize_t len = read(fd, text, sizeof text);
	size_t n_bytes = 0;
	const char *end = text;
	bool is_key = len >= 0 && (size_t)len < sizeof text
		&& sodium_hex2bin(key, KEY_BYTES, text, (size_t)len, NULL, &n_bytes, &end) == 0
		&& n_bytes == KEY_BYTES;
	for (; is_key && end < text + len; end++)
		is_key = g_ascii_isspace(*end);
	sodium_memzero(text, sizeof text);
	return is_key
		|| key_fail(error, path,
			"does not hold 64 hexadecimal digits: put it back from a backup");
}

struct vault *vault_open(const char *key_path, GError **error)
{
	struct vault *vault = vault_new();
	int fd = open(key_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_open =
		key_check_file(key_path, fd, error) && key_read(vault->key, key_path, fd, error);
	if (fd >= 0)
		close(fd);
	if (!is_open) {
		vault_close(vault);
		return NULL;
	}
	sodium_mprotect_readonly(vault->key);
	return vault;
}

/* A value must never be durable before the key that opens it. */
static bool folder_sync(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return is_synced;
}

struct vault *vault_make(const char *key_path, GError **error)
{
	struct vault *vault = vault_new();
	char text[2 * KEY_BYTES + 1];
	crypto_aead_xchacha20poly1305_ietf_keygen(vault->key);
	sodium_mprotect_readonly(vault->key);
	sodium_bin2hex(text, sizeof text, vault->key, KEY_BYTES);
	text[2 * KEY_BYTES] = '\n'; /* in the place of the zero byte */
	g_autoptr(GError) why = NULL;
	bool is_made = g_file_set_contents_full(key_path, text, sizeof text,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &why);
	sodium_memzero(text, sizeof text);
	if (is_made && folder_sync(key_path))
		return vault;
	g_set_error(error, STORE_ERROR, STORE_FAILED, "cannot make key file \"%s\": %s", key_path,
		why != NULL ? why->message : g_strerror(errno));
	vault_close(vault);
	return NULL;
}

/* "FORMAT table key": names hold no zero byte, so no two places have the same. */
static GByteArray *associated_data(const struct vault_place *place)
{
	uint8_t format = FORMAT;
	GByteArray *data = g_byte_array_new();
	g_byte_array_append(data, &format, 1);
	g_byte_array_append(data, (const uint8_t *)place->table, (guint)strlen(place->table) + 1);
	g_byte_array_append(data, (const uint8_t *)place->key, (guint)strlen(place->key));
	return data;
}

size_t vault_sealed_size(size_t size)
{
	return size + OVERHEAD_BYTES;
}

void vault_seal(const struct vault *vault, const struct vault_place *place, const void *clear,
	size_t size, uint8_t *sealed)
{
	g_autoptr(GByteArray) about = associated_data(place);
	uint8_t *nonce = sealed + 1;
	sealed[0] = FORMAT;
	randombytes_buf(nonce, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, clear, size,
		about->data, about->len, NULL, nonce, vault->key);
}

char *vault_unseal(const struct vault *vault, const struct vault_place *place, const void *sealed,
	size_t sealed_size, GError **error)
{
	const uint8_t *nonce = (const uint8_t *)sealed + 1;
	if (sealed_size >= OVERHEAD_BYTES && ((const uint8_t *)sealed)[0] == FORMAT) {
		g_autoptr(GByteArray) about = associated_data(place);
		char *clear = g_malloc0(sealed_size - OVERHEAD_BYTES + 1);
		if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)clear, NULL, NULL,
			    nonce + NONCE_BYTES, sealed_size - 1 - NONCE_BYTES, about->data,
			    about->len, nonce, vault->key)
			== 0)
			return clear;
		g_free(clear);
	}
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"the value of %s \"%s\" cannot be opened: it was sealed with another key, or "
		"altered",
		place->table, place->key);
	return NULL;
}

void vault_forget(char *text)
{
	if (text == NULL)
		return;
	sodium_memzero(text, strlen(text));
	g_free(text);
}
