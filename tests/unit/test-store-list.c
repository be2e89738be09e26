/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "daemon/store/reader.h"
#include "tests/unit/store_home.h"

/* id, run_id, DAG, type, state, logical date, started, ended; run_after is 10 times the id. */
static const struct {
	int64_t id;
	const char *run_id, *dag_id;
	enum run_type type;
	enum run_state state;
	int64_t logical_date, started_at, ended_at;
} runs[] = {
	{1, "s1", "a", RUN_SCHEDULED, RUN_SUCCESS, 100, 11, 19},
	{2, "m1", "a", RUN_MANUAL, RUN_FAILED, INSTANT_NONE, 21, 22},
	{3, "s1", "b", RUN_SCHEDULED, RUN_RUNNING, 300, 31, INSTANT_NONE},
	{4, "m2", "a", RUN_MANUAL, RUN_QUEUED, 50, INSTANT_NONE, INSTANT_NONE},
	{5, "b1", "b", RUN_BACKFILL, RUN_SUCCESS, 300, 51, 52},
};

static void fill(struct home *home)
{
	struct batch *batch = batch_new();
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		struct run_record run = run_of(runs[i].id, runs[i].run_id, runs[i].state);
		run.dag_id = (char *)runs[i].dag_id;
		run.type = runs[i].type;
		run.run_after = runs[i].id * 10;
		run.logical_date = runs[i].logical_date;
		run.started_at = runs[i].started_at;
		run.ended_at = runs[i].ended_at;
		batch_run(batch, &run);
		struct task_record first = task_of(run.id, "dump", TASK_SUCCESS);
		struct task_record second = task_of(run.id, "load", (enum task_state)run.id);
		first.started_at = run.started_at;
		batch_task(batch, &first);
		batch_task(batch, &second);
	}
	home_commit(home, batch);
}

static void home_fill(struct home *home)
{
	home_init(home, NULL);
	home_open(home);
	fill(home);
}

/* The ids in the order of the list, as text: "5 4 3". */
static char *run_ids(struct home *home, const struct listing *listing, int64_t *total)
{
	GError *error = NULL;
	g_autoptr(GString) ids = g_string_new(NULL);
	g_autoptr(GArray) rows = reader_runs(store_reader(home->store), listing, total, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < rows->len; i++)
		g_string_append_printf(ids, "%s%d", i > 0 ? " " : "",
			(int)g_array_index(rows, struct run_record, i).id);
	return g_strdup(ids->str);
}

static char *task_names(struct home *home, const struct listing *listing, int64_t *total)
{
	GError *error = NULL;
	g_autoptr(GString) names = g_string_new(NULL);
	g_autoptr(GArray) rows = reader_tasks(store_reader(home->store), listing, total, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < rows->len; i++) {
		struct task_record *task = &g_array_index(rows, struct task_record, i);
		g_string_append_printf(
			names, "%s%d.%s", i > 0 ? " " : "", (int)task->run, task->task_id);
	}
	return g_strdup(names->str);
}

static void runs_are_sorted_with_nulls_last_in_both_directions(void)
{
	static const struct {
		const char *order_by, *ids;
	} cases[] = {
		{NULL, "5 4 3 2 1"},
		{"id", "1 2 3 4 5"},
		{"-run_after", "5 4 3 2 1"},
		{"logical_date", "4 1 3 5 2"},
		{"-logical_date", "5 3 1 4 2"},
		{"start_date", "1 2 3 5 4"},
		{"-end_date", "5 2 1 4 3"},
		{"state", "2 4 3 1 5"},
		{"dag_id", "1 2 4 3 5"},
		{"-run_id", "3 1 4 2 5"},
		{"duration", "2 5 1 3 4"},
	};
	struct home home;
	home_fill(&home);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct listing listing = listing_all;
		listing.order_by = cases[i].order_by;
		g_autofree char *ids = run_ids(&home, &listing, NULL);
		g_assert_cmpstr(ids, ==, cases[i].ids);
	}
	home_remove(&home);
}

