/* SPDX-License-Identifier: MIT */
/* Branches, sensors and approvals before they run: what is wrong with them, and what their values
 * mean. */
#include "lib/base/instant.h"
#include "lib/dag/branch.h"
#include "lib/dag/form.h"
#include "lib/dag/target_time.h"
#include "tests/unit/wrong_dags.h"

#define TASK(fields) "tasks:\n  - {task_id: a, " fields "}\n"
#define AND_B "  - {task_id: b, operator: empty, dependencies: a}\n"

static const struct wrong wrong_branches[] = {
	{TASK("operator: branch, follow: bb") AND_B,
		"2:44: follow: \"bb\" is no task or group directly after \"a\"; did you mean "
		"\"b\"?"},
	{TASK("operator: branch, follow: [b, c]") AND_B
		"  - {task_id: c, operator: empty, dependencies: b}\n",
		"2:44: follow: \"c\" is no task or group directly after \"a\""},
	{TASK("operator: branch, follow: 7") AND_B,
		"2:44: follow: a branch follows a task_id, a list of such, or null; it was given "
		"something else"},
	{TASK("operator: branch") AND_B,
		"2:5: the task \"a\" lacks one of \"follow\", \"python_callable\", \"file\", which "
		"the operator branch requires"},
	{TASK("operator: BranchPythonOperator, python_callable: \"m:f\", follow: b") AND_B,
		"2:67: \"follow\" and \"python_callable\" cannot both be given"},
	{TASK("operator: branch, follow: [], python_callable: \"m:f\"") AND_B,
		"2:65: \"follow\" and \"python_callable\" cannot both be given"},
	{TASK("operator: short_circuit"),
		"2:5: the task \"a\" lacks one of \"condition\", \"python_callable\", \"file\", "
		"which the operator short_circuit requires"},
	{TASK("operator: short_circuit, condition: 1, ignore_downstream_trigger_rules: \"{{ 1 "
	      "}}\""),
		"2:90: ignore_downstream_trigger_rules: no template may stand here, for it is "
		"needed before anything is rendered"},
};

static const struct wrong wrong_sensors[] = {
	{TASK("operator: wait.file"),
		"2:5: the task \"a\" lacks \"filepath\", which the operator wait.file requires | "
		"filepath: The file, a folder, or a pattern. (text)"},
	{TASK("operator: wait.file, filepath: /x, poke_interval: 0"),
		"2:68: poke_interval: expected more than no time"},
	{TASK("operator: wait.file, filepath: /x, timeout: 0s"),
		"2:62: timeout: expected more than no time"},
	{TASK("operator: wait.file, filepath: /x, poke_interval: \"{{ 1 }}\""),
		"2:68: poke_interval: no template may stand here, for it is needed before "
		"anything is rendered"},
	{TASK("operator: wait.time, target_time: noon"),
		"2:52: target_time: \"noon\" is neither an instant such as 2026-03-01T06:00:00Z "
		"nor a time of day such as 06:00"},
	{TASK("operator: wait.external_task, external_dag_id: x, external_task_id: y, "
	      "external_task_ids: [z]"),
		"2:108: \"external_task_id\" and \"external_task_ids\" cannot both be given"},
	{TASK("operator: wait.external_task, external_dag_id: x, allowed_states: [sucess]"),
		"2:84: allowed_states: \"sucess\" is no state in which a run ends; did you mean "
		"\"success\"? | they are success, failed"},
	{TASK("operator: wait.external_task, external_dag_id: x, failed_states: [skipped]"),
		"2:83: failed_states: \"skipped\" is no state in which a run ends | they are "
		"success, failed"},
	{TASK("operator: wait.external_task, external_dag_id: x, external_task_id: y, "
	      "failed_states: [running]"),
		"2:104: failed_states: \"running\" is no state in which a task ends | they are "
		"success, failed, skipped, upstream_failed, removed"},
	{TASK("operator: trigger_dag, trigger_dag_id: x, allowed_states: [queued]"),
		"2:76: allowed_states: \"queued\" is no state in which a run ends | they are "
		"success, failed"},
};

