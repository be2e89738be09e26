/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/problem.h"

/* As Airflow's command line names an asset; here a URI is a name like any other. */
#define NAME_OPTIONS                            \
	{"name", 0, "NAME", "instead of NAME"}, \
	{                                       \
		"uri", 0, "URI", "the same"     \
	}

static const struct option list_options[] = {
	{"all", 0, NULL, "also those that no DAG names any more"},
	{NULL},
};

static const struct option name_options[] = {NAME_OPTIONS, {NULL}};

static const struct option update_options[] = {
	NAME_OPTIONS,
	{"extra", 0, "JSON", "an object for the templates of the runs that follow; `-` is stdin"},
	{NULL},
};

/* ---- which asset ---- */

static const char *name_of(const struct invocation *invocation, GError **error)
{
	const char *names[] = {invocation_argument(invocation, 0),
		invocation_option(invocation, "name"), invocation_option(invocation, "uri")};
	const char *found = NULL;
	unsigned n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		n += names[i] != NULL;
		found = names[i] ? names[i] : found;
	}
	if (n == 1)
		return found;
	error_say(error, n ? "one NAME was expected, not %u" : "which asset? NAME was expected", n);
	return NULL;
}

static void refuse_unknown(const json_t *list, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	size_t i;
	json_t *asset;
	json_array_foreach((json_t *)list, i, asset)
		g_ptr_array_add(names, (char *)json_string_value(json_object_get(asset, "name")));
	g_ptr_array_add(names, NULL);
	const char *meant = suggest(name, (const char *const *)names->pdata);
	g_set_error(error, ASK_ERROR, 404,
		meant ? "there is no asset \"%s\"; did you mean \"%s\"?"
		      : "there is no asset \"%s\"",
		name, meant);
}

/* The one that the command line names; NULL and an error. */
static json_t *asset_find(const struct invocation *invocation, GError **error)
{
	const char *name = name_of(invocation, error);
	if (!name)
		return NULL;
	json_auto_t *list =
		ask_list(invocation->address, API "/assets?only_active=false", "assets", error);
	size_t i;
	json_t *asset;
	json_array_foreach(list, i, asset)
	{
		const char *own = json_string_value(json_object_get(asset, "name"));
		if (g_strcmp0(own, name) == 0)
			return json_incref(asset);
	}
	if (list)
		refuse_unknown(list, name, error);
	return NULL;
}

static int refuse_asset(const struct invocation *invocation, const GError *error)
{
	return error->domain == ASK_ERROR ? refuse(error) : refuse_usage(invocation, error);
}

static char *asset_path(const char *form, const json_t *asset)
{
	g_autofree char *id = g_strdup_printf(
		"%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(asset, "id")));
	return g_strdup_printf(API "/assets/%s%s", id, form);
}

/* ---- commands ---- */

static int assets_list(struct invocation *invocation)
{
	static const struct column columns[] = {
		{"name"}, {"uri"}, {"group"}, {"updated_at"}, {NULL}};
	g_autoptr(GError) error = NULL;
	const char *path = invocation_has(invocation, "all") ? API
		"/assets?order_by=name&only_active=false"
							     : API "/assets?order_by=name";
	json_auto_t *list = ask_list(invocation->address, path, "assets", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int assets_details(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asset = asset_find(invocation, &error);
	if (!asset)
		return refuse_asset(invocation, error);
	print_object(invocation, asset);
	return EXIT_OK;
}

static int assets_materialize(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *asset = asset_find(invocation, &error);
	if (!asset)
		return refuse_asset(invocation, error);
	g_autofree char *path = asset_path("/materialize", asset);
	json_auto_t *run = ask(invocation->address, "POST", path, NULL, &error);
	if (!run)
		return refuse(error);
	print_object(invocation, run);
	return EXIT_OK;
}

/* A new reference, empty when there is none; NULL and an error. */
static json_t *extra_of(const struct invocation *invocation, GError **error)
{
	const char *text = invocation_option(invocation, "extra");
	bool is_stdin = g_strcmp0(text, "-") == 0;
	json_auto_t *extra = !text ? json_object()
		: is_stdin         ? json_of_file("-", error)
				   : json_of_text("--extra", text, error);
	if (!extra)
		return NULL;
	if (json_is_object(extra))
		return json_incref(extra);
	error_say(error, "--extra must be a JSON object such as {\"rows\": 12}");
	return NULL;
}

static int assets_update(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *extra = extra_of(invocation, &error);
	json_auto_t *asset = extra ? asset_find(invocation, &error) : NULL;
	if (!asset)
		return refuse_asset(invocation, error);
	json_auto_t *body =
		json_pack("{s:O, s:O}", "asset_id", json_object_get(asset, "id"), "extra", extra);
	json_auto_t *event = ask(invocation->address, "POST", API "/assets/events", body, &error);
	if (!event)
		return refuse(error);
	print_object(invocation, event);
	return EXIT_OK;
}

const struct command assets_commands[] = {
	{"list", "", "List the assets that DAGs name", assets_list, list_options},
	{"details", "[NAME]", "Who updates an asset, and which DAGs wait for it", assets_details,
		name_options},
	{"materialize", "[NAME]", "Make a run of the DAG that updates an asset", assets_materialize,
		name_options,
		"Refused when none or several have it among their outlets: trigger one of them."},
	{"update", "[NAME]", "Say that an asset is new, as a task that updates it does",
		assets_update, update_options,
		"Example:\n  dagctl assets update s3://lake/orders --extra '{\"rows\": 12}'"},
	{NULL},
};
