/* SPDX-License-Identifier: MIT */
/* Reading ahead: the order of taking, and that neither side waits for the other without need. */
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/ahead.h"

enum { N = 1000 };

struct item {
	unsigned index;
	gint n_loads;
	bool is_taken;
};

struct reading {
	GPtrArray *items;
	unsigned n_taken;
	gint n_loaded, most_ahead;
	GThread *caller;
	GMutex mutex;
	GCond helped; /* a thread that is not the caller has loaded something */
	bool is_helped;
};

static void on_load(void *data, void *at)
{
	struct reading *reading = data;
	struct item *item = at;
	g_atomic_int_inc(&item->n_loads);
	g_atomic_int_inc(&reading->n_loaded);
	if (g_thread_self() == reading->caller)
		return;
	g_mutex_lock(&reading->mutex);
	reading->is_helped = true;
	g_cond_broadcast(&reading->helped);
	g_mutex_unlock(&reading->mutex);
}

static void on_take(void *data, void *at)
{
	struct reading *reading = data;
	struct item *item = at;
	g_assert_true(g_thread_self() == reading->caller);
	g_assert_cmpuint(item->index, ==, reading->n_taken);
	g_assert_cmpint(g_atomic_int_get(&item->n_loads), ==, 1);
	item->is_taken = true;
	reading->n_taken++;
	gint ahead = g_atomic_int_get(&reading->n_loaded) - (gint)reading->n_taken;
	reading->most_ahead = MAX(reading->most_ahead, ahead);
}

static void on_take_when_helped(void *data, void *at)
{
	struct reading *reading = data;
	g_mutex_lock(&reading->mutex);
	while (!reading->is_helped)
		g_cond_wait(&reading->helped, &reading->mutex);
	g_mutex_unlock(&reading->mutex);
	on_take(data, at);
}

static void read_all(unsigned n, void (*take)(void *data, void *item), gint most_ahead)
{
	struct reading reading = {
		.items = g_ptr_array_new_with_free_func(g_free), .caller = g_thread_self()};
	for (unsigned i = 0; i < n; i++) {
		struct item *item = g_new0(struct item, 1);
		item->index = i;
		g_ptr_array_add(reading.items, item);
	}
	ahead_run(&(struct ahead_work){on_load, take, &reading}, reading.items);
	g_assert_cmpuint(reading.n_taken, ==, n);
	g_assert_cmpint(reading.n_loaded, ==, n);
	g_assert_cmpint(reading.most_ahead, <=, most_ahead);
	g_ptr_array_unref(reading.items);
}

static void each_is_loaded_once_and_taken_in_its_order(void)
{
	read_all(N, on_take, 64);
}

static void nothing_and_one_are_read_too(void)
{
	read_all(0, on_take, 0);
	read_all(1, on_take, 0);
}

static void helpers_load_while_the_caller_takes(void)
{
	if (g_get_num_processors() < 2) {
		g_test_skip("one processor: the caller does all");
		return;
	}
	read_all(N, on_take_when_helped, 64);
}

static void without_more_threads_the_caller_does_all(void)
{
	if (g_test_subprocess()) {
		/* The limit does not hold for root. */
		g_assert_true(getuid() != 0 || setuid(65534) == 0);
		g_assert_cmpint(setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0}), ==, 0);
		read_all(N, on_take, 0);
		_exit(0); /* the check for leaks would need a thread, too */
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
	g_test_trap_assert_passed();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ahead/each_is_loaded_once_and_taken_in_its_order",
		each_is_loaded_once_and_taken_in_its_order);
	g_test_add_func("/ahead/nothing_and_one_are_read_too", nothing_and_one_are_read_too);
	g_test_add_func(
		"/ahead/helpers_load_while_the_caller_takes", helpers_load_while_the_caller_takes);
	g_test_add_func("/ahead/without_more_threads_the_caller_does_all",
		without_more_threads_the_caller_does_all);
	return g_test_run();
}
