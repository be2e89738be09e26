/* SPDX-License-Identifier: MIT */
/* Ranges of slots that have no run, in the store. */
#include "tests/unit/store_home.h"

/* Two ranges, of which the newer one grows. */
static void missed_write(struct batch *batch, const char *dag_id)
{
	batch_missed(batch, &(struct missed_record){(char *)dag_id, 1, 2, 2, (char *)"old", 3});
	batch_missed(batch, &(struct missed_record){(char *)dag_id, 7, 8, 2, (char *)"short", 9});
	batch_missed(batch, &(struct missed_record){(char *)dag_id, 7, 9, 3, (char *)"longer", 10});
}

static void missed_ranges_are_listed_newest_first(void)
{
	struct home home;
	GError *error = NULL;
	int64_t total = 0;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	missed_write(batch, "a");
	missed_write(batch, "b");
	home_commit(&home, batch);
	struct listing listing = {.dag_id = "a", .limit = 1};
	for (; listing.offset < 2; listing.offset++) {
		g_autoptr(GArray) list =
			reader_missed(store_reader(home.store), &listing, &total, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(list->len, ==, 1);
		const struct missed_record *missed = &g_array_index(list, struct missed_record, 0);
		g_assert_cmpstr(missed->dag_id, ==, "a");
		g_assert_cmpstr(missed->reason, ==, listing.offset ? "old" : "longer");
		g_assert_cmpint(missed->at, ==, listing.offset ? 3 : 10);
		g_assert_cmpint(total, ==, 2);
	}
	batch = batch_new();
	batch_dag_delete(batch, "a");
	home_commit(&home, batch);
	listing.offset = 0;
	g_autoptr(GArray) none = reader_missed(store_reader(home.store), &listing, &total, &error);
	g_assert_cmpuint(none->len, ==, 0);
	g_assert_cmpint(total, ==, 0);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/missed_ranges_are_listed_newest_first",
		missed_ranges_are_listed_newest_first);
	return g_test_run();
}
