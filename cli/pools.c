/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/entry_file.h"
#include "cli/existing.h"
#include "cli/print.h"
#include "lib/base/error.h"

static const struct column columns[] = {{"pool", "name"}, {"slots"}, {"description"},
	{"include_deferred"}, {"occupied_slots"}, {"open_slots"}, {NULL}};

static const struct option set_options[] = {
	{"include-deferred", 0, NULL, "tasks that wait without a worker keep their slots"},
	{NULL},
};

static int pools_list(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *list = ask_list(invocation->address, API "/pools", "pools", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int pools_get(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/pools/%s", invocation_argument(invocation, 0));
	json_auto_t *pool = ask(invocation->address, "GET", path, NULL, &error);
	if (!pool)
		return refuse(error);
	print_object(invocation, pool);
	return EXIT_OK;
}

/* Makes or changes one. */
static bool pool_set(const struct address *address, json_t *body, GError **error)
{
	g_autoptr(GError) conflict = NULL;
	json_auto_t *made = ask(address, "POST", API "/pools", body, &conflict);
	if (made)
		return true;
	if (!g_error_matches(conflict, ASK_ERROR, 409)) {
		g_propagate_error(error, g_steal_pointer(&conflict));
		return false;
	}
	g_autofree char *path =
		path_of(API "/pools/%s", json_string_value(json_object_get(body, "name")));
	json_auto_t *changes = json_copy(body);
	json_object_del(changes, "name");
	json_auto_t *changed = ask(address, "PATCH", path, changes, error);
	return changed != NULL;
}

static int pools_set(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *name = invocation_argument(invocation, 0);
	const char *text = invocation_argument(invocation, 1);
	const char *description = invocation_argument(invocation, 2);
	int64_t slots;
	if (!g_ascii_string_to_signed(text, 10, -1, INT32_MAX, &slots, NULL)) {
		error_say(&error,
			"SLOTS must be a whole number from 0 to 2147483647, or -1 for no limit, "
			"not \"%s\"",
			text);
		return refuse_usage(invocation, error);
	}
	json_auto_t *body = json_pack("{s:s, s:I, s:s*, s:b}", "name", name, "slots",
		(json_int_t)slots, "description", description, "include_deferred",
		invocation_has(invocation, "include-deferred"));
	if (!pool_set(invocation->address, body, &error))
		return refuse(error);
	fprintf(stderr, "pool %s is set\n", name);
	return EXIT_OK;
}

static int pools_delete(struct invocation *invocation)
{
	return entry_delete(invocation, "pools", "pool");
}

/* ---- files ---- */

/* One entry as the API takes it: what it does not know, it says itself. */
static json_t *body_of_entry(const char *name, json_t *entry)
{
	json_t *body = json_copy(entry);
	json_object_set_new(body, "name", json_string(name));
	return body;
}

static bool entries_check(json_t *file, GError **error)
{
	const char *name;
	json_t *entry;
	json_object_foreach(file, name, entry) if (!json_is_object(entry)) return error_say(error,
		"pool \"%s\" is no object: expected {\"slots\": 4, \"description\": \"...\", "
		"\"include_deferred\": false}",
		name);
	return true;
}

static int import_all(const struct invocation *invocation, json_t *file)
{
	g_autoptr(GError) error = NULL;
	size_t n_set = 0;
	const char *name;
	json_t *entry;
	json_object_foreach(file, name, entry)
	{
		json_auto_t *body = body_of_entry(name, entry);
		if (!pool_set(invocation->address, body, &error)) {
			say("pool \"%s\": %s; %zu of %zu pools were set before", name,
				error->message, n_set, json_object_size(file));
			return exit_code_of(error);
		}
		n_set++;
	}
	fprintf(stderr, "%zu pools are set\n", n_set);
	return EXIT_OK;
}

static int pools_import(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *file = object_of_file(invocation_argument(invocation, 0), FILE_JSON,
		"pools: {\"NAME\": {\"slots\": 4, \"description\": \"...\"}}", &error);
	return file && entries_check(file, &error) ? import_all(invocation, file) : refuse(error);
}

static int pools_export(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *list = ask_list(invocation->address, API "/pools", "pools", &error);
	json_auto_t *file = json_object();
	size_t i;
	json_t *pool;
	if (!list)
		return refuse(error);
	json_array_foreach(list, i, pool)
		json_object_set_new(file, json_string_value(json_object_get(pool, "name")),
			json_pack("{s:O, s:O, s:O}", "slots", json_object_get(pool, "slots"),
				"description", json_object_get(pool, "description"),
				"include_deferred", json_object_get(pool, "include_deferred")));
	const char *path = invocation_argument(invocation, 0);
	if (strcmp(path, "-") != 0)
		return export_file(path, FILE_JSON, file, "pools");
	struct invocation as_json = *invocation; /* nothing of it is secret */
	as_json.output = OUTPUT_JSON;
	print_value(&as_json, file);
	return EXIT_OK;
}

const struct command pools_commands[] = {
	{"list", "", "List the pools: slots that tasks of all DAGs share", pools_list},
	{"get", "POOL", "Show a pool and how many of its slots are taken", pools_get},
	{"set", "POOL SLOTS [DESCRIPTION]", "Make a pool, or change it; -1 slots: no limit",
		pools_set, set_options,
		"Tasks name their pool with `pool: POOL`; those that name none are in "
		"default_pool.\n  dagctl pools set database 2 \"what the server can bear\""},
	{"delete", "POOL", "Delete a pool; tasks that name it wait", pools_delete},
	{"import", "FILE", "Set all pools of a JSON file; `-` is stdin", pools_import},
	{"export", "FILE", "Write all pools to a JSON file; `-` is stdout", pools_export},
	{NULL},
};
