/* SPDX-License-Identifier: MIT */
/*
 * These attempts are launched, reported and made durable as all others; but no worker runs them.
 * What they ask the store or the engine is asked when their report is given to the engine, in the
 * same breath: nothing can happen between the look and the decision.
 */
#include "daemon/flow.h"

#include <string.h>

#include "daemon/clock.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"
#include "lib/base/json_field.h"
#include "lib/dag/target_time.h"

const char *flow_keep(struct flow_outcome *outcome, char *text)
{
	g_ptr_array_add(outcome->kept, text);
	return text;
}

bool flow_fail(struct flow_outcome *outcome, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_free(outcome->error);
	outcome->error = g_strdup_vprintf(format, values);
	va_end(values);
	return false;
}

bool flow_needs_no_process(const struct task *task, const struct rendered *rendered)
{
	const char *name = task->operator->value_parameter;
	return !task->operator->run[0] ||(name && json_object_get(rendered->arguments, name));
}

static bool is_true(const json_t *arguments, const char *name)
{
	return json_is_true(json_object_get(arguments, name));
}

/* ---- trigger_dag ---- */

static bool read_run_id(
	const struct attempt *attempt, const json_t *arguments, struct flow_outcome *outcome)
{
	const char *given = json_field_text(arguments, "trigger_run_id");
	const uint8_t *token = attempt->record.token;
	g_autoptr(GError) error = NULL;
	if (given && !run_id_check(given, &error))
		return flow_fail(outcome, "trigger_run_id: %s", error->message);
	g_autofree char *iso = instant_iso(clock_now());
	/* The attempt's own: its report may be given to the engine more than once. */
	outcome->end.trigger.run_id = flow_keep(outcome,
		given ? g_strdup(given)
		      : g_strdup_printf("manual__%s_%02x%02x%02x%02x", iso, token[0], token[1],
			      token[2], token[3]));
	return true;
}

static bool read_logical_date(
	const struct attempt *attempt, const json_t *arguments, struct flow_outcome *outcome)
{
	const char *text = json_field_text(arguments, "logical_date");
	g_autoptr(GError) error = NULL;
	int64_t wall_us;
	bool has_offset;
	int offset_s;
	outcome->end.trigger.logical_date = INSTANT_NONE;
	if (!text)
		return true;
	if (!instant_parse(text, &wall_us, &has_offset, &offset_s, &error))
		return flow_fail(outcome, "logical_date: %s", error->message);
	outcome->end.trigger.logical_date = has_offset ? wall_us - offset_s * SECOND_US
						       : zone_instant(attempt->dag->zone, wall_us);
	return true;
}

static bool read_conf(struct daemon *daemon, const json_t *arguments, struct flow_outcome *outcome)
{
	const json_t *conf = json_object_get(arguments, "conf");
	struct dag *dag = engine_dag(daemon->engine, outcome->end.trigger.dag_id);
	g_autoptr(GError) error = NULL;
	conf = json_is_object(conf) ? conf : NULL;
	/* That there is no such DAG is said by the engine. */
	json_t *params = dag ? dag_params(dag, conf, &error) : NULL;
	if (dag && !params)
		return flow_fail(
			outcome, "conf does not fit DAG \"%s\": %s", dag->dag_id, error->message);
	json_decref(params);
	outcome->end.trigger.conf =
		conf ? flow_keep(outcome, json_dumps(conf, JSON_COMPACT)) : NULL;
	return true;
}

/* The run_id of a finished run with the same logical date (g_free); NULL without an error: none. */
static char *same_date(struct daemon *daemon, const struct flow_outcome *outcome, GError **error)
{
	struct listing listing = listing_all;
	if (outcome->end.trigger.logical_date == INSTANT_NONE)
		return NULL;
	listing.dag_id = outcome->end.trigger.dag_id;
	listing.logical_date_gte = listing.logical_date_lte = outcome->end.trigger.logical_date;
	listing.limit = 1;
	g_autoptr(GArray) runs = reader_runs(daemon->reader, &listing, NULL, error);
	return runs && runs->len ? g_strdup(g_array_index(runs, struct run_record, 0).run_id)
				 : NULL;
}