static void conditions_hold_for_the_rows_and_their_number(void)
{
	static const char *const ended[] = {"success", "failed", NULL};
	static const char *const queued[] = {"queued", NULL};
	static const char *const none[] = {NULL};
	struct {
		struct listing listing;
		const char *ids;
		int total;
	} cases[] = {
		{listing_all, "5 4 3 2 1", 5},
		{listing_all, "4 2 1", 3},
		{listing_all, "5 2 1", 3},
		{listing_all, "4", 1},
		{listing_all, "3", 1},
		{listing_all, "4 2", 2},
		{listing_all, "3 1", 2},
		{listing_all, "3 2", 2},
		{listing_all, "5 3", 2},
		{listing_all, "5 2", 2},
		{listing_all, "3 2", 5},
		{listing_all, "", 5},
		{listing_all, "", 0},
	};
	cases[0].listing.dag_id = "~";
	cases[0].listing.states = none;
	cases[1].listing.dag_id = "a";
	cases[2].listing.states = ended;
	cases[3].listing.states = queued;
	cases[3].listing.dag_id = "a";
	cases[4].listing.run_id = "s1";
	cases[4].listing.dag_id = "b";
	cases[5].listing.run_type = "manual";
	cases[6].listing.pattern = "S_";
	cases[7].listing.run_after_gte = 20;
	cases[7].listing.run_after_lte = 30;
	cases[8].listing.logical_date_gte = 101;
	cases[9].listing.started_gte = 21;
	cases[9].listing.ended_lte = 52;
	cases[10].listing.limit = 2;
	cases[10].listing.offset = 2;
	cases[11].listing.limit = 0;
	cases[12].listing.dag_id = "no such";
	struct home home;
	home_fill(&home);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t total = -1;
		g_autofree char *ids = run_ids(&home, &cases[i].listing, &total);
		g_assert_cmpstr(ids, ==, cases[i].ids);
		g_assert_cmpint(total, ==, cases[i].total);
	}
	home_remove(&home);
}

static void task_instances_are_listed_by_themselves_and_by_their_run(void)
{
	static const char *const live[] = {"running", "scheduled", NULL};
	static const char *const mixed[] = {"running", "failed", NULL};
	struct {
		struct listing listing;
		const char *names;
		int total;
	} cases[] = {
		{listing_all, "1.dump 1.load 2.dump 2.load", 10},
		{listing_all, "3.dump 3.load", 2},
		{listing_all, "1.load 3.load", 2},
		{listing_all, "3.load 5.load", 2},
		{listing_all, "5.load 4.load 3.load 2.load", 5},
		{listing_all, "2.dump 2.load 4.dump 4.load", 4},
		{listing_all, "1.dump 2.dump", 2},
	};
	cases[0].listing.limit = cases[4].listing.limit = 4;
	cases[1].listing.dag_id = "b";
	cases[1].listing.run_id = "s1";
	cases[2].listing.states = live;
	cases[3].listing.states = mixed;
	cases[4].listing.pattern = "LO%";
	cases[4].listing.order_by = "-run_after";
	cases[5].listing.run_type = "manual";
	cases[6].listing.task_id = "dump";
	cases[6].listing.started_lte = 30;
	struct home home;
	home_fill(&home);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t total = -1;
		g_autofree char *names = task_names(&home, &cases[i].listing, &total);
		g_assert_cmpstr(names, ==, cases[i].names);
		g_assert_cmpint(total, ==, cases[i].total);
	}
	home_remove(&home);
}

static void a_word_that_no_list_knows_is_refused(void)
{
	static const char *const bad[] = {"nearly", NULL};
	struct home home;
	home_fill(&home);
	struct reader *reader = store_reader(home.store);
	struct {
		struct listing listing;
		const char *message;
	} cases[] = {
		{listing_all,
			"runs cannot be sorted by \"id; DROP TABLE run\": expected one of id, "},
		{listing_all, "runs cannot be sorted by \"\": expected one of"},
		{listing_all, "runs cannot be sorted by \"-id\": expected one of"},
		{listing_all, "there is no state \"nearly\""},
		{listing_all,
			"\"asset\" is no type of a run: expected scheduled, manual, "
			"backfill or asset_triggered"}};
	cases[0].listing.order_by = "id; DROP TABLE run";
	cases[1].listing.order_by = "-";
	cases[2].listing.order_by = "--id";
	cases[3].listing.states = bad;
	cases[4].listing.run_type = "asset";
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		int64_t total;
		g_assert_null(reader_runs(reader, &cases[i].listing, &total, &error));
		g_assert_error(error, STORE_ERROR, STORE_ASKED);
		g_assert_true(g_str_has_prefix(error->message, cases[i].message));
	}
	struct listing hostile = listing_all;
	hostile.dag_id = "x' OR '1' = '1";
	g_autofree char *ids = run_ids(&home, &hostile, NULL);
	g_assert_cmpstr(ids, ==, "");
	home_remove(&home);
}

