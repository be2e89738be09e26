/* SPDX-License-Identifier: MIT */
/* Assets in the store: their updates, who has heard of them, and the runs that follow. */
#include "tests/unit/store_home.h"

#include "daemon/store/asset.h"

static struct home home;

static void event_put(struct batch *batch, int64_t id, const char *asset, const char *dag_id)
{
	batch_asset_event(batch,
		&(struct asset_event_record){.id = id,
			.asset = (char *)asset,
			.at = id * 10,
			.dag_id = (char *)dag_id,
			.run_id = (char *)(dag_id ? "r1" : NULL),
			.task_id = (char *)(dag_id ? "make" : NULL),
			.map_index = id == 3 ? 2 : -1,
			.extra = (char *)(dag_id ? NULL : "{\"by\":\"hand\"}")});
}

static void run_put(struct batch *batch, int64_t id, const char *dag_id)
{
	g_autofree char *run_id = g_strdup_printf("asset_triggered__%d", (int)id);
	batch_run(batch,
		&(struct run_record){.id = id,
			.dag_id = (char *)dag_id,
			.run_id = run_id,
			.type = RUN_ASSET_TRIGGERED,
			.slot = INSTANT_NONE});
}

/* Updates 1 and 2 of a, 3 of b; two DAGs have heard of all, and one has run by them. */
static void home_begin(void)
{
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_asset(batch, "a", 100);
	batch_asset(batch, "b", 200);
	batch_asset(batch, "never", 300);
	batch_asset(batch, "a", 400);
	event_put(batch, 1, "a", NULL);
	event_put(batch, 2, "a", "maker");
	event_put(batch, 3, "b", "maker");
	for (int64_t event = 1; event <= 3; event++) {
		batch_asset_heard(batch, "x", event);
		batch_asset_heard(batch, "y", event);
	}
	run_put(batch, 5, "x");
	batch_run_assets(batch, 5, "x");
	home_commit(&home, batch);
}

/* The ids of rows whose first member is one, or that of a record. */
static char *ids_of(GArray *rows)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < rows->len; i++)
		g_string_append_printf(text, "%d ",
			(int)*(int64_t *)(void *)(rows->data + i * g_array_get_element_size(rows)));
	g_array_unref(rows);
	return g_string_free(text, FALSE);
}

static char *queued_of(GArray *rows)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < rows->len; i++) {
		const struct queued_asset *queued = &g_array_index(rows, struct queued_asset, i);
		g_string_append_printf(text, "%s heard of %s (%d) at %d; ", queued->dag_id,
			queued->name, (int)queued->asset, (int)queued->at);
	}
	g_array_unref(rows);
	return g_string_free(text, FALSE);
}

static void an_asset_is_listed_with_its_newest_update(void)
{
	GError *error = NULL;
	struct asset asset;
	home_begin();
	struct reader *reader = store_reader(home.store);
	g_assert_true(reader_asset(reader, 1, &asset, &error));
	g_assert_cmpstr(asset.name, ==, "a");
	g_assert_cmpint(asset.created_at, ==, 100);
	g_assert_cmpint(asset.event, ==, 2);
	g_assert_cmpint(asset.event_at, ==, 20);
	asset_clear(&asset);
	g_assert_true(reader_asset(reader, 3, &asset, &error));
	g_assert_cmpint(asset.event, ==, 0);
	g_assert_cmpint(asset.event_at, ==, INSTANT_NONE);
	asset_clear(&asset);
	g_assert_false(reader_asset(reader, 4, &asset, &error));
	g_assert_no_error(error);
	home_remove(&home);
}

static void assets_are_found_by_name_and_pattern(void)
{
	static const struct {
		const char *pattern, *names, *order_by, *ids;
		int64_t total;
	} rows[] = {{NULL, NULL, NULL, "1 2 3 ", 3}, {NULL, NULL, "-name", "3 2 1 ", 3},
		{"%EVE%", NULL, NULL, "3 ", 1},
		{NULL, "[\"a\", \"never\", \"x\"]", NULL, "1 3 ", 2}, {NULL, "[]", NULL, "", 0},
		{NULL, NULL, "updated_at", "1 2 3 ", 3}};
	home_begin();
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct listing listing = listing_all;
		int64_t total = 0;
		listing.pattern = rows[i].pattern;
		listing.names = rows[i].names;
		listing.order_by = rows[i].order_by;
		g_autofree char *ids =
			ids_of(reader_assets(store_reader(home.store), &listing, &total, NULL));
		g_assert_cmpstr(ids, ==, rows[i].ids);
		g_assert_cmpint(total, ==, rows[i].total);
	}
	home_remove(&home);
}

