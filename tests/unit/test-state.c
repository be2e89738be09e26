/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <glib.h>

#include "lib/engine/record.h"
#include "lib/engine/state.h"

/* ---- names ---- */

static void every_name_is_airflows_and_reads_back(void)
{
	static const char *const tasks[] = {"none", "scheduled", "queued", "running", "success",
		"failed", "skipped", "upstream_failed", "up_for_retry", "restarting", "removed",
		"deferred", "up_for_reschedule"};
	static const char *const runs[] = {"queued", "running", "success", "failed"};
	static const char *const types[] = {"scheduled", "manual", "backfill", "asset_triggered"};
	static const char *const attempts[] = {"launching", "success", "failed", "skipped", "lost",
		"taken_back", "deferred", "up_for_reschedule"};
	enum task_state task;
	enum run_state run;
	enum run_type type;
	enum attempt_state attempt;
	g_assert_cmpint(G_N_ELEMENTS(tasks), ==, N_TASK_STATES);
	g_assert_cmpint(G_N_ELEMENTS(runs), ==, N_RUN_STATES);
	g_assert_cmpint(G_N_ELEMENTS(types), ==, N_RUN_TYPES);
	g_assert_cmpint(G_N_ELEMENTS(attempts), ==, N_ATTEMPT_STATES);
	for (int i = 0; i < N_TASK_STATES; i++) {
		g_assert_cmpstr(task_state_name((enum task_state)i), ==, tasks[i]);
		g_assert_true(task_state_parse(tasks[i], &task) && (int)task == i);
	}
	for (int i = 0; i < N_RUN_STATES; i++) {
		g_assert_cmpstr(run_state_name((enum run_state)i), ==, runs[i]);
		g_assert_true(run_state_parse(runs[i], &run) && (int)run == i);
	}
	for (int i = 0; i < N_RUN_TYPES; i++) {
		g_assert_cmpstr(run_type_name((enum run_type)i), ==, types[i]);
		g_assert_true(run_type_parse(types[i], &type) && (int)type == i);
	}
	for (int i = 0; i < N_ATTEMPT_STATES; i++) {
		g_assert_cmpstr(attempt_state_name((enum attempt_state)i), ==, attempts[i]);
		g_assert_true(attempt_state_parse(attempts[i], &attempt) && (int)attempt == i);
	}
}

static void a_word_that_is_no_name_is_refused(void)
{
	static const char *const words[] = {
		"", " ", "Success", "success ", "succes", "removed\n", "-1", "4"};
	enum task_state task = TASK_FAILED;
	enum run_state run;
	enum run_type type;
	enum attempt_state attempt;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_assert_false(task_state_parse(words[i], &task));
		g_assert_false(run_state_parse(words[i], &run));
		g_assert_false(run_type_parse(words[i], &type));
		g_assert_false(attempt_state_parse(words[i], &attempt));
	}
	g_assert_false(task_state_parse(NULL, &task));
	g_assert_cmpint(task, ==, TASK_FAILED); /* left alone */
}

/* ---- moves ---- */

/* Row: from; column: to; both in the order of the states. `x` is allowed. */
static const char *const task_moves[N_TASK_STATES] = {
	".xxxxxxx..x..", /* none */
	"x.xxxxxx..x..", /* scheduled */
	"xx.xxxxx..x..", /* queued */
	".xx.xxx.xx.xx", /* running */
	"x....xx......", /* success */
	"x...x.x......", /* failed */
	"x...xx.......", /* skipped */
	"x...xxx......", /* upstream_failed */
	"xxxxxxxx..x..", /* up_for_retry */
	"x...xxx......", /* restarting */
	"x............", /* removed */
	"x...xxxxx.x..", /* deferred */
	"x...xxxxx.x..", /* up_for_reschedule */
};

static const char *const run_moves[N_RUN_STATES] = {
	".xxx", /* queued */
	"..xx", /* running */
	"x..x", /* success */
	"x.x.", /* failed */
};