static void the_previous_success_is_the_newest_before(void)
{
	struct home home;
	struct run_record run;
	home_fill(&home);
	struct reader *reader = store_reader(home.store);
	g_assert_false(reader_previous_success(reader, "a", 10, &run, NULL));
	g_assert_true(reader_previous_success(reader, "a", INSTANT_NEVER, &run, NULL));
	g_assert_cmpint(run.id, ==, 1);
	run_record_clear(&run);
	g_assert_false(reader_previous_success(reader, "b", 50, &run, NULL));
	g_assert_true(reader_previous_success(reader, "b", 51, &run, NULL));
	g_assert_cmpint(run.id, ==, 5);
	run_record_clear(&run);
	home_remove(&home);
}

/* ---- what may not become slow ---- */

typedef GArray *list_of_rows(struct reader *, const struct listing *, int64_t *, GError **);

struct cost {
	int n_scanned, n_sorted;
};

static int on_statement(unsigned what, void *data, void *statement, void *unused)
{
	struct cost *cost = data;
	cost->n_scanned += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
	cost->n_sorted += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0);
	return 0;
}

static void the_lists_of_every_page_neither_scan_nor_sort(void)
{
	static const char *const running[] = {"running", NULL};
	struct {
		list_of_rows *read;
		struct listing listing;
		const char *order_by;
		int n_sorted;
	} cases[] = {
		{reader_runs, listing_all, NULL}, {reader_runs, listing_all, "-run_after"},
		{reader_runs, listing_all, "run_after"}, {reader_runs, listing_all, "-id"},
		{reader_tasks, listing_all, NULL},
		{reader_tasks, listing_all, NULL, 1}, /* the live ones only */
	};
	cases[0].listing.dag_id = cases[1].listing.dag_id = "a";
	cases[4].listing.dag_id = "a";
	cases[4].listing.run_id = "s1";
	cases[5].listing.states = running;
	struct home home;
	home_fill(&home);
	struct reader *reader = store_reader(home.store);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct cost cost = {0, 0};
		cases[i].listing.limit = 2;
		cases[i].listing.order_by = cases[i].order_by;
		sqlite3_trace_v2(reader->db, SQLITE_TRACE_PROFILE, on_statement, &cost);
		g_autoptr(GArray) rows = cases[i].read(reader, &cases[i].listing, NULL, NULL);
		sqlite3_trace_v2(reader->db, 0, NULL, NULL);
		g_assert_cmpint(rows->len, >, 0);
		g_assert_cmpint(cost.n_scanned, <=, 2); /* no more than are shown */
		g_assert_cmpint(cost.n_sorted, ==, cases[i].n_sorted);
	}
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-list/runs_are_sorted_with_nulls_last_in_both_directions",
		runs_are_sorted_with_nulls_last_in_both_directions);
	g_test_add_func("/store-list/conditions_hold_for_the_rows_and_their_number",
		conditions_hold_for_the_rows_and_their_number);
	g_test_add_func("/store-list/task_instances_are_listed_by_themselves_and_by_their_run",
		task_instances_are_listed_by_themselves_and_by_their_run);
	g_test_add_func("/store-list/a_word_that_no_list_knows_is_refused",
		a_word_that_no_list_knows_is_refused);
	g_test_add_func("/store-list/the_previous_success_is_the_newest_before",
		the_previous_success_is_the_newest_before);
	g_test_add_func("/store-list/the_lists_of_every_page_neither_scan_nor_sort",
		the_lists_of_every_page_neither_scan_nor_sort);
	return g_test_run();
}
