/* SPDX-License-Identifier: MIT */
#include "lib/aws/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3.h"
#include "lib/base/instant.h"

/* Left free on the disk, for others. */
#define SPARE_BYTES (INT64_C(64) << 20)

void source_info_clear(struct source_info *info)
{
	g_free(info->name);
	g_free(info->bucket);
	g_free(info->key);
	g_free(info->etag);
	g_free(info->version_id);
	*info = (struct source_info){0};
}

/* A text of the object; absent and null are NULL. */
static bool text_take(const json_t *source, const char *name, char **text, GError **error)
{
	const json_t *value = json_object_get(source, name);
	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return aws_refuse(error, "source: \"%s\" is not a text", name);
	if (json_string_length(value) > 0)
		*text = g_strdup(json_string_value(value));
	return true;
}

static bool object_read(const json_t *source, struct source_info *info, GError **error)
{
	const json_t *size = json_object_get(source, "size");
	if (!text_take(source, "bucket", &info->bucket, error)
		|| !text_take(source, "key", &info->key, error)
		|| !text_take(source, "etag", &info->etag, error)
		|| !text_take(source, "version_id", &info->version_id, error))
		return false;
	if (!info->bucket || !info->key)
		return aws_refuse(error,
			"source: a map is an object of S3, and needs \"bucket\" and \"key\"");
	if (size && !json_is_null(size)) {
		if (!json_is_integer(size) || json_integer_value(size) < 0)
			return aws_refuse(error, "source: \"size\" is not a number of bytes");
		info->size = json_integer_value(size);
	}
	info->name = s3_uri_text(info->bucket, info->key);
	return true;
}

bool source_read(const json_t *source, struct source_info *info, GError **error)
{
	*info = (struct source_info){.size = -1};
	const char *text = json_string_value(source);
	bool read = false;
	if (json_is_object(source)) {
		read = object_read(source, info, error);
	} else if (!text || !*text || strlen(text) != json_string_length(source)) {
		aws_refuse(error,
			"source: s3://bucket/key, the path of a file, or what s3_find_latest "
			"returned is expected");
	} else if (g_str_has_prefix(text, "s3://")) {
		info->name = g_strdup(text);
		read = s3_uri_parse(text, &info->bucket, &info->key, error);
	} else if (strstr(text, "://")) {
		aws_refuse(error,
			"source: \"%s\" is neither s3://bucket/key nor the path of a file", text);
	} else {
		info->name = g_strdup(text);
		read = true;
	}
	if (!read)
		source_info_clear(info);
	return read;
}

int source_file_open(const char *path, int64_t *size, GError **error)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &status) == -1) {
		g_set_error(error, LIB_ERROR, 0, "cannot open %s: %s", path, g_strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		aws_refuse(error, "%s is not a file", path);
	} else {
		*size = status.st_size;
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

static const char *temporary_folder(void)
{
	const char *folder = g_getenv("TMPDIR");
	return folder && *folder ? folder : "/var/tmp";
}

static int temporary_open(GError **error)
{
	const char *folder = temporary_folder();
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		/* A file system without nameless files: the name goes at once. */
		g_autofree char *path = g_build_filename(folder, "dagd-source-XXXXXX", NULL);
		fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
		if (fd != -1)
			unlink(path);
	}
	if (fd == -1)
		g_set_error(error, LIB_ERROR, 0, "cannot make a temporary file in %s: %s", folder,
			g_strerror(errno));
	return fd;
}

/* Better before the first byte than after the last but one. */
static bool space_check(int fd, const struct source_info *info, GError **error)
{
	struct statvfs disk;
	if (fstatvfs(fd, &disk) == -1)
		return true;
	int64_t available = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	if (available >= info->size + SPARE_BYTES)
		return true;
	g_autofree char *need = g_format_size_full((guint64)info->size, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *have = g_format_size_full((guint64)available, G_FORMAT_SIZE_IEC_UNITS);
	g_set_error(error, LIB_ERROR, 0,
		"%s has %s, but only %s are free in %s; set TMPDIR to a folder with more space",
		info->name, need, have, temporary_folder());
	return false;
}

/* The state of the object that is to be fetched, if the source left it open. */
static bool object_settle(struct s3 *s3, struct source_info *info, GError **error)
{
	const struct s3_source wanted = {
		info->bucket, info->key, info->etag, info->version_id, info->size};
	struct s3_object object;
	if (!s3_head(s3, &wanted, &object, error))
		return false;
	g_free(info->etag);
	info->etag = g_steal_pointer(&object.etag);
	if (!info->version_id)
		info->version_id = g_steal_pointer(&object.version_id);
	info->size = object.size;
	info->modified_at = object.modified_at;
	s3_object_clear(&object);
	return true;
}

static bool object_fetch(struct s3 *s3, int fd, struct source_info *info, GError **error)
{
	if (!space_check(fd, info, error))
		return false;
	g_autofree char *size = g_format_size_full((guint64)info->size, G_FORMAT_SIZE_IEC_UNITS);
	printf("fetching %s (%s) from %s\n", info->name, size, s3_endpoint(s3));
	const struct s3_source source = {
		info->bucket, info->key, info->etag, info->version_id, info->size};
	struct s3_object object;
	int64_t begun = g_get_monotonic_time();
	if (!s3_get(s3, &source, fd, &object, error))
		return false;
	s3_object_clear(&object);
	info->seconds = (double)(g_get_monotonic_time() - begun) / SECOND_US;
	printf("fetched and verified %s in %.1f s\n", info->name, info->seconds);
	return true;
}

static int object_open(struct source_info *info, const struct s3_settings *settings,
	const struct source_limits *limits, GError **error)
{
	struct s3 *s3 = s3_open(settings, error);
	if (!s3)
		return -1;
	bool is_wanted = object_settle(s3, info, error)
		&& source_limits_check(limits, info->name, info->size, info->modified_at, error);
	int fd = is_wanted ? temporary_open(error) : -1;
	if (fd != -1 && !object_fetch(s3, fd, info, error)) {
		close(fd);
		fd = -1;
	}
	s3_close(s3);
	return fd;
}

static int file_open(struct source_info *info, const struct source_limits *limits, GError **error)
{
	struct stat status;
	int fd = source_file_open(info->name, &info->size, error);
	if (fd == -1 || fstat(fd, &status) == -1)
		return fd;
	info->modified_at = status.st_mtim.tv_sec * SECOND_US + status.st_mtim.tv_nsec / 1000;
	if (source_limits_check(limits, info->name, info->size, info->modified_at, error))
		return fd;
	close(fd);
	return -1;
}

int source_fetch(const json_t *source, const struct s3_settings *settings,
	const struct source_limits *limits, struct source_info *info, GError **error)
{
	if (!source_read(source, info, error))
		return -1;
	int fd = info->bucket ? object_open(info, settings, limits, error)
			      : file_open(info, limits, error);
	if (fd == -1)
		source_info_clear(info);
	return fd;
}