static void updates_are_found_by_what_made_them(void)
{
	static const struct {
		struct listing listing;
		const char *ids;
	} rows[] = {
		{{.limit = 9, .map_index = MAP_INDEX_ANY}, "1 2 3 "},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .order_by = "-timestamp"}, "3 2 1 "},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .asset = 1}, "1 2 "},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .dag_id = "maker"}, "2 3 "},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .task_id = "other"}, ""},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .run_id = "r1"}, "2 3 "},
		{{.limit = 9, .map_index = -1}, "1 2 "},
		{{.limit = 9, .map_index = 2}, "3 "},
		{{.limit = 9, .map_index = MAP_INDEX_ANY, .at_gte = 20, .at_lte = 29}, "2 "},
	};
	home_begin();
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct listing listing = listing_all;
		listing.asset = rows[i].listing.asset;
		listing.dag_id = rows[i].listing.dag_id;
		listing.run_id = rows[i].listing.run_id;
		listing.task_id = rows[i].listing.task_id;
		listing.map_index = rows[i].listing.map_index;
		listing.order_by = rows[i].listing.order_by;
		if (rows[i].listing.at_gte) {
			listing.at_gte = rows[i].listing.at_gte;
			listing.at_lte = rows[i].listing.at_lte;
		}
		g_autofree char *ids =
			ids_of(reader_asset_events(store_reader(home.store), &listing, NULL, NULL));
		g_assert_cmpstr(ids, ==, rows[i].ids);
	}
	home_remove(&home);
}

static void what_was_heard_of_becomes_the_reason_of_a_run(void)
{
	GError *error = NULL;
	struct asset_event event;
	home_begin();
	struct reader *reader = store_reader(home.store);
	g_autofree char *why = ids_of(reader_events_of_run(reader, 5, NULL));
	g_assert_cmpstr(why, ==, "1 2 3 ");
	g_autofree char *runs = ids_of(reader_runs_of_event(reader, 2, NULL));
	g_assert_cmpstr(runs, ==, "5 ");
	g_autofree char *x = queued_of(reader_queued_of_dag(reader, "x", NULL));
	g_assert_cmpstr(x, ==, "");
	g_assert_true(reader_asset_event(reader, 1, &event, &error));
	g_assert_cmpstr(event.record.extra, ==, "{\"by\":\"hand\"}");
	g_assert_cmpint(event.asset, ==, 1);
	asset_event_clear(&event);
	home_remove(&home);
}

static void what_was_heard_of_is_forgotten_by_asset(void)
{
	home_begin();
	struct reader *reader = store_reader(home.store);
	g_autofree char *before = queued_of(reader_queued_of_dag(reader, "y", NULL));
	g_assert_cmpstr(before, ==, "y heard of a (1) at 10; y heard of b (2) at 30; ");
	struct batch *batch = batch_new();
	batch_assets_forget(batch, "y", "a");
	home_commit(&home, batch);
	g_autofree char *after = queued_of(reader_queued_of_dag(reader, "y", NULL));
	g_assert_cmpstr(after, ==, "y heard of b (2) at 30; ");
	g_autofree char *of_a = queued_of(reader_queued_of_asset(reader, 1, NULL));
	g_assert_cmpstr(of_a, ==, "");
	g_autofree char *of_b = queued_of(reader_queued_of_asset(reader, 2, NULL));
	g_assert_cmpstr(of_b, ==, "y heard of b (2) at 30; ");
	batch = batch_new();
	batch_assets_forget(batch, "y", NULL);
	home_commit(&home, batch);
	g_autofree char *none = queued_of(reader_queued_of_dag(reader, "y", NULL));
	g_assert_cmpstr(none, ==, "");
	home_remove(&home);
}

static void a_deleted_dag_leaves_nothing_that_it_heard_of(void)
{
	home_begin();
	struct reader *reader = store_reader(home.store);
	struct batch *batch = batch_new();
	batch_dag_delete(batch, "x");
	batch_dag_delete(batch, "y");
	home_commit(&home, batch);
	g_autofree char *y = queued_of(reader_queued_of_dag(reader, "y", NULL));
	g_assert_cmpstr(y, ==, "");
	g_autofree char *why = ids_of(reader_events_of_run(reader, 5, NULL));
	g_assert_cmpstr(why, ==, "");
	g_autofree char *runs = ids_of(reader_runs_of_event(reader, 2, NULL));
	g_assert_cmpstr(runs, ==, "");
	home_remove(&home);
}

#define ADD(test) g_test_add_func("/store-assets/" #test, test)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(an_asset_is_listed_with_its_newest_update);
	ADD(assets_are_found_by_name_and_pattern);
	ADD(updates_are_found_by_what_made_them);
	ADD(what_was_heard_of_becomes_the_reason_of_a_run);
	ADD(what_was_heard_of_is_forgotten_by_asset);
	ADD(a_deleted_dag_leaves_nothing_that_it_heard_of);
	return g_test_run();
}
