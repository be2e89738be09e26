/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/sim/shape.h"
#include "tests/sim/sim.h"

enum { TASKS_MAX = 7 };

static int below(GRand *random, int n)
{
	return g_rand_int_range(random, 0, n);
}

static const char *one_of(GRand *random, const char *const *words, int n)
{
	return words[below(random, n)];
}

static void schedule_append(GRand *random, GString *text)
{
	static const char *const schedules[] = {"", "", "schedule: 10m\n",
		"schedule: \"*/7 * * * *\"\n", "schedule: 5m\nstart_date: 2025-12-31T23:00:00Z\n",
		"schedule: [\"*/9 * * * *\", \"5,18,40 * * * *\"]\n",
		"schedule: {cron: \"*/30 * * * * *\", seconds: true, jitter: 3m}\n",
		"schedule: {every: 7m, interval: true, jitter: 20m}\n",
		"schedule: {cron: \"0,20,40 0-23 * * *\", exclude: {days: [thu], shift: next}}\n",
		"schedule: \"@once\"\n", "schedule: \"@continuous\"\nmax_active_runs: 1\n",
		"schedule: {at: [2026-01-01T00:30, 2026-01-01T01:00, 2026-01-01T01:10]}\n",
		"schedule: {assets: a}\n", "schedule: {assets: [a, [b, c]]}\n",
		"schedule: {assets: {any: [a, {all: [b, c]}]}}\n",
		"schedule: {cron: \"*/20 * * * *\", assets: b}\n"};
	static const char *const catchups[] = {"catchup: false\n", "catchup: latest\n",
		"catchup: true\n", "catchup: {mode: true, max_runs: 2}\n",
		"catchup: {mode: latest, window: 20m}\n", "catchup: latest\noverlap: skip\n",
		"overlap: cancel_running\n"};
	const char *schedule = one_of(random, schedules, G_N_ELEMENTS(schedules));
	g_string_append(text, schedule);
	if (*schedule)
		g_string_append(text, one_of(random, catchups, G_N_ELEMENTS(catchups)));
}

static const char *callback(GRand *random)
{
	static const char *const callbacks[] = {"{operator: empty}",
		"{operator: bash, bash_command: x}",
		"{operator: bash, bash_command: x, retries: 1, retry_delay: 40s}",
		"[{operator: bash, bash_command: x}, {operator: bash, bash_command: x}]"};
	return one_of(random, callbacks, G_N_ELEMENTS(callbacks));
}

static void callbacks_append(GRand *random, GString *text)
{
	for (enum callback_kind kind = 0; kind < CALLBACK_DEADLINE; kind++)
		if (below(random, 6) == 0)
			g_string_append_printf(
				text, ", %s: %s", callback_names[kind], callback(random));
}

static void run_callbacks_append(GRand *random, GString *text)
{
	static const char *const froms[] = {"queued_at", "logical_date", "start"};
	if (below(random, 3) == 0)
		g_string_append_printf(text, "on_success_callback: %s\n", callback(random));
	if (below(random, 3) == 0)
		g_string_append_printf(text, "on_failure_callback: %s\n", callback(random));
	if (below(random, 3) == 0)
		g_string_append_printf(text, "deadline: {after: %dm, from: %s, callback: %s}\n",
			below(random, 40), one_of(random, froms, G_N_ELEMENTS(froms)),
			callback(random));
	if (below(random, 6) == 0)
		g_string_append_printf(
			text, "max_consecutive_failed_dag_runs: %d\n", 1 + below(random, 3));
	if (below(random, 6) == 0)
		g_string_append(text, "fail_fast: true\n");
}

