/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "daemon/store/reader.h"
#include "tests/unit/store_home.h"

/* ---- every statement ---- */

static const char *const run_orders[] = {"id", "run_after", "logical_date", "start_date",
	"end_date", "state", "dag_id", "run_id", "dag_run_id", "run_type", "queued_at",
	"data_interval_start", "data_interval_end", "duration", NULL};
static const char *const task_orders[] = {"id", "task_id", "map_index", "state", "start_date",
	"end_date", "duration", "try_number", "scheduled_when", "queued_when", "dag_id", "run_id",
	"dag_run_id", "run_after", "logical_date", "data_interval_start", "data_interval_end",
	NULL};
static const char *const backfill_orders[] = {
	"id", "dag_id", "from_date", "to_date", "created_at", "updated_at", "completed_at", NULL};
static const char *const pool_orders[] = {
	"name", "pool", "id", "slots", "description", "include_deferred", NULL};
static const char *const variable_orders[] = {"key", "id", "description", NULL};
static const char *const connection_orders[] = {
	"conn_id", "connection_id", "id", "conn_type", "description", NULL};

typedef GArray *list_function(struct reader *, const struct listing *, int64_t *, GError **);

static const struct list {
	list_function *read;
	const char *const *orders;
	unsigned n_rows; /* in a new file */
} lists[] = {
	{reader_runs, run_orders},
	{reader_tasks, task_orders},
	{reader_backfills, backfill_orders},
	{reader_pools, pool_orders, 1},
	{reader_variables, variable_orders},
	{reader_connections, connection_orders},
};

static void list_in_all_orders(
	struct reader *reader, const struct list *list, struct listing listing)
{
	for (size_t i = 0; list->orders[i] != NULL; i++) {
		g_autofree char *descending = g_strconcat("-", list->orders[i], NULL);
		const char *const orders[] = {list->orders[i], descending};
		unsigned n_rows = listing.pattern ? 0 : list->n_rows;
		for (int j = 0; j < 2; j++) {
			GError *error = NULL;
			int64_t total = -1;
			listing.order_by = orders[j];
			g_autoptr(GArray) rows = list->read(reader, &listing, &total, &error);
			g_assert_no_error(error);
			g_assert_cmpint(rows->len, ==, n_rows);
			g_assert_cmpint(total, ==, n_rows);
		}
	}
}

static void every_statement_can_be_prepared(void)
{
	struct home home;
	static const char *const states[] = {"running", "queued", NULL};
	struct listing all_conditions = {"d", "r", "t", states, "manual", "%x_", 1, 2, 3, 4, 5, 6,
		7, 8, .limit = 10, .offset = 5};
	home_init(&home, NULL);
	home_open(&home); /* prepares those of the writer */
	struct reader *reader = store_reader(home.store);
	for (int i = 0; i < N_READ_STATEMENTS; i++) {
		GError *error = NULL;
		g_assert_nonnull(reader_statement(reader, (enum read_statement)i, &error));
		g_assert_no_error(error);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		list_in_all_orders(reader, &lists[i], listing_all);
		list_in_all_orders(reader, &lists[i], all_conditions);
	}
	home_remove(&home);
}

/* ---- round trips ---- */

/* What the visitor saw, as one line. */
static void see_pool(void *data, const struct pool_record *pool)
{
	g_string_append_printf(data, "pool %s %d; ", pool->name, (int)pool->slots);
}

static void see_dag(void *data, const struct dag_record *dag)
{
	g_string_append_printf(data, "dag %s %s %s%s%s %" G_GINT64_FORMAT "; ", dag->dag_id,
		dag->file, dag->version, dag->is_paused ? " paused" : "",
		dag->is_stale ? " stale" : "", dag->first_seen_at);
}

static void see_missed(void *data, const struct missed_record *missed)
{
	g_string_append_printf(data, "missed %s %d-%d %u %s; ", missed->dag_id,
		(int)missed->first_slot, (int)missed->last_slot, missed->n, missed->reason);
}

static void see_asset(void *data, const char *dag_id, const char *asset)
{
	g_string_append_printf(data, "%s heard of %s; ", dag_id, asset);
}

static void see_backfill(void *data, const struct backfill_record *backfill)
{
	g_string_append_printf(data, "backfill %d; ", (int)backfill->id);
}

