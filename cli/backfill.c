/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/dags.h"
#include "cli/instant_option.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

static const struct option create_options[] = {
	{"dag-id", 0, "DAG", "whose slots are filled"},
	{"from-date", 0, "TIME", "the earliest logical date"},
	{"to-date", 0, "TIME", "the latest logical date"},
	{"dag-run-conf", 0, "JSON", "params of the runs, a JSON object"},
	{"run-backwards", 0, NULL, "the newest slot first"},
	{"max-active-runs", 0, "N", "so many of its runs at once (10), beside those of the DAG"},
	{"reprocess-behavior", 0, "WHICH",
		"which slots that have a run are run again: none, failed or completed (none)"},
	{"dry-run", 0, NULL, "only list the runs that it would make"},
	{NULL},
};

static const struct option list_options[] = {
	{"dag-id", 0, "DAG", "only those of this DAG"},
	{NULL},
};

static const struct column columns[] = {{"id"}, {"dag_id"}, {"from_date"}, {"to_date"},
	{"is_paused"}, {"reprocess_behavior"}, {"max_active_runs"}, {"created_at"},
	{"completed_at"}, {NULL}};

static bool set_date(const struct invocation *invocation, const char *option, const char *key,
	json_t *body, GError **error)
{
	const char *dag_id = invocation_option(invocation, "dag-id");
	int64_t at = INSTANT_NONE;
	if (!invocation_has(invocation, option))
		return error_say(error, "--%s must be given", option);
	const struct zone *zone = zone_of_dag(invocation, option, dag_id, error);
	if (!zone || !invocation_instant(invocation, option, zone, &at, error))
		return false;
	g_autofree char *iso = instant_iso_z(at);
	json_object_set_new(body, key, json_string(iso));
	return true;
}

static bool set_conf(const struct invocation *invocation, json_t *body, GError **error)
{
	const char *text = invocation_option(invocation, "dag-run-conf");
	json_t *conf = text ? json_of_text("--dag-run-conf", text, error) : NULL;
	if (text && !conf)
		return false;
	if (conf)
		json_object_set_new(body, "dag_run_conf", conf);
	return true;
}

/* NULL and an error. */
static json_t *create_body(const struct invocation *invocation, GError **error)
{
	const char *reprocess = invocation_option(invocation, "reprocess-behavior");
	int64_t max_active_runs = 10;
	if (!invocation_has(invocation, "dag-id")) {
		error_say(error, "--dag-id must be given");
		return NULL;
	}
	if (!invocation_integer(invocation, "max-active-runs", 1, 10000, &max_active_runs, error))
		return NULL;
	json_auto_t *body = json_pack("{s:s, s:b, s:I, s:s}", "dag_id",
		invocation_option(invocation, "dag-id"), "run_backwards",
		invocation_has(invocation, "run-backwards"), "max_active_runs",
		(json_int_t)max_active_runs, "reprocess_behavior", reprocess ? reprocess : "none");
	if (!set_date(invocation, "from-date", "from_date", body, error)
		|| !set_date(invocation, "to-date", "to_date", body, error)
		|| !set_conf(invocation, body, error))
		return NULL;
	return json_incref(body);
}

static int dry_run(const struct invocation *invocation, const json_t *body)
{
	static const struct column slots[] = {
		{"logical_date"}, {"run_id", "dag_run_id"}, {"action"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *answer =
		ask(invocation->address, "POST", API "/backfills/dry_run", body, &error);
	if (!answer)
		return refuse(error);
	print_list(invocation, json_object_get(answer, "backfills"), slots);
	return EXIT_OK;
}

static int backfill_create(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *body = create_body(invocation, &error);
	if (!body)
		return error->domain == ASK_ERROR ? refuse(error) : refuse_usage(invocation, error);
	if (invocation_has(invocation, "dry-run"))
		return dry_run(invocation, body);
	json_auto_t *backfill = ask(invocation->address, "POST", API "/backfills", body, &error);
	if (!backfill)
		return refuse(error);
	print_object(invocation, backfill);
	return EXIT_OK;
}

static int backfill_list(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	const char *dag_id = invocation_option(invocation, "dag-id");
	g_autofree char *path = dag_id ? path_of(API "/backfills?order_by=-id&dag_id=%s", dag_id)
				       : g_strdup(API "/backfills?order_by=-id");
	json_auto_t *list = ask_list(invocation->address, path, "backfills", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int change(const struct invocation *invocation, const char *verb)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(API "/backfills/%s/%s", invocation_argument(invocation, 0), verb);
	json_auto_t *backfill = ask(invocation->address, "PUT", path, NULL, &error);
	if (!backfill)
		return refuse(error);
	json_auto_t *list = json_pack("[O]", backfill);
	print_list(invocation, list, columns);
	return EXIT_OK;
}

static int backfill_pause(struct invocation *invocation)
{
	return change(invocation, "pause");
}

static int backfill_unpause(struct invocation *invocation)
{
	return change(invocation, "unpause");
}

static int backfill_cancel(struct invocation *invocation)
{
	return change(invocation, "cancel");
}

const struct command backfill_commands[] = {
	{"create", "", "Make runs for slots of the past", backfill_create, create_options,
		"Times without offset are in the DAG's zone. A DAG has one backfill at a time.\n"
		"  dagctl backfill create --dag-id nightly --from-date 2026-01-01 --to-date "
		"2026-01-31 --dry-run"},
	{"list", "", "List the backfills, the newest first", backfill_list, list_options},
	{"pause", "ID", "Begin no run of a backfill until it is unpaused", backfill_pause},
	{"unpause", "ID", "Go on with a backfill", backfill_unpause},
	{"cancel", "ID", "End a backfill: its queued runs fail, what runs goes on",
		backfill_cancel},
	{NULL},
};
