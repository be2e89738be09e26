/* SPDX-License-Identifier: MIT */
/* What is old, and what stays however old it is. */
#include "daemon/store/clean.h"
#include "tests/unit/store_home.h"

#define BEFORE (1000 * SECOND_US)

struct past_run {
	enum run_type type;
	enum run_state state;
	int64_t date;  /* logical, in seconds; 0: none */
	int64_t after; /* run_after */
	int64_t ended;
};

static void run_write(struct batch *batch, int64_t id, const struct past_run *past)
{
	g_autofree char *run_id = g_strdup_printf("r%d", (int)id);
	struct run_record run = run_of(id, run_id, past->state);
	run.type = past->type;
	run.logical_date = past->date ? past->date * SECOND_US : INSTANT_NONE;
	run.run_after = past->after * SECOND_US;
	run.ended_at = past->ended ? past->ended * SECOND_US : INSTANT_NONE;
	run.version = (char *)"v1";
	batch_run(batch, &run);
	struct task_record task = task_of(id, "a", TASK_SUCCESS);
	batch_task(batch, &task);
}

static void runs_write(struct home *home, const struct past_run *runs, size_t n)
{
	struct batch *batch = batch_new();
	for (size_t i = 0; i < n; i++)
		run_write(batch, (int64_t)i + 1, &runs[i]);
	home_commit(home, batch);
}

/* The names of all old runs, in portions as they come. */
static char *old_names(struct home *home)
{
	GError *error = NULL;
	GString *names = g_string_new("");
	int64_t after = 0;
	for (bool is_all = false; !is_all;) {
		g_autoptr(GArray) runs =
			reader_old_runs(store_reader(home->store), BEFORE, &after, &error);
		g_assert_no_error(error);
		is_all = runs->len == 0;
		for (unsigned i = 0; i < runs->len; i++)
			g_string_append_printf(
				names, "%s ", g_array_index(runs, struct old_run, i).run_id);
	}
	return g_string_free(names, FALSE);
}

static void assert_old(const struct past_run *runs, size_t n, const char *expected)
{
	struct home home;
	struct old_counts counts;
	home_init(&home, NULL);
	home_open(&home);
	runs_write(&home, runs, n);
	g_autofree char *names = old_names(&home);
	g_assert_cmpstr(names, ==, expected);
	g_auto(GStrv) words = g_strsplit(expected, " ", -1);
	g_assert_true(reader_old_counts(store_reader(home.store), BEFORE, &counts, NULL));
	g_assert_cmpint(counts.n_runs, ==, g_strv_length(words) - 1);
	g_assert_cmpint(counts.n_tasks, ==, counts.n_runs);
	home_remove(&home);
}
#define ASSERT_OLD(runs, expected) assert_old(runs, G_N_ELEMENTS(runs), expected)

static void a_run_is_old_by_its_end_and_the_newest_stays(void)
{
	static const struct past_run runs[] = {
		{RUN_MANUAL, RUN_SUCCESS, 0, 1, 10},
		{RUN_MANUAL, RUN_FAILED, 0, 2, 2000}, /* ended late */
		{RUN_MANUAL, RUN_RUNNING, 0, 3, 0},
		{RUN_MANUAL, RUN_SUCCESS, 0, 4, 40},
		{RUN_MANUAL, RUN_SUCCESS, 0, 5, 50},
	};
	ASSERT_OLD(runs, "r1 r4 ");
}

static void the_newest_success_stays_for_those_that_ask_for_it(void)
{
	static const struct past_run runs[] = {
		{RUN_MANUAL, RUN_SUCCESS, 0, 1, 10},
		{RUN_MANUAL, RUN_SUCCESS, 0, 2, 20},
		{RUN_MANUAL, RUN_FAILED, 0, 3, 30},
		{RUN_MANUAL, RUN_FAILED, 0, 4, 40},
	};
	ASSERT_OLD(runs, "r1 r3 ");
}

static void the_newest_of_the_schedule_stays_though_people_made_later_ones(void)
{
	static const struct past_run runs[] = {
		{RUN_SCHEDULED, RUN_SUCCESS, 1, 2, 10},
		{RUN_SCHEDULED, RUN_FAILED, 2, 3, 20},
		{RUN_MANUAL, RUN_SUCCESS, 3, 3, 30},
		{RUN_MANUAL, RUN_SUCCESS, 4, 4, 40},
	};
	ASSERT_OLD(runs, "r1 r3 ");
}

static void the_run_before_an_unfinished_one_stays(void)
{
	static const struct past_run runs[] = {
		{RUN_SCHEDULED, RUN_SUCCESS, 1, 2, 10},
		{RUN_SCHEDULED, RUN_FAILED, 2, 3, 20},
		{RUN_BACKFILL, RUN_QUEUED, 3, 4, 0},
		{RUN_SCHEDULED, RUN_SUCCESS, 4, 5, 30},
		{RUN_SCHEDULED, RUN_SUCCESS, 5, 6, 40},
	};
	ASSERT_OLD(runs, "r1 r4 ");
}

static void many_come_in_portions(void)
{
	struct past_run runs[120];
	for (int i = 0; i < 120; i++)
		runs[i] = (struct past_run){RUN_MANUAL, RUN_SUCCESS, 0, i + 1, i + 1};
	g_autoptr(GString) expected = g_string_new("");
	for (int i = 1; i < 120; i++)
		g_string_append_printf(expected, "r%d ", i);
	ASSERT_OLD(runs, expected->str);
}

/* ---- rows that no run refers to ---- */

