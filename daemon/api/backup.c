/* SPDX-License-Identifier: MIT */
/* The database is copied to a file while the client is told how far it is. */
#include "daemon/api/backup.h"

#include "daemon/api/lines.h"
#include "daemon/api/reply.h"
#include "daemon/backup.h"

struct copying {
	struct daemon *daemon;
	struct stream *stream;
	char *path;
};

static void copying_free(struct copying *copying)
{
	g_free(copying->path);
	g_free(copying);
}

static void on_progress(void *data, int n_done, int n_pages)
{
	const struct copying *copying = data;
	/* Who reads slowly misses some of it. */
	if (stream_pending(copying->stream) == 0)
		stream_push_line(copying->stream,
			json_pack("{s:i, s:i}", "done_pages", n_done, "pages", n_pages));
}

static void on_end(void *data, int64_t n_bytes, const GError *error)
{
	struct copying *copying = data;
	if (error)
		stream_push_line(copying->stream, json_pack("{s:s}", "error", error->message));
	else
		stream_push_line(copying->stream,
			json_pack("{s:s, s:I, s:b}", "path", copying->path, "bytes",
				(json_int_t)n_bytes, "done", 1));
	stream_end(copying->stream);
	copying_free(copying);
}

static void on_gone(void *data)
{
	struct copying *copying = data;
	backup_stop(copying->daemon);
	copying_free(copying);
}

static bool path_check(struct request *request, const char *path)
{
	if (path && g_path_is_absolute(path) && !g_str_has_suffix(path, "/"))
		return true;
	request_refuse_field(request,
		&(struct field){"body", "path", path ? "value_error" : "missing",
			path ? json_string(path) : NULL},
		"path is to be the absolute path of a file");
	return false;
}

void backup_create(struct request *request, void *data)
{
	static const char *const known[] = {"path", "replace", NULL};
	struct daemon *daemon = data;
	struct backup_wish wish = {NULL, false};
	const json_t *body = request_body(request);
	if (!body || !body_has_only(request, body, known)
		|| !body_text(request, body, "path", &wish.path) || !path_check(request, wish.path)
		|| !body_boolean(request, body, "replace", false, &wish.replaces))
		return;
	struct copying *copying = g_new0(struct copying, 1);
	*copying = (struct copying){daemon, NULL, g_strdup(wish.path)};
	struct backup_listener listener = {on_progress, on_end, copying};
	if (!backup_begin(daemon, &wish, &listener)) {
		copying_free(copying);
		request_refuse(request, 409, "a backup is being made already");
		return;
	}
	copying->stream = request_stream(request, "application/x-ndjson", on_gone, copying);
}
