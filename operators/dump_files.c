/* SPDX-License-Identifier: MIT */
#include "operators/dump_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/aws/checksum.h"
#include "lib/aws/source.h"
#include "lib/base/instant.h"
#include "operators/program.h"

enum { BLOCK_SIZE = 256 * 1024, DIGEST_SIZE = 32, DEPTH_MAX = 16 };

static bool paths_add(
	GPtrArray *paths, const char *folder, const char *below, int depth, GError **error)
{
	g_autofree char *path = g_build_filename(folder, below, NULL);
	g_autoptr(GDir) entries = g_dir_open(path, 0, error);
	if (!entries)
		return false;
	for (const char *name; (name = g_dir_read_name(entries)) != NULL;) {
		g_autofree char *entry =
			*below ? g_build_filename(below, name, NULL) : g_strdup(name);
		g_autofree char *full = g_build_filename(folder, entry, NULL);
		if (!g_file_test(full, G_FILE_TEST_IS_DIR))
			g_ptr_array_add(paths, g_steal_pointer(&entry));
		else if (depth < DEPTH_MAX && !paths_add(paths, folder, entry, depth + 1, error))
			return false;
	}
	return true;
}

static int path_compare(gconstpointer one, gconstpointer other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

GPtrArray *dump_paths(const char *folder, GError **error)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	if (!paths_add(paths, folder, "", 0, error)) {
		g_ptr_array_unref(paths);
		return NULL;
	}
	g_ptr_array_sort(paths, path_compare);
	return paths;
}

bool dump_digest_read(const json_t *arguments, const char **sha256, GError **error)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	*sha256 = program_text(arguments, "sha256");
	if (!*sha256
		|| (strlen(*sha256) == 2 * DIGEST_SIZE
			&& strspn(*sha256, digits) == 2 * DIGEST_SIZE))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"sha256: \"%s\" is not a SHA-256; 64 digits of 0-9 and a-f are expected, as "
		"sha256sum prints them",
		*sha256);
	return false;
}

static bool bytes_add(struct checksum *checksum, int fd, const char *name, GError **error)
{
	g_autofree uint8_t *block = g_malloc(BLOCK_SIZE);
	for (off_t offset = 0;;) {
		ssize_t n = pread(fd, block, BLOCK_SIZE, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			g_set_error(
				error, LIB_ERROR, 0, "cannot read %s: %s", name, g_strerror(errno));
			return false;
		}
		if (n == 0)
			return true;
		checksum_update(checksum, block, (size_t)n);
		offset += n;
	}
}

static bool folder_add(struct checksum *checksum, const char *folder, GError **error)
{
	g_autoptr(GPtrArray) paths = dump_paths(folder, error);
	for (guint i = 0; paths && i < paths->len; i++) {
		int64_t size;
		g_autofree char *path = g_build_filename(folder, paths->pdata[i], NULL);
		int fd = source_file_open(path, &size, error);
		bool is_added = fd >= 0 && bytes_add(checksum, fd, path, error);
		if (fd >= 0)
			close(fd);
		if (!is_added)
			return false;
	}
	return paths != NULL;
}

/* As checksum_text() has it. */
static char *base64_of_hex(const char *hex)
{
	guchar bytes[DIGEST_SIZE];
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		bytes[i] = (guchar)(g_ascii_xdigit_value(hex[2 * i]) << 4
			| g_ascii_xdigit_value(hex[2 * i + 1]));
	return g_base64_encode(bytes, DIGEST_SIZE);
}

static char *hex_of_base64(const char *text)
{
	gsize n = 0;
	g_autofree guchar *bytes = g_base64_decode(text, &n);
	GString *hex = g_string_new(NULL);
	for (gsize i = 0; i < n; i++)
		g_string_append_printf(hex, "%02x", bytes[i]);
	return g_string_free(hex, FALSE);
}

bool dump_digest_check(const char *name, int fd, const char *sha256, GError **error)
{
	if (!sha256)
		return true;
	struct checksum *checksum = checksum_new(CHECKSUM_SHA256);
	bool is_read =
		fd >= 0 ? bytes_add(checksum, fd, name, error) : folder_add(checksum, name, error);
	g_autofree char *found = checksum_text(checksum);
	g_autofree char *wanted = base64_of_hex(sha256);
	checksum_free(checksum);
	if (!is_read)
		return false;
	if (g_str_equal(found, wanted))
		return true;
	g_autofree char *hex = hex_of_base64(found);
	g_set_error(error, LIB_ERROR, 0,
		"%s is not the dump that is meant, so nothing was restored: its SHA-256 is %s and "
		"not %s",
		name, hex, sha256);
	return false;
}

static void stamp_add(struct dump_stamp *stamp, const struct stat *about)
{
	int64_t at_ns = about->st_mtim.tv_sec * INT64_C(1000000000) + about->st_mtim.tv_nsec;
	stamp->n_files++;
	stamp->n_bytes += about->st_size;
	stamp->written_at_ns = MAX(stamp->written_at_ns, at_ns);
}

struct dump_stamp dump_stamp(const char *name, int fd)
{
	struct dump_stamp stamp = {0};
	struct stat about;
	if (fd >= 0) {
		if (fstat(fd, &about) == 0)
			stamp_add(&stamp, &about);
		return stamp;
	}
	g_autoptr(GPtrArray) paths = dump_paths(name, NULL);
	for (guint i = 0; paths && i < paths->len; i++) {
		g_autofree char *path = g_build_filename(name, paths->pdata[i], NULL);
		if (stat(path, &about) == 0)
			stamp_add(&stamp, &about);
	}
	return stamp;
}

static bool is_same(const char *name, int fd, const struct dump_stamp *before)
{
	struct dump_stamp now = dump_stamp(name, fd);
	return now.n_files == before->n_files && now.n_bytes == before->n_bytes
		&& now.written_at_ns == before->written_at_ns;
}

bool dump_unread_check(const char *name, int fd, const struct dump_stamp *before, GError **error)
{
	if (is_same(name, fd, before))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"%s was changed after it was read, so nothing was restored: restore it once it "
		"stays as it is",
		name);
	return false;
}

bool dump_stamp_check(const char *name, int fd, const struct dump_stamp *before, GError **error)
{
	if (is_same(name, fd, before))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"%s was changed while it was restored, so nobody knows what was: restore it again "
		"once it stays as it is",
		name);
	return false;
}