static int64_t count(struct home *home, enum old_kind kind)
{
	int64_t n = -1;
	GError *error = NULL;
	reader_old_count(store_reader(home->store), kind, BEFORE, &n, &error);
	g_assert_no_error(error);
	return n;
}

/* How many rows of a kind are old, before and after they are deleted, and how many are left. */
static void assert_deleted(struct home *home, enum old_kind kind, int64_t n_old, int64_t n_left)
{
	static const char *const sums[] = {[OLD_MISSED] = "SELECT count(*) FROM missed",
		[OLD_ASSET_EVENT] = "SELECT count(*) FROM asset_event",
		[OLD_BACKFILL] = "SELECT count(*) FROM backfill"};
	g_assert_cmpint(count(home, kind), ==, n_old);
	struct batch *batch = batch_new();
	batch_old_delete(batch, kind, BEFORE);
	home_commit(home, batch);
	g_assert_cmpint(count(home, kind), ==, 0);
	g_assert_cmpint(home_number(home, sums[kind]), ==, n_left);
}

static void missed_write(struct batch *batch, const char *dag_id, int64_t slot, int64_t at)
{
	batch_missed(batch,
		&(struct missed_record){
			(char *)dag_id, slot, slot, 1, (char *)"why", at * SECOND_US});
}

static void missed_slots_go_but_the_newest_of_each_dag(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	missed_write(batch, "a", 1, 10);
	missed_write(batch, "a", 2, 20);
	missed_write(batch, "b", 1, 10);
	missed_write(batch, "c", 1, 10);
	missed_write(batch, "c", 2, 2000);
	home_commit(&home, batch);
	assert_deleted(&home, OLD_MISSED, 2, 3);
	home_remove(&home);
}

static void event_write(struct batch *batch, int64_t id, const char *asset, int64_t at)
{
	struct asset_event_record event = {
		.id = id, .asset = (char *)asset, .at = at * SECOND_US, .map_index = -1};
	batch_asset_event(batch, &event);
}

static void updates_of_assets_go_but_those_that_count(void)
{
	static const struct past_run run = {RUN_ASSET_TRIGGERED, RUN_SUCCESS, 0, 1, 10};
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	run_write(batch, 1, &run);
	for (int64_t id = 1; id <= 5; id++)
		event_write(batch, id, "x", id);
	event_write(batch, 6, "y", 1); /* the newest of its asset */
	batch_asset_heard(batch, "restore", 2);
	batch_run_assets(batch, 1, "restore"); /* why the run was made */
	batch_asset_heard(batch, "other", 3);  /* why one will be made */
	home_commit(&home, batch);
	assert_deleted(&home, OLD_ASSET_EVENT, 2, 4);
	home_remove(&home);
}

static void backfills_go_when_none_of_their_runs_is_left(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	for (int64_t id = 1; id <= 4; id++) {
		struct backfill_record backfill = backfill_of(id);
		backfill.completed_at = id == 2 ? INSTANT_NONE : 10 * SECOND_US;
		batch_backfill(batch, &backfill);
	}
	struct run_record run = run_of(1, "r1", RUN_SUCCESS);
	run.type = RUN_BACKFILL;
	run.logical_date = 3 * SECOND_US;
	run.backfill = 3;
	batch_run(batch, &run);
	home_commit(&home, batch);
	assert_deleted(&home, OLD_BACKFILL, 1, 3); /* of 1; 4 is the newest */
	home_remove(&home);
}

/* ---- versions ---- */

static char *unused(struct home *home, int64_t *last_run)
{
	GError *error = NULL;
	g_auto(GStrv) hashes = reader_unused_versions(store_reader(home->store), last_run, &error);
	g_assert_no_error(error);
	return g_strjoinv(" ", hashes);
}

static void a_text_stays_while_a_dag_or_a_run_uses_it(void)
{
	static const struct past_run runs[] = {{RUN_MANUAL, RUN_SUCCESS, 0, 1, 10}}; /* v1 */
	struct home home;
	int64_t last_run;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	for (int i = 1; i <= 4; i++) {
		g_autofree char *hash = g_strdup_printf("v%d", i);
		batch_version(batch, hash, "restore", "restore.yaml", "tasks: []");
	}
	struct dag_record dag = {.dag_id = (char *)"restore", .version = (char *)"v2"};
	batch_dag(batch, &dag);
	home_commit(&home, batch);
	runs_write(&home, runs, 1);
	g_autofree char *before = unused(&home, &last_run);
	g_assert_cmpstr(before, ==, "v3 v4");
	/* Meanwhile a run begins with one of them. */
	struct run_record late = run_of(2, "late", RUN_QUEUED);
	late.version = (char *)"v3";
	batch = batch_new();
	batch_run(batch, &late);
	for (int i = 1; i <= 4; i++) {
		g_autofree char *hash = g_strdup_printf("v%d", i);
		batch_version_delete(batch, i == 1 ? "v3" : hash, last_run);
	}
	home_commit(&home, batch);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM version"), ==, 3);
	g_autofree char *after = unused(&home, &last_run);
	g_assert_cmpstr(after, ==, "");
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/store-clean/" #test, test)
	ADD(a_run_is_old_by_its_end_and_the_newest_stays);
	ADD(the_newest_success_stays_for_those_that_ask_for_it);
	ADD(the_newest_of_the_schedule_stays_though_people_made_later_ones);
	ADD(the_run_before_an_unfinished_one_stays);
	ADD(many_come_in_portions);
	ADD(missed_slots_go_but_the_newest_of_each_dag);
	ADD(updates_of_assets_go_but_those_that_count);
	ADD(backfills_go_when_none_of_their_runs_is_left);
	ADD(a_text_stays_while_a_dag_or_a_run_uses_it);
	return g_test_run();
}
