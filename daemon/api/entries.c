/* SPDX-License-Identifier: MIT */
#include "daemon/api/entries.h"

#include "daemon/api/reply.h"
#include "daemon/api/writes.h"
#include "lib/base/ident.h"

void *entry_new(const struct entry_kind *kind)
{
	return g_malloc0(kind->size);
}

void entry_free(const struct entry_kind *kind, void *row)
{
	if (!row)
		return;
	kind->clear(row);
	g_free(row);
}

void *entry_find(
	const struct entry_kind *kind, struct reader *reader, const char *name, GError **error)
{
	void *row = entry_new(kind);
	if (kind->find(reader, name, row, error))
		return row;
	g_free(row);
	return NULL;
}

const char *entry_name(const void *row)
{
	return *(char *const *)row;
}

char *entry_must_stay(const struct entry_kind *kind, const char *name)
{
	if (g_strcmp0(kind->permanent, name) != 0)
		return NULL;
	return g_strdup_printf("%s \"%s\" cannot be deleted", kind->noun, name);
}

static bool refuse_missing(struct request *request, const char *field)
{
	request_refuse_field(request, &(struct field){"body", field, "missing", NULL},
		"\"%s\" must be given", field);
	return false;
}

bool entry_body_check(struct request *request, const struct entry_kind *kind, const json_t *body)
{
	g_autoptr(GError) error = NULL;
	const char *name_field = kind->fields[0], *name;
	if (!body_has_only(request, body, kind->fields)
		|| !body_text(request, body, name_field, &name))
		return false;
	if (!name)
		return refuse_missing(request, name_field);
	bool is_allowed = kind->name_check ? kind->name_check(name_field, name, &error)
					   : ident_check(name_field, name, &error);
	if (!is_allowed) {
		request_refuse_field(request,
			&(struct field){"body", name_field, "value_error", json_string(name)}, "%s",
			error->message);
		return false;
	}
	return json_object_get(body, kind->fields[1]) || refuse_missing(request, kind->fields[1]);
}

/* ---- reading ---- */

void entry_refuse_unknown(struct request *request, struct daemon *daemon,
	const struct entry_kind *kind, const char *name)
{
	g_auto(GStrv) names = kind->names(daemon->reader);
	g_autofree char *sentence = g_strdup_printf("there is no %s \"%s\"", kind->noun, name);
	request_refuse_unknown(request, sentence, name, (const char *const *)names);
}

/* What the path names; NULL: 404 or 500 has been answered. */
static void *entry_of(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	g_autoptr(GError) error = NULL;
	const char *name = request_path(request, kind->path_name);
	void *row = entry_find(kind, daemon->reader, name, &error);
	if (error)
		request_fail(request, error);
	else if (!row)
		entry_refuse_unknown(request, daemon, kind, name);
	return row;
}

void entry_get(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	void *row = entry_of(request, daemon, kind);
	if (row)
		request_answer(request, 200, kind->shown(daemon, row));
	entry_free(kind, row);
}

/* Many are unsealed on the reader's thread. */
struct query {
	struct request *request;
	struct daemon *daemon;
	const struct entry_kind *kind;
	json_t *(*row_json)(struct daemon *daemon, const void *row);
	struct listing listing;
	char *pattern;
	GArray *rows;
	int64_t total;
	GError *error;
};

static void query_free(void *data)
{
	struct query *query = data;
	g_clear_pointer(&query->rows, g_array_unref);
	g_clear_error(&query->error);
	g_free(query->pattern);
	g_free(query);
}

static void rows_read(struct reader *reader, void *data)
{
	struct query *query = data;
	query->rows = query->kind->list(reader, &query->listing, &query->total, &query->error);
}

static void on_rows(void *data)
{
	struct query *query = data;
	if (!query->rows) {
		request_fail(query->request, query->error);
		return;
	}
	json_t *list = json_array();
	for (unsigned i = 0; i < query->rows->len; i++)
		json_array_append_new(list,
			query->row_json(query->daemon, query->rows->data + i * query->kind->size));
	request_answer(query->request, 200,
		json_pack("{s:o, s:I}", query->kind->nouns, list, "total_entries",
			(json_int_t)query->total));
}

static void query_begin(struct daemon *daemon, const struct query *wanted)
{
	struct query *query = g_memdup2(wanted, sizeof *wanted);
	query->daemon = daemon;
	request_set_data(query->request, query, query_free);
	store_read(daemon->store, rows_read, on_rows, query);
}

void entries_list(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	struct query query = {.request = request, .kind = kind, .row_json = kind->shown};
	const char *pattern = request_query(request, kind->pattern_query);
	if (!request_listing(request, &query.listing))
		return;
	if (pattern && !g_str_equal(pattern, "~"))
		query.pattern = g_strconcat("%", pattern, "%", NULL);
	query.listing.pattern = query.pattern;
	query_begin(daemon, &query);
}

