/* SPDX-License-Identifier: MIT */
/* The operator s3_copy: an object to a file, or a file to an object. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3.h"
#include "lib/aws/source.h"
#include "lib/base/instant.h"
#include "operators/program.h"

static int fail(const GError *error)
{
	return aws_error_is_lasting(error) ? program_fail_for_good("%s", error->message)
					   : program_fail("%s", error->message);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static int succeed(const char *bucket, const char *path, const struct s3_object *object)
{
	g_autofree char *uri = s3_uri_text(bucket, object->key);
	g_autofree char *modified =
		object->modified_at == INSTANT_NONE ? NULL : instant_iso(object->modified_at);
	return program_succeed(json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o}", "bucket",
		bucket, "key", object->key, "uri", uri, "path", path, "size",
		(json_int_t)object->size, "etag", text_or_null(object->etag), "last_modified",
		text_or_null(modified), "version_id", text_or_null(object->version_id)));
}

/*
 * A file on its way: written in the folder of its place, where the file system allows it without a
 * name, so that nothing is left of it when the program is killed.
 */
struct draft {
	const char *path;
	char *folder, *temporary_path; /* NULL: it has no name */
	int fd;
};

static bool draft_fail(const struct draft *draft, const char *what, GError **error)
{
	g_set_error(error, LIB_ERROR, 0, "cannot %s %s: %s", what, draft->path, g_strerror(errno));
	return false;
}

static bool draft_open(struct draft *draft, const char *path, GError **error)
{
	struct stat status;
	*draft = (struct draft){.path = path, .fd = -1};
	bool is_folder = g_str_has_suffix(path, "/")
		|| (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
	if (is_folder) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"destination: \"%s\" is a folder; the path of a file is expected", path);
		return false;
	}
	draft->folder = g_path_get_dirname(path);
	draft->fd = open(draft->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (draft->fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		draft->temporary_path = g_build_filename(draft->folder, ".s3_copy-XXXXXX", NULL);
		draft->fd = g_mkstemp_full(draft->temporary_path, O_RDWR | O_CLOEXEC, 0600);
	}
	return draft->fd != -1 || draft_fail(draft, "write", error);
}

/* A file without a name gets one, which no other has. */
static bool draft_name(struct draft *draft)
{
	if (draft->temporary_path)
		return true;
	g_autofree char *itself = g_strdup_printf("/proc/self/fd/%d", draft->fd);
	draft->temporary_path = g_strdup_printf(
		"%s/.s3_copy-%08x%08x", draft->folder, g_random_int(), g_random_int());
	return linkat(AT_FDCWD, itself, AT_FDCWD, draft->temporary_path, AT_SYMLINK_FOLLOW) == 0;
}

/* Of what it replaces, or the usual ones; until then it is for the owner alone. */
static mode_t permissions(const char *path)
{
	struct stat status;
	if (stat(path, &status) == 0)
		return status.st_mode & 0777;
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* The name may only point to bytes that are on the disk, and then must be on the disk itself. */
static bool draft_place(struct draft *draft, GError **error)
{
	if (fchmod(draft->fd, permissions(draft->path)) == -1 || fsync(draft->fd) == -1
		|| !draft_name(draft) || rename(draft->temporary_path, draft->path) == -1)
		return draft_fail(draft, "write", error);
	g_clear_pointer(&draft->temporary_path, g_free);
	int folder_fd = open(draft->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = folder_fd != -1 && fsync(folder_fd) == 0;
	if (folder_fd != -1)
		close(folder_fd);
	return synced || draft_fail(draft, "write", error);
}

static void draft_close(struct draft *draft)
{
	if (draft->fd != -1) {
		close(draft->fd);
		if (draft->temporary_path)
			unlink(draft->temporary_path);
	}
	g_free(draft->temporary_path);
	g_free(draft->folder);
}

static int object_to_file(struct s3 *s3, const struct source_info *info, const char *path)
{
	const struct s3_source source = {
		info->bucket, info->key, info->etag, info->version_id, info->size};
	struct s3_object object = {0};
	struct draft draft;
	g_autoptr(GError) error = NULL;
	int status;
	printf("copying %s to %s\n", info->name, path);
	if (draft_open(&draft, path, &error) && s3_get(s3, &source, draft.fd, &object, &error)
		&& draft_place(&draft, &error))
		status = succeed(info->bucket, path, &object);
	else
		status = fail(error);
	draft_close(&draft);
	s3_object_clear(&object);
	return status;
}

static int file_to_object(struct s3 *s3, const char *path, const char *bucket, const char *key)
{
	int64_t size;
	struct s3_object object = {0};
	g_autoptr(GError) error = NULL;
	int fd = source_file_open(path, &size, &error);
	if (fd == -1)
		return fail(error);
	printf("copying %s (%" G_GINT64_FORMAT " bytes) to s3://%s/%s\n", path, size, bucket, key);
	int status = s3_put(s3, bucket, key, fd, size, &object, &error)
		? succeed(bucket, path, &object)
		: fail(error);
	close(fd);
	s3_object_clear(&object);
	return status;
}

struct ends {
	struct source_info source;
	const char *destination;
	char *bucket, *key; /* of the destination; NULL: a file */
};

static bool ends_read(const json_t *arguments, struct ends *ends, GError **error)
{
	*ends = (struct ends){.destination = program_text(arguments, "destination")};
	if (!source_read(json_object_get(arguments, "source"), &ends->source, error))
		return false;
	bool is_object = ends->destination && g_str_has_prefix(ends->destination, "s3://");
	const char *wrong = NULL;
	if (!ends->destination)
		wrong = "destination: the path of a file or s3://bucket/key is expected";
	else if (is_object && ends->source.bucket)
		wrong = "source and destination are both objects of S3; one must be a file";
	else if (!is_object && !ends->source.bucket)
		wrong = "source and destination are both files; one must be s3://bucket/key";
	else if (is_object && g_str_has_suffix(ends->destination, "/"))
		wrong = "destination: the key ends in /; the whole name of the object is expected";
	if (wrong)
		g_set_error_literal(error, AWS_LASTING_ERROR, 0, wrong);
	return !wrong
		&& (!is_object
			|| s3_uri_parse(ends->destination, &ends->bucket, &ends->key, error));
}

static int copy(const json_t *arguments, const struct ends *ends)
{
	g_autoptr(GError) error = NULL;
	struct s3_settings *settings = s3_settings_read(arguments, "aws_conn_id", &error);
	struct s3 *s3 = settings ? s3_open(settings, &error) : NULL;
	int status;
	if (!s3)
		status = fail(error);
	else if (ends->bucket)
		status = file_to_object(s3, ends->source.name, ends->bucket, ends->key);
	else
		status = object_to_file(s3, &ends->source, ends->destination);
	s3_close(s3);
	s3_settings_free(settings);
	return status;
}

int main(void)
{
	json_t *arguments = program_arguments();
	struct ends ends;
	g_autoptr(GError) error = NULL;
	int status = ends_read(arguments, &ends, &error) ? copy(arguments, &ends) : fail(error);
	source_info_clear(&ends.source);
	g_free(ends.bucket);
	g_free(ends.key);
	json_decref(arguments);
	return status;
}