/* What a task does: each of these now and then, an ordinary process most often. */
static const char *operator_text(GRand *random)
{
	static const char *const flows[] = {"branch, follow: \"{{ run_id }}\"",
		"short_circuit, condition: \"{{ run_id }}\"",
		"short_circuit, condition: \"{{ run_id }}\", "
		"ignore_downstream_trigger_rules: false",
		"latest_only", "\"wait.file\", filepath: /x, poke_interval: 2m, timeout: 20m",
		"\"wait.file\", filepath: /x, poke_interval: 1m, timeout: 30m, soft_fail: true, "
		"exponential_backoff: true",
		"\"wait.time\", target_time: \"06:00\", timeout: 4h",
		"\"wait.external_task\", external_dag_id: red, timeout: 40m",
		"\"wait.external_task\", external_dag_id: blue, external_task_id: t1, timeout: 1h",
		"trigger_dag, trigger_dag_id: blue",
		"trigger_dag, trigger_dag_id: red, wait_for_completion: true, execution_timeout: "
		"90m",
		"trigger_dag, trigger_dag_id: blue, wait_for_completion: true, "
		"execution_timeout: 1h, allowed_states: [failed], failed_states: []",
		"approval, subject: x, execution_timeout: 1h",
		"approval, subject: x, execution_timeout: 2h, ignore_downstream_trigger_rules: "
		"true",
		"approval, subject: x, execution_timeout: 50m, defaults: Reject",
		"approval, subject: x, execution_timeout: 30m, fail_on_reject: true"};
	int kind = below(random, 12);
	if (kind < 2)
		return "empty";
	return kind < 8 ? "bash, bash_command: x" : one_of(random, flows, G_N_ELEMENTS(flows));
}

static void outlets_append(GRand *random, GString *text)
{
	static const char *const outlets[] = {"a", "b", "[a, b]", "c"};
	if (below(random, 2) == 0)
		g_string_append_printf(
			text, ", outlets: %s", one_of(random, outlets, G_N_ELEMENTS(outlets)));
}

static void task_append(GRand *random, GString *text, int n, const struct shape *shape)
{
	const char *operator= operator_text(random);
	bool is_program = g_str_has_prefix(operator, "bash");
	g_string_append_printf(text,
		"  - {task_id: t%d, operator: %s, retries: %d, retry_delay: %ds, "
		"priority_weight: %d, on_lost: %s",
		n, operator, below(random, 3), 30 + below(random, 300), 1 + below(random, 3),
		below(random, 2) ? "fail" : "retry");
	if (below(random, 4) == 0)
		g_string_append(text, ", retry_exponential_backoff: true");
	callbacks_append(random, text);
	outlets_append(random, text);
	features_append(random, text, shape, n, is_program);
	g_string_append(text, "}\n");
}

char *dag_text(GRand *random, const char *dag_id)
{
	GString *text = g_string_new(NULL);
	int max_active_runs = 1 + below(random, 3);
	g_string_append_printf(
		text, "dag_id: %s\nmax_active_tasks: %d\n", dag_id, 1 + below(random, 4));
	schedule_append(random, text);
	if (!strstr(text->str, "max_active_runs"))
		g_string_append_printf(text, "max_active_runs: %d\n", max_active_runs);
	if (below(random, 4) == 0)
		g_string_append_printf(text, "dagrun_timeout: %dm\n", 5 + below(random, 60));
	run_callbacks_append(random, text);
	struct shape shape = shape_choose(random, 1 + below(random, TASKS_MAX));
	shape.has_rules &= !strstr(text->str, "fail_fast: true");
	groups_append(random, text, &shape);
	g_string_append(text, "tasks:\n");
	for (int i = 0; i < shape.n_tasks; i++)
		task_append(random, text, i, &shape);
	return g_string_free(text, FALSE);
}

struct dag *version_dag(struct version *version, const struct operators *operators)
{
	if (version->dag)
		return version->dag;
	struct problems *problems = problems_new();
	struct dag_context context = {.operators = operators};
	g_autoptr(GPtrArray) dags =
		dag_load("sim.yaml", version->text, strlen(version->text), &context, problems);
	if (problems->n_errors > 0) {
		g_autofree char *problem = problem_text(problems->list->pdata[0], version->text);
		g_error("%s\n%s", version->text, problem);
	}
	problems_free(problems);
	version->dag = dag_ref(dags->pdata[0]);
	return version->dag;
}

void version_clear(struct version *version)
{
	dag_unref(version->dag);
	g_free(version->text);
}
