/* SPDX-License-Identifier: MIT */
#include "daemon/store/reader.h"
#include "tests/unit/store_home.h"

struct told {
	GArray *order; /* of int */
	int n;
};

struct one_told {
	struct told *told;
	int i;
};

static void on_told(void *data, const GError *error)
{
	struct one_told *one = data;
	g_assert_no_error(error);
	g_array_append_val(one->told->order, one->i);
}

static void callbacks_come_in_the_order_of_the_batches(void)
{
	enum { N = 2000 };
	struct home home;
	struct told told = {g_array_new(FALSE, FALSE, sizeof(int)), 0};
	g_autofree struct one_told *ones = g_new(struct one_told, N);
	home_init(&home, NULL);
	home_open(&home);
	for (int i = 0; i < N; i++) {
		struct batch *batch = batch_new();
		struct task_record task = task_of(1, "t", (enum task_state)(i % N_TASK_STATES));
		task.try_number = (unsigned)i;
		if (i % 7 != 0)
			batch_task(batch, &task);
		g_assert_cmpint(batch_is_empty(batch), ==, i % 7 == 0);
		ones[i] = (struct one_told){&told, i};
		store_commit(home.store, batch, on_told, &ones[i]);
		if (i % 100 == 0)
			uv_run(&home.loop, UV_RUN_NOWAIT);
	}
	store_close(home.store); /* tells the rest */
	home.store = NULL;
	g_assert_cmpint(told.order->len, ==, N);
	for (int i = 0; i < N; i++)
		g_assert_cmpint(g_array_index(told.order, int, i), ==, i);
	g_array_unref(told.order);
	g_assert_cmpint(home_number(&home, "SELECT try_number FROM task"), ==, N - 1);
	home_remove(&home);
}

static void on_chain(void *data, const GError *error)
{
	struct home *home = data;
	int64_t next = store_next_run(home->store);
	g_assert_no_error(error);
	if (next > 5)
		return;
	struct batch *batch = batch_new();
	g_autofree char *run_id = g_strdup_printf("r%d", (int)next);
	struct run_record run = run_of(next, run_id, RUN_QUEUED);
	batch_run(batch, &run);
	store_commit(home->store, batch, on_chain, home);
}

static void closing_finishes_also_what_callbacks_give(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	store_commit(home.store, batch_new(), on_chain, &home);
	home_close(&home);
	g_assert_cmpint(home_number(&home, "SELECT count(*) FROM run"), ==, 5);
	store_close(NULL);
	home_remove(&home);
}

struct question {
	GThread *thread;
	char *answer;
	bool is_told;
};

static void ask(struct reader *reader, void *data)
{
	struct question *question = data;
	question->thread = g_thread_self();
	question->answer = reader_xcom(reader, &(struct task_key){1, "t", -1}, "k", NULL);
}

static void on_answered(void *data)
{
	((struct question *)data)->is_told = true;
}

static void a_query_runs_beside_the_loop_and_sees_what_is_durable(void)
{
	struct home home;
	struct question question = {.is_told = false};
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_xcom(batch, &(struct task_key){1, "t", -1}, "k", "42");
	home_commit(&home, batch);
	store_read(home.store, ask, on_answered, &question);
	while (!question.is_told)
		uv_run(&home.loop, UV_RUN_ONCE);
	g_assert_cmpstr(question.answer, ==, "42");
	g_assert_true(question.thread != g_thread_self());
	g_free(question.answer);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-order/callbacks_come_in_the_order_of_the_batches",
		callbacks_come_in_the_order_of_the_batches);
	g_test_add_func("/store-order/closing_finishes_also_what_callbacks_give",
		closing_finishes_also_what_callbacks_give);
	g_test_add_func("/store-order/a_query_runs_beside_the_loop_and_sees_what_is_durable",
		a_query_runs_beside_the_loop_and_sees_what_is_durable);
	return g_test_run();
}
