/* SPDX-License-Identifier: MIT */
/* Reading what was asked: conditions in the query, fields of the body. */
#include "daemon/api/reply.h"
#include "lib/base/instant.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 10000 };

static bool instant_read(const char *text, int64_t *at, GError **error)
{
	int64_t wall;
	bool has_offset;
	int offset_s = 0;
	if (!instant_parse(text, &wall, &has_offset, &offset_s, error))
		return false;
	*at = wall - (has_offset ? offset_s : 0) * SECOND_US;
	return true;
}

bool request_query_instant(struct request *request, const char *name, int64_t *at)
{
	g_autoptr(GError) error = NULL;
	const char *text = request_query(request, name);
	if (!text || instant_read(text, at, &error))
		return true;
	request_refuse_field(request,
		&(struct field){"query", name, "datetime_parsing", json_string(text)}, "%s",
		error->message);
	return false;
}

static bool query_instants(struct request *request, struct listing *listing)
{
	return request_query_instant(request, "run_after_gte", &listing->run_after_gte)
		&& request_query_instant(request, "run_after_lte", &listing->run_after_lte)
		&& request_query_instant(request, "logical_date_gte", &listing->logical_date_gte)
		&& request_query_instant(request, "logical_date_lte", &listing->logical_date_lte)
		&& request_query_instant(request, "start_date_gte", &listing->started_gte)
		&& request_query_instant(request, "start_date_lte", &listing->started_lte)
		&& request_query_instant(request, "end_date_gte", &listing->ended_gte)
		&& request_query_instant(request, "end_date_lte", &listing->ended_lte);
}

bool request_listing(struct request *request, struct listing *listing)
{
	int64_t limit, offset;
	*listing = listing_all;
	if (!request_query_integer(request, "limit", 0, LIMIT_MAX, LIMIT_DEFAULT, &limit)
		|| !request_query_integer(request, "offset", 0, INT32_MAX, 0, &offset)
		|| !query_instants(request, listing))
		return false;
	listing->limit = (unsigned)limit;
	listing->offset = (unsigned)offset;
	listing->order_by = request_query(request, "order_by");
	listing->states = request_queries(request, "state");
	listing->run_type = request_query(request, "run_type");
	return true;
}

bool request_map_index(struct request *request, int *map_index)
{
	bool is_path = request_has_path(request, "map_index");
	const char *text =
		is_path ? request_path(request, "map_index") : request_query(request, "map_index");
	int64_t index = -1;
	if (text && !g_ascii_string_to_signed(text, 10, -1, INT32_MAX, &index, NULL)) {
		request_refuse_field(request,
			&(struct field){is_path ? "path" : "query", "map_index", "int_parsing",
				json_string(text)},
			"expected the number of an instance of a mapped task, or -1");
		return false;
	}
	*map_index = (int)index;
	return true;
}

json_t *body_masked(struct request *request, const char *const *known, const char *const *maskable)
{
	const char *const *mask = request_queries(request, "update_mask");
	json_t *body = request_body(request), *value;
	const char *key;
	if (!body || !body_has_only(request, body, known))
		return NULL;
	for (const char *const *name = mask; *name; name++) {
		if (g_strv_contains(known, *name))
			continue;
		request_refuse_field(request,
			&(struct field){"query", "update_mask", "value_error", json_string(*name)},
			"there is no field \"%s\"", *name);
		return NULL;
	}
	json_t *masked = json_object();
	json_object_foreach(body, key, value) if (!*mask || g_strv_contains(mask, key)
		|| !g_strv_contains(maskable, key)) json_object_set(masked, key, value);
	return masked;
}

bool body_has_only(struct request *request, const json_t *body, const char *const *known)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)body, key, value)
	{
		if (g_strv_contains(known, key))
			continue;
		const char *meant = suggest(key, known);
		/* Its value is not sent back: it may be a secret under a misspelt name. */
		request_refuse_field(request, &(struct field){"body", key, "extra_forbidden", NULL},
			meant ? "unknown key \"%s\"; did you mean \"%s\"?" : "unknown key \"%s\"",
			key, meant);
		return false;
	}
	return true;
}

bool body_instant(struct request *request, const json_t *body, const char *name, int64_t *at)
{
	g_autoptr(GError) error = NULL;
	json_t *value = json_object_get(body, name);
	*at = INSTANT_NONE;
	if (!value || json_is_null(value))
		return true;
	if (json_is_string(value) && instant_read(json_string_value(value), at, &error))
		return true;
	request_refuse_field(request,
		&(struct field){"body", name, "datetime_parsing", json_incref(value)}, "%s",
		error ? error->message : "expected an instant such as 2026-01-31T03:00:00Z");
	return false;
}

bool body_text(struct request *request, const json_t *body, const char *name, const char **text)
{
	json_t *value = json_object_get(body, name);
	*text = json_string_value(value);
	if (!value || json_is_null(value) || *text)
		return true;
	request_refuse_field(request,
		&(struct field){"body", name, "string_type", json_incref(value)},
		"\"%s\" must be text", name);
	return false;
}

bool body_boolean(
	struct request *request, const json_t *body, const char *name, bool otherwise, bool *out)
{
	json_t *value = json_object_get(body, name);
	*out = value ? json_is_true(value) : otherwise;
	if (!value || json_is_boolean(value))
		return true;
	request_refuse_field(request,
		&(struct field){"body", name, "bool_type", json_incref(value)},
		"\"%s\" must be true or false", name);
	return false;
}