/* The engine knows the runs that are not finished; the others are in the store. */
static bool past_look(struct daemon *daemon, struct flow_outcome *outcome)
{
	const char *dag_id = outcome->end.trigger.dag_id, *run_id = outcome->end.trigger.run_id;
	struct run_record run;
	g_autoptr(GError) error = NULL;
	if (engine_run(daemon->engine, dag_id, run_id))
		return true;
	bool exists = reader_run(daemon->reader, dag_id, run_id, &run, &error);
	if (exists)
		run_record_clear(&run);
	if (exists && outcome->end.trigger.is_reset)
		return daemon_restore_run(daemon, dag_id, run_id, &error)
			|| flow_fail(outcome, "%s", error->message);
	g_autofree char *other = NULL;
	if (exists)
		other = g_strdup(run_id);
	else if (!error)
		other = same_date(daemon, outcome, &error);
	if (error)
		return flow_fail(outcome, "%s", error->message);
	if (!other)
		return true;
	g_autofree char *sentence = exists
		? g_strdup_printf("DAG \"%s\" has a run \"%s\" already", dag_id, run_id)
		: g_strdup_printf(
			"DAG \"%s\" has a run of this logical date already: \"%s\"", dag_id, other);
	if (!outcome->end.trigger.skips_existing)
		return flow_fail(outcome, "%s", sentence);
	outcome->end.skipped = flow_keep(outcome, g_steal_pointer(&sentence));
	return true;
}

static void trigger_make(struct daemon *daemon, const struct attempt *attempt,
	const json_t *arguments, struct flow_outcome *outcome)
{
	outcome->end.trigger.dag_id =
		flow_keep(outcome, g_strdup(json_field_text(arguments, "trigger_dag_id")));
	outcome->end.trigger.is_reset = is_true(arguments, "reset_dag_run");
	outcome->end.trigger.skips_existing = is_true(arguments, "skip_when_already_exists");
	outcome->end.trigger.fails_when_paused = is_true(arguments, "fail_when_dag_is_paused");
	if (!outcome->end.trigger.dag_id) {
		flow_fail(outcome, "trigger_dag_id is empty");
		return;
	}
	if (read_run_id(attempt, arguments, outcome)
		&& read_logical_date(attempt, arguments, outcome)
		&& read_conf(daemon, arguments, outcome) && past_look(daemon, outcome)
		&& !outcome->end.skipped)
		outcome->line = g_strdup_printf("makes the run \"%s\" of DAG \"%s\"",
			outcome->end.trigger.run_id, outcome->end.trigger.dag_id);
}

/* ---- wait.time, wait.time_delta ---- */

static void until_make(
	const struct attempt *attempt, const json_t *arguments, struct flow_outcome *outcome)
{
	const struct run_record *run = &attempt->run;
	const char *target = json_field_text(arguments, "target_time");
	const json_t *delta = json_object_get(arguments, "delta");
	g_autoptr(GError) error = NULL;
	int64_t at =
		run->data_interval_end == INSTANT_NONE ? run->run_after : run->data_interval_end;
	if (target && !target_time(target, attempt->dag->zone, run->run_after, &at, &error)) {
		flow_fail(outcome, "target_time: %s", error->message);
		return;
	}
	if (!target
		&& __builtin_add_overflow(
			at, (int64_t)(json_number_value(delta) * (double)SECOND_US), &at))
		at = INSTANT_NEVER - 1;
	g_autofree char *iso = instant_iso(at);
	outcome->end.until = at;
	outcome->line = g_strdup_printf("waits until %s", iso);
}

/* ---- all ---- */

static void value_make(const json_t *values, struct flow_outcome *outcome)
{
	const json_t *value = json_object_get(values, "return_value");
	g_autofree char *text =
		value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : g_strdup("nothing");
	outcome->end.value = value;
	outcome->line = g_strdup_printf("the result is %s", text);
}

static void outcome_fill(struct daemon *daemon, const struct attempt *attempt,
	const json_t *arguments, const json_t *values, struct flow_outcome *outcome)
{
	outcome->is_said = true;
	switch (attempt->task->operator->flow) {
	case FLOW_BRANCH:
	case FLOW_SHORT_CIRCUIT:
		value_make(values, outcome);
		return;
	case FLOW_TRIGGER_DAG:
		trigger_make(daemon, attempt, arguments, outcome);
		return;
	case FLOW_WAIT_TIME:
		until_make(attempt, arguments, outcome);
		return;
	case FLOW_WAIT_TASK:
		flow_look(daemon, attempt, arguments, outcome);
		return;
	case FLOW_APPROVAL:
		outcome->line = g_strdup("waits for an answer");
		return;
	case FLOW_NONE:
	case FLOW_LATEST_ONLY:
	case FLOW_WAIT:
		outcome->is_said = false;
		return;
	}
}

void flow_outcome_make(struct daemon *daemon, const struct attempt *attempt,
	const json_t *arguments, const json_t *values, struct flow_outcome *outcome)
{
	*outcome = (struct flow_outcome){.kept = g_ptr_array_new_with_free_func(g_free)};
	if (attempt->task)
		outcome_fill(daemon, attempt, arguments, values, outcome);
}

void flow_outcome_clear(struct flow_outcome *outcome)
{
	g_free(outcome->error);
	g_free(outcome->line);
	if (outcome->kept)
		g_ptr_array_unref(outcome->kept);
	if (outcome->tasks)
		g_ptr_array_unref(outcome->tasks);
}
