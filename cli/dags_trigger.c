/* SPDX-License-Identifier: MIT */
/* `dags trigger`: makes a run, and stays with it when told to. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/dags.h"
#include "cli/follow.h"
#include "cli/instant_option.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/instant.h"

const struct option dags_trigger_options[] = {
	{"conf", 'c', "JSON", "params of the run, a JSON object; `-` reads it from stdin"},
	{"param", 'p', "NAME=VALUE",
		"one param: JSON where it reads as such, else text; may be repeated"},
	{"run-id", 'r', "ID", "the run's id (manual__TIME_RANDOM)"},
	{"logical-date", 'l', "TIME", "the run's logical date (none)"},
	{"note", 0, "TEXT", "a note on the run"},
	{"wait", 'w', NULL, "wait for the run's end; exit 1 if it failed"},
	{"follow", 'f', NULL, "the same, and print states and logs meanwhile"},
	{NULL},
};

json_t *invocation_conf(const struct invocation *invocation, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	for (unsigned i = 0; i < invocation->options->len; i++) {
		const struct given *given = &g_array_index(invocation->options, struct given, i);
		if (g_str_equal(given->option->name, "param"))
			g_ptr_array_add(words, (char *)given->value);
	}
	g_ptr_array_add(words, NULL);
	return conf_of(
		invocation_option(invocation, "conf"), (const char *const *)words->pdata, error);
}

/* The zone is needed only for an instant without offset; UTC otherwise. */
const struct zone *zone_of_dag(
	const struct invocation *invocation, const char *option, const char *dag_id, GError **error)
{
	if (!invocation_instant_is_naive(invocation, option))
		return zone_utc();
	g_autofree char *path = path_of(API "/dags/%s/details", dag_id);
	json_auto_t *dag = ask(invocation->address, "GET", path, NULL, error);
	const char *name = json_string_value(json_object_get(dag, "timezone"));
	return !dag ? NULL : name ? zone_get(name, error) : zone_utc();
}

static void set_text(json_t *body, const char *key, const char *text)
{
	if (text)
		json_object_set_new(body, key, json_string(text));
}

static json_t *trigger_body(const struct invocation *invocation, int64_t logical_date, json_t *conf)
{
	json_t *body = json_pack("{s:O, s:n}", "conf", conf, "logical_date");
	g_autofree char *date = logical_date == INSTANT_NONE ? NULL : instant_iso_z(logical_date);
	set_text(body, "logical_date", date);
	set_text(body, "dag_run_id", invocation_option(invocation, "run-id"));
	set_text(body, "note", invocation_option(invocation, "note"));
	return body;
}

static int run_follow(const struct invocation *invocation, const char *dag_id, const char *run_id)
{
	bool shows = invocation_has(invocation, "follow");
	struct follow_options options = {
		.address = invocation->address,
		.dag_id = dag_id,
		.run_id = run_id,
		.show = !shows                              ? FOLLOW_NOTHING
			: invocation->output == OUTPUT_JSON ? FOLLOW_JSON
							    : FOLLOW_PEOPLE,
	};
	return follow(&options);
}

/* What people want to see of it; JSON and YAML have all. */
static void print_fields(const struct invocation *invocation, json_t *run)
{
	static const char *const shown[] = {"dag_id", "dag_run_id", "conf", "logical_date",
		"run_after", "run_type", "state", "start_date", "end_date", "note", "reason", NULL};
	json_auto_t *fields = json_object();
	for (const char *const *name = shown; *name; name++)
		json_object_set(fields, *name, json_object_get(run, *name));
	bool is_all = invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML;
	print_object(invocation, is_all ? run : fields);
}

/* The run as it is now. */
static void print_run(const struct invocation *invocation, const char *dag_id, const char *run_id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s", dag_id, run_id);
	json_auto_t *run = ask(invocation->address, "GET", path, NULL, &error);
	if (run)
		print_fields(invocation, run);
	else
		refuse(error);
}

static int run_begun(const struct invocation *invocation, const char *dag_id, json_t *run)
{
	const char *run_id = json_string_value(json_object_get(run, "dag_run_id"));
	bool waits = invocation_has(invocation, "wait");
	if (!run_id) {
		say("the daemon's answer names no run");
		return EXIT_REFUSED;
	}
	if (invocation_has(invocation, "follow"))
		return run_follow(invocation, dag_id, run_id);
	if (!waits) {
		print_fields(invocation, run);
		return EXIT_OK;
	}
	int code = run_follow(invocation, dag_id, run_id);
	if (code != EXIT_NO_DAEMON)
		print_run(invocation, dag_id, run_id);
	return code;
}

int dags_trigger_with(const struct invocation *invocation, json_t *conf)
{
	g_autoptr(GError) error = NULL;
	const char *dag_id = invocation_argument(invocation, 0);
	int64_t logical_date = INSTANT_NONE;
	const struct zone *zone = zone_of_dag(invocation, "logical-date", dag_id, &error);
	if (!zone)
		return refuse(error);
	if (!invocation_instant(invocation, "logical-date", zone, &logical_date, &error))
		return refuse_usage(invocation, error);
	json_auto_t *body = trigger_body(invocation, logical_date, conf);
	g_autofree char *path = path_of(API "/dags/%s/dagRuns", dag_id);
	json_auto_t *run = ask(invocation->address, "POST", path, body, &error);
	return run ? run_begun(invocation, dag_id, run) : refuse(error);
}

int dags_trigger(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *conf = invocation_conf(invocation, &error);
	return conf ? dags_trigger_with(invocation, conf) : refuse_usage(invocation, error);
}