void entries_export(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	struct query query = {.request = request, .kind = kind, .row_json = kind->clear_text};
	g_autofree char *what = g_strdup_printf("%s in clear text are", kind->nouns);
	if (!request_is_of_owner(request, what))
		return;
	query.listing = listing_all;
	query.listing.limit = INT32_MAX;
	query_begin(daemon, &query);
}

/* ---- changing ---- */

static void begin(struct request *request, struct daemon *daemon, const struct entry_kind *kind,
	bool (*decide)(const struct write *, struct batch *, struct write_answer *))
{
	writes_add(daemon->writes, (struct write){request, daemon, kind, decide});
}

static bool decide_create(
	const struct write *write, struct batch *batch, struct write_answer *answer)
{
	const struct entry_kind *kind = write->kind;
	g_autoptr(GError) error = NULL;
	json_t *body = request_body(write->request);
	if (!body || !entry_body_check(write->request, kind, body))
		return false;
	const char *name = json_string_value(json_object_get(body, kind->fields[0]));
	void *stored = entry_find(kind, write->daemon->reader, name, &error);
	if (error) {
		request_fail(write->request, error);
		return false;
	}
	if (stored) {
		request_refuse(
			write->request, 409, "there is a %s \"%s\" already", kind->noun, name);
		entry_free(kind, stored);
		return false;
	}
	void *row = entry_new(kind);
	bool is_read = kind->read(write->request, body, row);
	if (is_read) {
		kind->put(batch, row);
		write_changed(answer, name);
		answer->status = 201;
		answer->json = kind->shown(write->daemon, row);
	}
	entry_free(kind, row);
	return is_read;
}

void entry_create(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	begin(request, daemon, kind, decide_create);
}

/* Those of the kind, with the name's as a PATCH calls it: g_free the array. */
static const char **patch_fields(const struct entry_kind *kind, const char *name_field)
{
	size_t n = g_strv_length((char **)kind->fields);
	const char **fields = g_memdup2(kind->fields, (n + 1) * sizeof *fields);
	fields[0] = name_field;
	return fields;
}

static bool mask_check(struct request *request, const struct entry_kind *kind,
	const char *const *fields, const char *const *mask)
{
	for (; *mask; mask++) {
		if (g_strv_contains(fields, *mask))
			continue;
		request_refuse_field(request,
			&(struct field){"query", "update_mask", "value_error", json_string(*mask)},
			"a %s has no field \"%s\"", kind->noun, *mask);
		return false;
	}
	return true;
}

/* What of the body is to be changed: all that it has, or what update_mask names. A new reference;
 * NULL: a refusal has been answered. */
static json_t *changes_of(struct request *request, const struct entry_kind *kind)
{
	const char *const *mask = request_queries(request, "update_mask");
	const char *name_field = kind->patch_name ? kind->patch_name : kind->fields[0];
	const char *name = request_path(request, kind->path_name), *given, *key;
	json_t *body = request_body(request), *value;
	g_autofree const char **fields = patch_fields(kind, name_field);
	if (!body || !body_has_only(request, body, fields)
		|| !body_text(request, body, name_field, &given)
		|| !mask_check(request, kind, fields, mask))
		return NULL;
	if (given && !g_str_equal(given, name)) {
		request_refuse(request, 400,
			"the body names %s \"%s\", the path \"%s\"; a %s cannot be renamed",
			kind->noun, given, name, kind->noun);
		return NULL;
	}
	json_t *changes = json_object();
	json_object_foreach(body, key, value)
	{
		if (!g_str_equal(key, name_field) && (!*mask || g_strv_contains(mask, key)))
			json_object_set(changes, key, value);
	}
	return changes;
}

static bool decide_patch(
	const struct write *write, struct batch *batch, struct write_answer *answer)
{
	const struct entry_kind *kind = write->kind;
	json_t *changes = changes_of(write->request, kind);
	void *row = changes ? entry_of(write->request, write->daemon, kind) : NULL;
	bool is_read = row && kind->read(write->request, changes, row);
	if (is_read) {
		kind->put(batch, row);
		write_changed(answer, entry_name(row));
		answer->json = kind->shown(write->daemon, row);
	}
	entry_free(kind, row);
	json_decref(changes);
	return is_read;
}

void entry_patch(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	begin(request, daemon, kind, decide_patch);
}

static bool decide_delete(
	const struct write *write, struct batch *batch, struct write_answer *answer)
{
	void *row = entry_of(write->request, write->daemon, write->kind);
	g_autofree char *must_stay = row ? entry_must_stay(write->kind, entry_name(row)) : NULL;
	if (must_stay)
		request_refuse(write->request, 400, "%s", must_stay);
	bool is_deleted = row && !must_stay;
	if (is_deleted) {
		write->kind->forget(batch, entry_name(row));
		write_changed(answer, entry_name(row));
		answer->status = 204;
	}
	entry_free(write->kind, row);
	return is_deleted;
}

void entry_delete(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	begin(request, daemon, kind, decide_delete);
}