static const struct wrong wrong_approvals[] = {
	{TASK("operator: approval, subject: x, options: []"),
		"2:59: options: a question needs an answer"},
	{TASK("operator: approval, subject: x, options: [a, 1]"),
		"2:59: options: each answer is a text"},
	{TASK("operator: approval, subject: x, options: [a, b, a]"),
		"2:59: options: \"a\" stands there twice"},
	{TASK("operator: approval, subject: x, defaults: Maybe, execution_timeout: 1h"),
		"2:60: defaults: \"Maybe\" is none of the options (Approve, Reject)"},
	{TASK("operator: approval, subject: x, defaults: [Approve, Reject], execution_timeout: "
	      "1h"),
		"2:60: defaults: one answer is possible, unless multiple is true"},
	{TASK("operator: approval, subject: x, defaults: Reject"),
		"2:60: warning: defaults are taken after execution_timeout, which is not set | add "
		"execution_timeout: 1d"},
	{TASK("operator: approval, subject: x, options: [a, b], fail_on_reject: true"),
		"2:83: fail_on_reject: \"Reject\" is none of the options"},
	{TASK("operator: approval, subject: x, form: {n: {type: integer, default: z}}"),
		"2:56: form: \"n\": param \"n\" is \"z\": type integer was expected"},
	{"on_failure_callback: {operator: approval, subject: x}\n" TASK("operator: empty"),
		"1:22: a callback cannot use the operator approval, which directs other tasks or "
		"waits"},
};

static struct wrong_table tables[] = {
	{"/flow/branches", wrong_branches, G_N_ELEMENTS(wrong_branches), NULL},
	{"/flow/sensors", wrong_sensors, G_N_ELEMENTS(wrong_sensors), NULL},
	{"/flow/approvals", wrong_approvals, G_N_ELEMENTS(wrong_approvals), NULL},
};

static const struct operators *operators;

/* ---- what a branch follows ---- */

static const char grouped[] =
	"task_groups: [{group_id: g}, {group_id: h, parent_group: g}, {group_id: k}]\n"
	"tasks:\n"
	"  - {task_id: b, task_group: g.h, operator: branch, follow: \"{{ params.x }}\"}\n"
	"  - {task_id: x, task_group: g.h, operator: empty, dependencies: g.h.b}\n"
	"  - {task_id: y, task_group: g, operator: empty, dependencies: g.h.b}\n"
	"  - {task_id: one, task_group: k, operator: empty, dependencies: g.h.b}\n"
	"  - {task_id: two, task_group: k, operator: empty, dependencies: g.h.b}\n"
	"  - {task_id: join, operator: empty, dependencies: [g.h.b, g.y]}\n"
	"params: {x: x}\n";

/* What it follows as one text, or the sentence of the refusal. */
static char *followed(const struct dag *dag, const char *chosen)
{
	g_autoptr(GError) error = NULL;
	json_t *json = json_loads(chosen, JSON_DECODE_ANY, NULL);
	json_t *list = branch_follow(dag, dag_task(dag, "g.h.b"), json, &error);
	json_decref(json);
	if (!list)
		return g_strdup(error->message);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < json_array_size(list); i++)
		g_ptr_array_add(names, (char *)json_string_value(json_array_get(list, i)));
	g_ptr_array_add(names, NULL);
	char *text = g_strjoinv(" ", (char **)names->pdata);
	json_decref(list);
	return text;
}

static void a_branch_follows_tasks_and_groups_by_their_long_and_short_names(void)
{
	static const struct {
		const char *chosen, *followed;
	} rows[] = {
		{"\"g.h.x\"", "g.h.x"},
		{"\"x\"", "g.h.x"},
		{"\"h.x\"", "g.h.x"},
		{"\"y\"", "g.y join"},
		{"\"k\"", "k.one k.two"},
		{"[\"k.two\", \"x\"]", "g.h.x k.two"},
		{"\"join\"", "join"},
		{"null", ""},
		{"\"\"", ""},
		{"[]", ""},
		{"\"one\"", "\"one\" is no task or group directly after \"g.h.b\""},
		{"\"kk\"",
			"\"kk\" is no task or group directly after \"g.h.b\"; did you mean \"k\"?"},
		{"{}",
			"a branch follows a task_id, a list of such, or null; it was given "
			"something else"},
	};
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) dags = dag_load("f.yaml", grouped, strlen(grouped),
		&(struct dag_context){.operators = operators}, problems);
	g_autofree char *told = fixture_problems(problems);
	g_assert_cmpstr(told, ==, "");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = followed(dags->pdata[0], rows[i].chosen);
		g_assert_cmpstr(text, ==, rows[i].followed);
	}
	problems_free(problems);
}

