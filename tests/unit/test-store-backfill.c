/* SPDX-License-Identifier: MIT */
/* What tasks wait for, pools, backfills: round trips. */
#include "daemon/store/reader.h"
#include "tests/unit/store_home.h"

/* Also when the row was there before, with nothing of it. */
static void what_a_task_waits_for_comes_back(void)
{
	struct home home;
	GError *error = NULL;
	struct task_record given = task_of(1, "t", TASK_RUNNING), found;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_task(batch, &given);
	given.state = TASK_DEFERRED;
	given.map_length = 0;
	given.decision = (char *)"[\"a\"]";
	given.wait = WAIT_RUN;
	given.wait_until = 1;
	given.wait_dag = (char *)"other";
	given.wait_run = (char *)"manual__1";
	given.wait_since = -2;
	given.wish = WISH_SKIPPED;
	given.note = (char *)"seen";
	batch_task(batch, &given);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_task(reader, &(struct task_key){1, "t", -1}, &found, &error));
	g_assert_cmpint(found.state, ==, TASK_DEFERRED);
	g_assert_cmpint(found.map_length, ==, 0);
	g_assert_cmpstr(found.decision, ==, "[\"a\"]");
	g_assert_cmpint(found.wait, ==, WAIT_RUN);
	g_assert_cmpint(found.wait_until, ==, 1);
	g_assert_cmpstr(found.wait_dag, ==, "other");
	g_assert_cmpstr(found.wait_run, ==, "manual__1");
	g_assert_cmpint(found.wait_since, ==, -2);
	g_assert_cmpint(found.wish, ==, WISH_SKIPPED);
	g_assert_cmpstr(found.note, ==, "seen");
	task_record_clear(&found);
	home_remove(&home);
}

static void a_backfill_comes_back_as_it_was_given(void)
{
	struct home home;
	GError *error = NULL;
	struct backfill_record given = backfill_of(3), found;
	given.conf = (char *)"{}";
	given.is_paused = given.is_backwards = true;
	given.reprocess = REPROCESS_COMPLETED;
	given.max_active_runs = 7;
	home_init(&home, NULL);
	home_open(&home);
	g_assert_cmpint(store_next_backfill(home.store), ==, 1);
	struct batch *batch = batch_new();
	batch_backfill(batch, &given);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_backfill(reader, 3, &found, &error));
	g_assert_cmpstr(found.dag_id, ==, "restore");
	g_assert_cmpstr(found.conf, ==, "{}");
	g_assert_true(found.is_paused && found.is_backwards);
	g_assert_cmpint(found.reprocess, ==, REPROCESS_COMPLETED);
	g_assert_cmpuint(found.max_active_runs, ==, 7);
	g_assert_cmpint(found.from_date, ==, given.from_date);
	g_assert_cmpint(found.to_date, ==, given.to_date);
	g_assert_cmpint(found.created_at, ==, given.created_at);
	g_assert_cmpint(found.updated_at, ==, given.updated_at);
	g_assert_cmpint(found.completed_at, ==, INSTANT_NONE);
	backfill_record_clear(&found);
	g_assert_false(reader_backfill(reader, 4, &found, &error));
	g_assert_no_error(error);

	struct batch *forget = batch_new();
	batch_dag_delete(forget, "restore");
	home_commit(&home, forget);
	g_assert_false(reader_backfill(reader, 3, &found, &error));
	home_close(&home);
	home_open(&home);
	g_assert_cmpint(store_next_backfill(home.store), ==, 4);
	home_remove(&home);
}

static void a_pool_comes_back_until_it_is_deleted(void)
{
	struct home home;
	GError *error = NULL;
	int64_t total;
	struct pool_record given = {(char *)"a/b", -1, (char *)"ä", true}, found;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_pool(batch, &given);
	given.slots = 3;
	batch_pool(batch, &given);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_pool(reader, "a/b", &found, &error));
	g_assert_cmpint(found.slots, ==, 3);
	g_assert_cmpstr(found.description, ==, "ä");
	g_assert_true(found.include_deferred);
	pool_record_clear(&found);
	g_autoptr(GArray) pools = reader_pools(reader, &listing_all, &total, &error);
	g_assert_cmpint(total, ==, 2);
	g_assert_cmpuint(pools->len, ==, 2);
	g_auto(GStrv) names = reader_pool_names(reader);
	g_assert_cmpstr(names[0], ==, "a/b");
	struct batch *forget = batch_new();
	batch_pool_delete(forget, "a/b");
	home_commit(&home, forget);
	g_assert_false(reader_pool(reader, "a/b", &found, &error));
	g_assert_no_error(error);
	home_remove(&home);
}

static void the_default_pool_is_there_from_the_first_start_on(void)
{
	struct home home;
	GError *error = NULL;
	struct pool_record pool;
	struct store_options options;
	home_init(&home, NULL);
	options = (struct store_options){.loop = &home.loop,
		.path = home.path,
		.key_path = home.key_path,
		.default_pool_slots = 5};
	home.store = store_open(&options, &error);
	g_assert_no_error(error);
	g_assert_true(reader_pool(store_reader(home.store), DEFAULT_POOL, &pool, &error));
	g_assert_cmpint(pool.slots, ==, 5);
	g_assert_cmpstr(pool.description, ==, "Default pool");
	g_assert_false(pool.include_deferred);
	pool_record_clear(&pool);
	home_close(&home);
	options.default_pool_slots = 6; /* it was made before */
	home.store = store_open(&options, &error);
	g_assert_true(reader_pool(store_reader(home.store), DEFAULT_POOL, &pool, &error));
	g_assert_cmpint(pool.slots, ==, 5);
	pool_record_clear(&pool);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/store/what_a_task_waits_for_comes_back", what_a_task_waits_for_comes_back);
	g_test_add_func("/store/a_backfill_comes_back_as_it_was_given",
		a_backfill_comes_back_as_it_was_given);
	g_test_add_func("/store/a_pool_comes_back_until_it_is_deleted",
		a_pool_comes_back_until_it_is_deleted);
	g_test_add_func("/store/the_default_pool_is_there_from_the_first_start_on",
		the_default_pool_is_there_from_the_first_start_on);
	return g_test_run();
}
