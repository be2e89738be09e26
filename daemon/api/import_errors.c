/* SPDX-License-Identifier: MIT */
/* One for each DAG file with mistakes, with all of them and the warnings beside. */
#include <string.h>

#include "daemon/api/monitor.h"
#include "daemon/api/reply.h"

/* A number that belongs to the file's name for ever: clients keep it. */
static json_int_t import_error_id(const struct folder_file *file)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, file->file, -1);
	hash[12] = '\0'; /* 48 bits: exact in JavaScript's numbers, too */
	return (json_int_t)g_ascii_strtoull(hash, NULL, 16);
}

/* Files and their names may be in any encoding. */
static json_t *text_reply(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}

static json_t *problem_reply(const struct problem *problem)
{
	return json_pack("{s:o, s:i, s:i, s:s, s:o, s:o}", "file", text_reply(problem->file),
		"line", (int)problem->line, "column", (int)problem->column, "severity",
		problem->severity == SEVERITY_ERROR ? "error" : "warning", "message",
		text_reply(problem->message), "hint",
		problem->hint ? text_reply(problem->hint) : json_null());
}

static json_t *import_error_reply(const struct folder_file *file)
{
	g_autoptr(GString) text = g_string_new(NULL);
	json_t *problems = json_array();
	for (unsigned i = 0; i < file->problems->list->len; i++) {
		const struct problem *problem = file->problems->list->pdata[i];
		g_autofree char *one = problem_text(problem, file->text);
		g_string_append(text, one);
		json_array_append_new(problems, problem_reply(problem));
	}
	return json_pack("{s:I, s:o, s:o, s:s, s:o, s:o}", "import_error_id", import_error_id(file),
		"timestamp", instant_reply(file->read_at), "filename", text_reply(file->file),
		"bundle_name", "dags-folder", "stack_trace", text_reply(text->str), "problems",
		problems);
}

/* ---- order ---- */

static int by_name(const void *a, const void *b)
{
	const struct folder_file *const *left = a, *const *right = b;
	return strcmp((*left)->file, (*right)->file);
}

static int by_time(const void *a, const void *b)
{
	const struct folder_file *const *left = a, *const *right = b;
	if ((*left)->read_at != (*right)->read_at)
		return (*left)->read_at < (*right)->read_at ? -1 : 1;
	return by_name(a, b);
}

static int by_id(const void *a, const void *b)
{
	json_int_t left = import_error_id(*(const struct folder_file *const *)a);
	json_int_t right = import_error_id(*(const struct folder_file *const *)b);
	return left < right ? -1 : left > right;
}

static const struct order {
	const char *name;
	GCompareFunc compare;
} orders[] = {
	{"filename", by_name}, {"timestamp", by_time}, {"import_error_id", by_id}, {"id", by_id}};

static void reverse(GPtrArray *files)
{
	for (unsigned i = 0; i < files->len / 2; i++) {
		void *last = files->pdata[files->len - 1 - i];
		files->pdata[files->len - 1 - i] = files->pdata[i];
		files->pdata[i] = last;
	}
}

/* False: 400 has been answered. */
static bool files_sort(struct request *request, GPtrArray *files, const char *order_by)
{
	if (!order_by)
		return true;
	const char *name = order_by[0] == '-' ? order_by + 1 : order_by;
	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
		if (!g_str_equal(name, orders[i].name))
			continue;
		g_ptr_array_sort(files, orders[i].compare);
		if (order_by[0] == '-')
			reverse(files);
		return true;
	}
	request_refuse(request, 400,
		"import errors cannot be sorted by \"%s\"; expected filename, timestamp or "
		"import_error_id",
		name);
	return false;
}

/* ---- answers ---- */

static GPtrArray *files_with_errors(const struct daemon *daemon)
{
	g_autoptr(GPtrArray) files = folder_files(daemon->folder);
	GPtrArray *broken = g_ptr_array_new();
	for (unsigned i = 0; i < files->len; i++) {
		const struct folder_file *file = files->pdata[i];
		if (file->problems->n_errors > 0)
			g_ptr_array_add(broken, files->pdata[i]);
	}
	return broken;
}

void import_errors_list(struct request *request, void *data)
{
	struct listing listing;
	json_t *list = json_array();
	g_autoptr(GPtrArray) files = files_with_errors(data);
	if (!request_listing(request, &listing) || !files_sort(request, files, listing.order_by)) {
		json_decref(list);
		return;
	}
	for (unsigned i = listing.offset; i < files->len; i++)
		if (json_array_size(list) < listing.limit)
			json_array_append_new(list, import_error_reply(files->pdata[i]));
	request_answer(request, 200,
		json_pack("{s:o, s:I}", "import_errors", list, "total_entries",
			(json_int_t)files->len));
}

void import_errors_get(struct request *request, void *data)
{
	int64_t id;
	const char *text = request_path(request, "import_error_id");
	if (!g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &id, NULL)) {
		request_refuse_field(request,
			&(struct field){
				"path", "import_error_id", "int_parsing", json_string(text)},
			"input should be a valid integer");
		return;
	}
	g_autoptr(GPtrArray) files = files_with_errors(data);
	for (unsigned i = 0; i < files->len; i++) {
		if (import_error_id(files->pdata[i]) != id)
			continue;
		request_answer(request, 200, import_error_reply(files->pdata[i]));
		return;
	}
	request_refuse(request, 404, "there is no import error %" G_GINT64_FORMAT, id);
}