/* ---- instants and times of day ---- */

static void a_target_is_an_instant_or_a_time_on_the_day_of_the_run(void)
{
	static const struct {
		const char *text, *zone, *base, *at;
	} rows[] = {
		{"06:00", "UTC", "2026-03-01T12:00:00+00:00", "2026-03-01T06:00:00+00:00"},
		{"06:00:30", "UTC", "2026-03-01T00:00:00+00:00", "2026-03-01T06:00:30+00:00"},
		/* It is the second of March there already. */
		{"06:00", "Asia/Tokyo", "2026-03-01T18:00:00+00:00", "2026-03-01T21:00:00+00:00"},
		/* Skipped by the clocks: the first instant after the jump. */
		{"02:30", "Europe/Berlin", "2026-03-29T00:10:00+00:00",
			"2026-03-29T01:00:00+00:00"},
		{"2026-05-01T06:00:00", "Europe/Berlin", "2026-03-01T00:00:00+00:00",
			"2026-05-01T04:00:00+00:00"},
		{"2026-05-01T06:00:00Z", "Europe/Berlin", "2026-03-01T00:00:00+00:00",
			"2026-05-01T06:00:00+00:00"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t base, at;
		g_assert_true(target_time(rows[i].base, zone_utc(), 0, &base, NULL));
		g_assert_true(
			target_time(rows[i].text, zone_get(rows[i].zone, NULL), base, &at, NULL));
		g_autofree char *iso = instant_iso(at);
		g_assert_cmpstr(iso, ==, rows[i].at);
	}
}

static void what_is_no_time_is_refused(void)
{
	static const char *const texts[] = {
		"", "6", "24:00", "06:60", "06:00:60", "06:00 ", "-1:00", "06:00:", "tomorrow"};
	int64_t at;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_false(target_time(texts[i], zone_utc(), 0, &at, &error));
		g_assert_nonnull(error);
	}
}

/* ---- forms ---- */

static char *filled(const char *form, const char *given)
{
	g_autoptr(GError) error = NULL;
	json_t *rules = json_loads(form, 0, NULL), *values = json_loads(given, 0, NULL);
	g_assert_true(form_check(rules, NULL));
	json_t *all = form_fill(rules, values, &error);
	g_autofree char *text = all ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(rules);
	json_decref(values);
	json_decref(all);
	return g_strdup(all ? text : error->message);
}

static void a_form_has_defaults_and_rules(void)
{
	static const char form[] =
		"{\"n\": {\"type\": \"integer\", \"minimum\": 1}, \"why\": \"none\"}";
	static const struct {
		const char *given, *filled;
	} rows[] = {
		{"{\"n\": 3}", "{\"n\":3,\"why\":\"none\"}"},
		{"{\"n\": 3, \"why\": \"late\"}", "{\"n\":3,\"why\":\"late\"}"},
		{"{}", "\"n\" must be given"},
		{"{\"n\": 0}", "param \"n\" is 0: at least 1 was expected (minimum)"},
		{"{\"n\": 1, \"m\": 2}", "\"m\" is not asked for"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = filled(form, rows[i].given);
		g_assert_cmpstr(text, ==, rows[i].filled);
	}
	g_autoptr(GError) error = NULL;
	json_t *extra = json_pack("{s:i}", "a", 1);
	g_assert_null(form_fill(NULL, extra, &error));
	json_decref(extra);
	json_t *none = form_fill(NULL, NULL, NULL);
	g_assert_cmpuint(json_object_size(none), ==, 0);
	json_decref(none);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	const char *const folders[] = {g_getenv("DAGD_OPERATORS"), NULL};
	struct problems *problems = problems_new();
	struct operators *all = operators_load(folders, problems);
	operators = all;
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	g_test_add_func("/flow/a_branch_follows_tasks_and_groups_by_their_long_and_short_names",
		a_branch_follows_tasks_and_groups_by_their_long_and_short_names);
	g_test_add_func("/flow/a_target_is_an_instant_or_a_time_on_the_day_of_the_run",
		a_target_is_an_instant_or_a_time_on_the_day_of_the_run);
	g_test_add_func("/flow/what_is_no_time_is_refused", what_is_no_time_is_refused);
	g_test_add_func("/flow/a_form_has_defaults_and_rules", a_form_has_defaults_and_rules);
	int failed = g_test_run();
	operators_free(all);
	problems_free(problems);
	return failed;
}