static void see_run(void *data, const struct run_record *run)
{
	g_string_append_printf(data, "run %s %s; ", run->run_id, run_state_name(run->state));
}

static void see_task(void *data, const struct task_record *task)
{
	g_string_append_printf(data, "task %d %s %s; ", (int)task->run, task->task_id,
		task_state_name(task->state));
}

static void see_attempt(void *data, const struct attempt_record *attempt)
{
	g_string_append_printf(data, "attempt %d %s; ", (int)attempt->id, attempt->task_id);
}

static char *load(struct home *home)
{
	GError *error = NULL;
	GString *seen = g_string_new(NULL);
	struct store_visitor visitor = {see_pool, see_dag, see_missed, see_asset, see_backfill,
		see_run, see_task, see_attempt, seen};
	g_assert_true(reader_load(store_reader(home->store), &visitor, &error));
	g_assert_no_error(error);
	return g_string_free(seen, FALSE);
}

static void a_start_loads_dags_and_what_is_unfinished(void)
{
	struct home home;
	static const struct {
		int64_t id;
		const char *run_id;
		enum run_state state;
	} runs[] = {{3, "c", RUN_QUEUED}, {1, "a", RUN_SUCCESS}, {2, "b", RUN_RUNNING},
		{4, "d", RUN_FAILED}};
	home_init(&home, NULL);
	home_open(&home);
	g_autofree char *nothing = load(&home);
	g_assert_cmpstr(nothing, ==, "pool default_pool 128; ");

	struct batch *batch = batch_new();
	struct dag_record dag = {(char *)"restore", (char *)"a/restore.yaml", (char *)"f00", true,
		true, 12, INSTANT_NONE, INSTANT_NONE};
	struct pool_record pool = {(char *)"small", 2, NULL, false};
	batch_dag(batch, &dag);
	batch_pool(batch, &pool);
	batch_missed(batch, &(struct missed_record){(char *)"restore", 1, 2, 2, (char *)"old", 3});
	batch_missed(batch, &(struct missed_record){(char *)"restore", 7, 9, 3, (char *)"new", 10});
	for (int64_t id = 1; id <= 3; id++) {
		struct backfill_record backfill = backfill_of(id);
		backfill.completed_at = id == 2 ? 5 : INSTANT_NONE;
		batch_backfill(batch, &backfill);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		struct run_record run = run_of(runs[i].id, runs[i].run_id, runs[i].state);
		struct task_record done = task_of(run.id, "b", TASK_SUCCESS);
		struct task_record next = task_of(run.id, "a", TASK_RUNNING);
		batch_run(batch, &run);
		batch_task(batch, &done);
		batch_task(batch, &next);
	}
	/* A run that has ended, and has a callback that has not. */
	struct task_record callback = task_of(4, "a@on_failure_callback", TASK_UP_FOR_RETRY);
	callback.calls = (char *)"[{}]";
	batch_task(batch, &callback);
	for (int64_t id = 1; id <= 4; id++) {
		struct attempt_record attempt =
			attempt_of(id, id, "a", id == 3 ? ATTEMPT_LOST : ATTEMPT_LAUNCHING);
		batch_attempt(batch, &attempt);
	}
	home_commit(&home, batch);
	home_close(&home);
	home_open(&home);
	g_autofree char *seen = load(&home);
	g_assert_cmpstr(seen, ==,
		"pool default_pool 128; pool small 2; dag restore a/restore.yaml f00 paused stale "
		"12; missed restore 7-9 3 new; backfill 1; "
		"backfill 3; run b running; run c queued; run d failed; "
		"task 2 a running; task 2 b success; task 3 a running; task 3 b success; "
		"task 4 a running; task 4 a@on_failure_callback up_for_retry; task 4 b success; "
		"attempt 1 a; attempt 2 a; attempt 4 a; ");
	home_remove(&home);
}

static struct run_record full_run(void)
{
	return (struct run_record){5, (char *)"restore",
		(char *)"scheduled__2026-11-24T03:00:00+00:00", RUN_SCHEDULED, RUN_FAILED, -1, 2, 3,
		4, INT64_MAX, 6, 7, 8, (char *)"{\"ä\": 1}", (char *)"f00", (char *)"line\nline",
		(char *)"timetable", (char *)"exit 3", 9, 10, 11};
}

