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

/*
 * While values are sealed anew, and until dagd ends, both keys open them: readers may see either.
 * The keys are in guarded pages, locked in memory where the limits allow it.
 */
struct vault {
	GRWLock *lock;
	uint8_t *key;   /* seals and opens */
	uint8_t *other; /* opens, too */
	bool has_other;
};

static uint8_t *key_new(void)
{
	uint8_t *key = sodium_malloc(KEY_BYTES);
	if (key == NULL)
		g_error("out of memory for a key");
	return key;
}

static struct vault *vault_new(void)
{
	if (sodium_init() < 0)
		g_error("libsodium cannot be initialised");
	struct vault *vault = g_new0(struct vault, 1);
	vault->key = key_new();
	vault->other = key_new();
	vault->lock = g_new(GRWLock, 1);
	g_rw_lock_init(vault->lock);
	return vault;
}

void vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	sodium_free(vault->key);
	sodium_free(vault->other);
	g_rw_lock_clear(vault->lock);
	g_free(vault->lock);
	g_free(vault);
}

void vault_add(struct vault *vault, const struct vault *other)
{
	g_rw_lock_writer_lock(vault->lock);
	sodium_mprotect_readwrite(vault->other);
	memcpy(vault->other, other->key, KEY_BYTES);
	sodium_mprotect_readonly(vault->other);
	vault->has_other = true;
	g_rw_lock_writer_unlock(vault->lock);
}

void vault_drop(struct vault *vault)
{
	g_rw_lock_writer_lock(vault->lock);
	vault->has_other = false;
	g_rw_lock_writer_unlock(vault->lock);
}

void vault_turn(struct vault *vault)
{
	g_rw_lock_writer_lock(vault->lock);
	uint8_t *key = vault->key;
	vault->key = vault->other;
	vault->other = key;
	g_rw_lock_writer_unlock(vault->lock);
}

bool vault_is_same(const struct vault *vault, const struct vault *other)
{
	return sodium_memcmp(vault->key, other->key, KEY_BYTES) == 0;
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
	return S_ISREG(about.st_mode) || key_fail(error, path, "is not a regular file");
}

static bool key_check_private(const char *path, int fd, GError **error)
{
	struct stat about;
	if (!key_check_file(path, fd, error))
		return false;
	return fstat(fd, &about) == 0 && (about.st_mode & 077) == 0
		? true
		: key_fail(error, path, "may be read by others: chmod it to 600");
}

/* Exactly 64 hexadecimal digits, perhaps with white space after them. */
static bool key_parse(uint8_t *key, const char *text, size_t len)
{
	size_t n_bytes = 0;
	const char *end = text;
	bool is_key = sodium_hex2bin(key, KEY_BYTES, text, len, NULL, &n_bytes, &end) == 0
		&& n_bytes == KEY_BYTES;
	for (; is_key && end < text + len; end++)
		is_key = g_ascii_isspace(*end);
	return is_key;
}

static bool key_read(uint8_t *key, const char *path, int fd, GError **error)
{
	char text[2 * KEY_BYTES + 16];
	ssize_t len = read(fd, text, sizeof text);
	bool is_key = len >= 0 && (size_t)len < sizeof text && key_parse(key, text, (size_t)len);
	sodium_memzero(text, sizeof text);
	return is_key
		|| key_fail(error, path,
			"does not hold 64 hexadecimal digits: put it back from a backup");
}

static struct vault *vault_of_file(
	const char *path, bool (*check)(const char *path, int fd, GError **error), GError **error)
{
	struct vault *vault = vault_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_open = check(path, fd, error) && key_read(vault->key, path, fd, error);
	if (fd >= 0)
		close(fd);
	if (!is_open) {
		vault_close(vault);
		return NULL;
	}
	sodium_mprotect_readonly(vault->key);
	return vault;
}

struct vault *vault_open(const char *key_path, GError **error)
{
	return vault_of_file(key_path, key_check_private, error);
}

struct vault *vault_open_credential(const char *path, GError **error)
{
	return vault_of_file(path, key_check_file, error);
}

struct vault *vault_of_text(const char *text, GError **error)
{
	struct vault *vault = vault_new();
	if (key_parse(vault->key, text, strlen(text))) {
		sodium_mprotect_readonly(vault->key);
		return vault;
	}
	vault_close(vault);
	g_set_error(error, STORE_ERROR, STORE_FAILED,
		"a key is 64 hexadecimal digits, as `openssl rand -hex 32` makes them");
	return NULL;
}

struct vault *vault_draw(void)
{
	struct vault *vault = vault_new();
	crypto_aead_xchacha20poly1305_ietf_keygen(vault->key);
	sodium_mprotect_readonly(vault->key);
	return vault;
}

/* A value must never be durable before the key that opens it. */
bool vault_sync_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return is_synced;
}

bool vault_save(const struct vault *vault, const char *path, GError **error)
{
	char text[2 * KEY_BYTES + 1];
	sodium_bin2hex(text, sizeof text, vault->key, KEY_BYTES);
	text[2 * KEY_BYTES] = '\n'; /* in the place of the zero byte */
	g_autoptr(GError) why = NULL;
	bool is_made = g_file_set_contents_full(path, text, sizeof text,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &why);
	sodium_memzero(text, sizeof text);
	if (is_made && vault_sync_folder(path))
		return true;
	g_set_error(error, STORE_ERROR, STORE_FAILED, "cannot make key file \"%s\": %s", path,
		why != NULL ? why->message : g_strerror(errno));
	return false;
}

struct vault *vault_make(const char *key_path, GError **error)
{
	struct vault *vault = vault_draw();
	if (vault_save(vault, key_path, error))
		return vault;
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
	g_rw_lock_reader_lock(vault->lock);
	crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, clear, size,
		about->data, about->len, NULL, nonce, vault->key);
	g_rw_lock_reader_unlock(vault->lock);
}

/* What was sealed, whole and with a format that is known: into `clear`. */
static bool decrypt(const struct vault *vault, const GByteArray *about, const uint8_t *sealed,
	size_t sealed_size, char *clear)
{
	const uint8_t *nonce = sealed + 1;
	bool is_open = false;
	g_rw_lock_reader_lock(vault->lock);
	const uint8_t *keys[] = {vault->key, vault->other};
	for (size_t i = 0; !is_open && i < 1u + vault->has_other; i++)
		is_open = crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)clear, NULL, NULL,
				  nonce + NONCE_BYTES, sealed_size - 1 - NONCE_BYTES, about->data,
				  about->len, nonce, keys[i])
			== 0;
	g_rw_lock_reader_unlock(vault->lock);
	return is_open;
}

char *vault_unseal(const struct vault *vault, const struct vault_place *place, const void *sealed,
	size_t sealed_size, GError **error)
{
	if (sealed_size >= OVERHEAD_BYTES && ((const uint8_t *)sealed)[0] == FORMAT) {
		g_autoptr(GByteArray) about = associated_data(place);
		char *clear = g_malloc0(sealed_size - OVERHEAD_BYTES + 1);
		if (decrypt(vault, about, sealed, sealed_size, clear))
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