static void task_instances_move_by_the_table_only(void)
{
	for (int from = 0; from < N_TASK_STATES; from++)
		for (int to = 0; to < N_TASK_STATES; to++) {
			g_assert_cmpint(
				task_move_is_allowed((enum task_state)from, (enum task_state)to),
				==, task_moves[from][to] == 'x');
		}
}

static void runs_move_by_the_table_only(void)
{
	for (int from = 0; from < N_RUN_STATES; from++)
		for (int to = 0; to < N_RUN_STATES; to++)
			g_assert_cmpint(
				run_move_is_allowed((enum run_state)from, (enum run_state)to), ==,
				run_moves[from][to] == 'x');
}

static void nothing_is_stuck_and_nothing_runs_on_after_its_end(void)
{
	for (int from = 0; from < N_TASK_STATES; from++) {
		unsigned n_ways = 0;
		for (int to = 0; to < N_TASK_STATES; to++)
			n_ways += task_move_is_allowed((enum task_state)from, (enum task_state)to);
		g_assert_cmpint(n_ways, >, 0);
		if (task_state_is_finished((enum task_state)from))
			g_assert_false(task_move_is_allowed((enum task_state)from, TASK_RUNNING));
	}
	g_assert_true(task_state_is_finished(TASK_REMOVED));
	g_assert_true(task_state_is_finished(TASK_UPSTREAM_FAILED));
	g_assert_false(task_state_is_finished(TASK_UP_FOR_RETRY));
	g_assert_false(task_state_is_finished(TASK_RESTARTING));
	g_assert_false(run_state_is_finished(RUN_RUNNING));
	g_assert_true(run_state_is_finished(RUN_FAILED));
}

/* ---- records ---- */

static void a_copy_owns_its_texts(void)
{
	char dag_id[] = "restore", run_id[] = "manual__1", reason[] = "exit 3";
	struct run_record run = {.id = 7, .dag_id = dag_id, .run_id = run_id, .reason = reason};
	struct task_record task = {.run = 7, .task_id = dag_id, .map_index = -1};
	struct attempt_record attempt = {.id = 9, .task_id = dag_id, .boot_id = run_id};
	struct dag_record dag = {.dag_id = dag_id, .is_paused = true};
	struct run_record run_copy = run_record_copy(&run);
	struct task_record task_copy = task_record_copy(&task);
	struct attempt_record attempt_copy = attempt_record_copy(&attempt);
	struct dag_record dag_copy = dag_record_copy(&dag);
	memset(dag_id, 'x', strlen(dag_id));
	memset(run_id, 'x', strlen(run_id));
	g_assert_cmpstr(run_copy.dag_id, ==, "restore");
	g_assert_cmpstr(run_copy.run_id, ==, "manual__1");
	g_assert_null(run_copy.note);
	g_assert_cmpstr(task_copy.task_id, ==, "restore");
	g_assert_cmpstr(attempt_copy.boot_id, ==, "manual__1");
	g_assert_cmpstr(dag_copy.dag_id, ==, "restore");
	for (int i = 0; i < 2; i++) { /* to clear twice is fine */
		run_record_clear(&run_copy);
		task_record_clear(&task_copy);
		attempt_record_clear(&attempt_copy);
		dag_record_clear(&dag_copy);
	}
	g_assert_null(run_copy.dag_id);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state/every_name_is_airflows_and_reads_back",
		every_name_is_airflows_and_reads_back);
	g_test_add_func(
		"/state/a_word_that_is_no_name_is_refused", a_word_that_is_no_name_is_refused);
	g_test_add_func("/state/task_instances_move_by_the_table_only",
		task_instances_move_by_the_table_only);
	g_test_add_func("/state/runs_move_by_the_table_only", runs_move_by_the_table_only);
	g_test_add_func("/state/nothing_is_stuck_and_nothing_runs_on_after_its_end",
		nothing_is_stuck_and_nothing_runs_on_after_its_end);
	g_test_add_func("/state/a_copy_owns_its_texts", a_copy_owns_its_texts);
	return g_test_run();
}
