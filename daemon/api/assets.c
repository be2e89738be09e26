/* SPDX-License-Identifier: MIT */
#include "daemon/api/assets.h"

#include "daemon/api/asset_uses.h"
#include "daemon/api/dag_runs.h"
#include "daemon/api/reply.h"

/* ---- lists, read on the reader's thread ---- */

struct query {
	struct request *request;
	struct daemon *daemon;
	struct listing listing;
	char *pattern, *uri_pattern, *names;
	GArray *assets;
	int64_t total;
	GError *error;
};

static void query_free(void *data)
{
	struct query *query = data;
	g_free(query->pattern);
	g_free(query->uri_pattern);
	g_free(query->names);
	g_clear_pointer(&query->assets, g_array_unref);
	g_clear_error(&query->error);
	g_free(query);
}

static void assets_read(struct reader *reader, void *data)
{
	struct query *query = data;
	query->assets = reader_assets(reader, &query->listing, &query->total, &query->error);
}

static void on_assets(void *data)
{
	struct query *query = data;
	if (!query->assets) {
		request_fail(query->request, query->error);
		return;
	}
	struct asset_uses *uses = asset_uses_new(query->daemon, query->assets);
	json_t *list = json_array();
	for (unsigned i = 0; i < query->assets->len; i++)
		json_array_append_new(
			list, asset_reply(uses, &g_array_index(query->assets, struct asset, i)));
	asset_uses_free(uses);
	request_answer(query->request, 200,
		json_pack("{s:o, s:I}", "assets", list, "total_entries", (json_int_t)query->total));
}

static char *pattern_of(const struct request *request, const char *name)
{
	const char *pattern = request_query(request, name);
	return pattern && !g_str_equal(pattern, "~") ? g_strconcat("%", pattern, "%", NULL) : NULL;
}

static bool query_boolean(struct request *request, const char *name, bool otherwise, bool *out)
{
	const char *text = request_query(request, name);
	bool is_true = text && g_ascii_strcasecmp(text, "true") == 0;
	*out = text ? is_true : otherwise;
	if (!text || is_true || g_ascii_strcasecmp(text, "false") == 0)
		return true;
	request_refuse_field(request,
		&(struct field){"query", name, "bool_parsing", json_string(text)},
		"\"%s\" must be true or false", name);
	return false;
}

void assets_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	const char *const *dag_ids = request_queries(request, "dag_ids");
	struct listing listing;
	bool only_active;
	if (!request_listing(request, &listing)
		|| !query_boolean(request, "only_active", true, &only_active))
		return;
	struct query *query = g_new0(struct query, 1);
	*query = (struct query){.request = request, .daemon = daemon, .listing = listing};
	query->pattern = pattern_of(request, "name_pattern");
	query->uri_pattern = pattern_of(request, "uri_pattern");
	if (only_active || *dag_ids)
		query->names = asset_names(daemon, dag_ids, only_active ? OF_ACTIVE : OF_ALL);
	query->listing.pattern = query->pattern;
	query->listing.uri_pattern = query->uri_pattern;
	query->listing.names = query->names;
	request_set_data(request, query, query_free);
	store_read(daemon->store, assets_read, on_assets, query);
}

/* ---- one ---- */

bool request_asset(
	struct request *request, struct daemon *daemon, const char *id, struct asset *asset)
{
	g_autoptr(GError) error = NULL;
	int64_t number;
	if (g_ascii_string_to_signed(id, 10, 1, INT64_MAX, &number, NULL)
		&& reader_asset(daemon->reader, number, asset, &error))
		return true;
	if (error)
		request_fail(request, error);
	else
		request_refuse(request, 404, "there is no asset with the id \"%s\"", id);
	return false;
}

void assets_get(struct request *request, void *data)
{
	struct daemon *daemon = data;
	g_autoptr(GArray) one = g_array_new(FALSE, TRUE, sizeof(struct asset));
	struct asset asset;
	if (!request_asset(request, daemon, request_path(request, "asset_id"), &asset))
		return;
	g_array_append_val(one, asset);
	struct asset_uses *uses = asset_uses_new(daemon, one);
	request_answer(request, 200, asset_reply(uses, &asset));
	asset_uses_free(uses);
	asset_clear(&asset);
}

void assets_materialize(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct asset asset;
	if (!request_asset(request, daemon, request_path(request, "asset_id"), &asset))
		return;
	g_autoptr(GPtrArray) makers = asset_makers(daemon, asset.name);
	json_auto_t *body = json_object();
	if (makers->len == 1)
		dag_run_trigger(request, daemon, makers->pdata[0], body);
	else if (makers->len == 0)
		request_refuse(
			request, 404, "no DAG has the asset \"%s\" among its outlets", asset.name);
	else
		request_refuse(request, 409,
			"%u DAGs update the asset \"%s\", \"%s\" and \"%s\" among them: trigger "
			"one of them",
			makers->len, asset.name, (const char *)makers->pdata[0],
			(const char *)makers->pdata[1]);
	asset_clear(&asset);
}