static void a_run_comes_back_as_it_was_given(void)
{
	struct home home;
	GError *error = NULL;
	struct run_record given = full_run(), found;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_run(batch, &given);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_run(reader, given.dag_id, given.run_id, &found, &error));
	g_assert_no_error(error);
	g_assert_cmpint(found.id, ==, 5);
	g_assert_cmpint(found.type, ==, RUN_SCHEDULED);
	g_assert_cmpint(found.state, ==, RUN_FAILED);
	g_assert_cmpmem(&found.slot, 8 * sizeof(int64_t), &given.slot, 8 * sizeof(int64_t));
	g_assert_cmpstr(found.run_id, ==, given.run_id);
	g_assert_cmpstr(found.conf, ==, given.conf);
	g_assert_cmpstr(found.version, ==, given.version);
	g_assert_cmpstr(found.note, ==, given.note);
	g_assert_cmpstr(found.triggered_by, ==, given.triggered_by);
	g_assert_cmpstr(found.reason, ==, given.reason);
	g_assert_cmpint(found.backfill, ==, 9);
	g_assert_cmpuint(found.clear_number, ==, 10);
	g_assert_cmpint(found.deadline_at, ==, 11);
	run_record_clear(&found);
	g_assert_true(reader_run_by_id(reader, 5, &found, &error));
	run_record_clear(&found);
	g_assert_false(reader_run(reader, "restore", "no such", &found, &error));
	g_assert_false(reader_run_by_id(reader, 6, &found, &error));
	g_assert_no_error(error);
	home_remove(&home);
}

static void what_is_none_comes_back_as_none(void)
{
	struct home home;
	GError *error = NULL;
	struct run_record run = run_of(1, "a", RUN_QUEUED), found;
	struct task_record task = task_of(1, "t", TASK_NONE), found_task;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_run(batch, &run);
	batch_task(batch, &task);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_run(reader, "restore", "a", &found, &error));
	g_assert_cmpint(found.slot, ==, INSTANT_NONE);
	g_assert_cmpint(found.ended_at, ==, INSTANT_NONE);
	g_assert_null(found.conf);
	g_assert_null(found.reason);
	g_assert_cmpint(found.backfill, ==, 0);
	g_assert_cmpuint(found.clear_number, ==, 0);
	g_assert_cmpint(found.deadline_at, ==, INSTANT_NONE);
	g_assert_true(reader_task(reader, &(struct task_key){1, "t", -1}, &found_task, &error));
	g_assert_cmpint(found_task.retry_at, ==, INSTANT_NONE);
	g_assert_cmpint(found_task.try_number, ==, 0);
	g_assert_null(found_task.reason);
	g_assert_cmpint(found_task.map_length, ==, -1);
	g_assert_null(found_task.decision);
	g_assert_cmpint(found_task.wait, ==, WAIT_NONE);
	g_assert_cmpint(found_task.wait_until, ==, INSTANT_NONE);
	g_assert_false(reader_task(reader, &(struct task_key){1, "t", 0}, &found_task, &error));
	g_assert_no_error(error);
	run_record_clear(&found);
	task_record_clear(&found_task);
	home_remove(&home);
}

static void a_later_row_replaces_the_earlier_one(void)
{
	struct home home;
	GError *error = NULL;
	struct task_key key = {1, "t", -1};
	struct task_record task = task_of(1, "t", TASK_RUNNING), found;
	struct attempt_record attempt = attempt_of(7, 1, "t", ATTEMPT_LAUNCHING);
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	task.reason = (char *)"waits";
	batch_task(batch, &task);
	memset(attempt.token, 0xab, sizeof attempt.token);
	batch_attempt(batch, &attempt);
	home_commit(&home, batch);

	struct batch *later = batch_new();
	task = task_of(1, "t", TASK_FAILED);
	task.try_number = task.max_tries = 3;
	task.attempt = 7;
	task.ended_at = 99;
	batch_task(later, &task);
	attempt.state = ATTEMPT_FAILED;
	attempt.exit_code = 3;
	attempt.signal = 9;
	attempt.pid = 4711;
	attempt.boot_id = attempt.reason = (char *)"why";
	attempt.usage = (struct attempt_usage){1, 2, 3, 4, INT64_MAX};
	batch_attempt(later, &attempt);
	home_commit(&home, later);

	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_task(reader, &key, &found, &error));
	g_assert_cmpint(found.state, ==, TASK_FAILED);
	g_assert_cmpint(found.try_number, ==, 3);
	g_assert_cmpint(found.attempt, ==, 7);
	g_assert_cmpint(found.ended_at, ==, 99);
	g_assert_null(found.reason);
	task_record_clear(&found);
	g_autoptr(GArray) attempts = reader_attempts(reader, &key, &error);
	g_assert_cmpint(attempts->len, ==, 1);
	struct attempt_record *only = &g_array_index(attempts, struct attempt_record, 0);
	g_assert_cmpmem(only->token, ATTEMPT_TOKEN_SIZE, attempt.token, ATTEMPT_TOKEN_SIZE);
	g_assert_cmpint(only->exit_code, ==, 3);
	g_assert_cmpint(only->signal, ==, 9);
	g_assert_cmpint(only->pid, ==, 4711);
	g_assert_cmpint(only->launched_at, ==, 7 * SECOND_US);
	g_assert_cmpstr(only->reason, ==, "why");
	g_assert_cmpmem(&only->usage, sizeof only->usage, &attempt.usage, sizeof attempt.usage);
	g_autoptr(GArray) tasks = reader_tasks_of_run(reader, 1, &error);
	g_assert_cmpint(tasks->len, ==, 1);
	home_remove(&home);
}

static void versions_xcoms_and_rendered_fields_come_back(void)
{
	struct home home;
	GError *error = NULL;
	struct task_key key = {1, "t", -1}, other = {1, "t", 3};
	g_autofree char *big = g_strnfill(1 << 20, 'x');
	g_autofree char *file = NULL, *text = NULL;
	home_init(&home, NULL);
	home_open(&home);
	struct reader *reader = store_reader(home.store);
	g_assert_false(reader_version(reader, "f00", &file, &text, NULL));
	g_assert_null(reader_xcom(reader, &key, "return_value", NULL));
	g_assert_null(reader_rendered(reader, &key, NULL));
	struct batch *batch = batch_new();
	batch_version(batch, "f00", "restore", "restore.yaml", "tasks: []\n# ü\n");
	batch_xcom(batch, &key, "return_value", "1");
	batch_xcom(batch, &key, "return_value", big);
	batch_xcom(batch, &key, "bytes", "\"\"");
	batch_xcom(batch, &other, "bytes", "3");
	batch_rendered(batch, &key, "{\"bash_command\": \"***\"}");
	home_commit(&home, batch);
	g_assert_true(reader_version(reader, "f00", &file, &text, NULL));
	g_assert_cmpstr(file, ==, "restore.yaml");
	g_assert_cmpstr(text, ==, "tasks: []\n# ü\n");
	g_autofree char *value = reader_xcom(reader, &key, "return_value", NULL);
	g_assert_cmpstr(value, ==, big);
	g_autofree char *fields = reader_rendered(reader, &key, NULL);
	g_assert_cmpstr(fields, ==, "{\"bash_command\": \"***\"}");
	g_autoptr(GArray) all = reader_xcoms(reader, 1, "t", &error);
	g_assert_cmpint(all->len, ==, 3);
	struct xcom *last = &g_array_index(all, struct xcom, 2);
	g_assert_cmpstr(last->key, ==, "bytes");
	g_assert_cmpint(last->map_index, ==, 3);
	g_assert_cmpint(last->at, >, 0);

	struct batch *forget = batch_new();
	batch_xcom_delete(forget, &key);
	home_commit(&home, forget);
	g_assert_null(reader_xcom(reader, &key, "bytes", NULL));
	g_autofree char *kept = reader_xcom(reader, &other, "bytes", NULL);
	g_assert_cmpstr(kept, ==, "3");
	home_remove(&home);
}

/* ---- deletion, ids, counts ---- */

static void run_with_all(struct batch *batch, const char *dag_id, int64_t id)
{
	struct run_record run = run_of(id, "a", RUN_SUCCESS);
	struct task_record task = task_of(id, "t", TASK_SUCCESS);
	struct attempt_record attempt = attempt_of(id * 10, id, "t", ATTEMPT_SUCCESS);
	struct dag_record dag = {.dag_id = (char *)dag_id};
	struct task_key key = {id, "t", -1};
	run.dag_id = (char *)dag_id;
	batch_dag(batch, &dag);
	batch_version(batch, dag_id, dag_id, "x.yaml", "");
	batch_run(batch, &run);
	batch_task(batch, &task);
	batch_attempt(batch, &attempt);
	batch_xcom(batch, &key, "k", "1");
	batch_rendered(batch, &key, "{}");
}

#define ROWS_OF_RUNS                                                                        \
	"(SELECT count(*) FROM run) + (SELECT count(*) FROM task) + (SELECT count(*) FROM " \
	"attempt)"                                                                          \
	" + (SELECT count(*) FROM xcom) + (SELECT count(*) FROM rendered)"

static void deleting_leaves_nothing_behind_and_no_id_is_given_twice(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	g_assert_cmpint(store_next_run(home.store), ==, 1);
	g_assert_cmpint(store_next_attempt(home.store), ==, 1);
	struct batch *batch = batch_new();
	run_with_all(batch, "kept", 1);
	run_with_all(batch, "gone", 2);
	run_with_all(batch, "gone_too", 3);
	home_commit(&home, batch);
	g_assert_cmpint(store_next_run(home.store), ==, 4);
	struct batch *forget = batch_new();
	batch_dag_delete(forget, "gone_too");
	batch_run_delete(forget, 2);
	batch_dag_delete(forget, "was never there");
	home_commit(&home, forget);
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT " ROWS_OF_RUNS), ==, 5);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM dag"), ==, 2);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM version"), ==, 2);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run_count WHERE n > 0"), ==, 1);
	home_open(&home);
	g_assert_cmpint(store_next_run(home.store), ==, 4);
	g_assert_cmpint(store_next_attempt(home.store), ==, 31);
	home_remove(&home);
}

static void runs_are_counted_as_they_move(void)
{
	struct home home;
	GError *error = NULL;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	for (int64_t id = 1; id <= 5; id++) {
		g_autofree char *run_id = g_strdup_printf("r%d", (int)id);
		struct run_record run = run_of(id, run_id, RUN_QUEUED);
		batch_run(batch, &run);
		run.state = id <= 3 ? RUN_RUNNING : RUN_QUEUED;
		batch_run(batch, &run);
		run.state = id <= 2 ? RUN_SUCCESS : run.state;
		batch_run(batch, &run);
	}
	batch_run_delete(batch, 5);
	home_commit(&home, batch);
	g_autoptr(GArray) counts = reader_run_counts(store_reader(home.store), &error);
	g_assert_no_error(error);
	g_assert_cmpint(counts->len, ==, 1);
	struct run_count *count = &g_array_index(counts, struct run_count, 0);
	g_assert_cmpstr(count->dag_id, ==, "restore");
	g_assert_cmpint(count->n[RUN_QUEUED], ==, 1);
	g_assert_cmpint(count->n[RUN_RUNNING], ==, 1);
	g_assert_cmpint(count->n[RUN_SUCCESS], ==, 2);
	g_assert_cmpint(count->n[RUN_FAILED], ==, 0);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/every_statement_can_be_prepared", every_statement_can_be_prepared);
	g_test_add_func("/store/a_start_loads_dags_and_what_is_unfinished",
		a_start_loads_dags_and_what_is_unfinished);
	g_test_add_func(
		"/store/a_run_comes_back_as_it_was_given", a_run_comes_back_as_it_was_given);
	g_test_add_func("/store/what_is_none_comes_back_as_none", what_is_none_comes_back_as_none);
	g_test_add_func("/store/a_later_row_replaces_the_earlier_one",
		a_later_row_replaces_the_earlier_one);
	g_test_add_func("/store/versions_xcoms_and_rendered_fields_come_back",
		versions_xcoms_and_rendered_fields_come_back);
	g_test_add_func("/store/deleting_leaves_nothing_behind_and_no_id_is_given_twice",
		deleting_leaves_nothing_behind_and_no_id_is_given_twice);
	g_test_add_func("/store/runs_are_counted_as_they_move", runs_are_counted_as_they_move);
	return g_test_run();
}
