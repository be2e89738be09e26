/* SPDX-License-Identifier: MIT */
/* Which workers are idle, and how many are kept. */
#include "daemon/executor/parts.h"

/* How many idle workers are kept for the next attempt, and after how long surplus ones are let go.
 */
#define IDLE_KEPT 2
#define TRIM_AFTER_MS 10000

static unsigned idle_kept(const struct executor *executor)
{
	return MIN(IDLE_KEPT, executor->n_workers_max);
}

void executor_set_workers(struct executor *executor, unsigned n_workers_max)
{
	executor->n_workers_max = n_workers_max;
}

static void on_trim(uv_timer_t *timer)
{
	struct executor *executor = timer->data;
	unsigned kept = idle_kept(executor);
	/* Those below the low mark were not needed since the timer was set; they exit by
	 * themselves. */
	unsigned n = executor->idle_low > kept ? executor->idle_low - kept : 0;
	for (unsigned i = 0; i < n; i++) {
		struct worker *worker = executor->idle->pdata[0];
		g_ptr_array_remove_index(executor->idle, 0);
		worker_dismiss(worker);
	}
	executor->idle_low = executor->idle->len;
	if (executor->idle->len > kept)
		uv_timer_start(&executor->trim, on_trim, TRIM_AFTER_MS, 0);
}

void worker_rest(struct worker *worker)
{
	struct executor *executor = worker->executor;
	worker->job = NULL;
	/* After an upgrade its program is an old one. */
	if (worker->is_adopted) {
		worker_dismiss(worker);
		return;
	}
	worker->state = WORKER_IDLE;
	g_ptr_array_add(executor->idle, worker);
	if (executor->idle->len > idle_kept(executor)
		&& !uv_is_active((uv_handle_t *)&executor->trim)) {
		executor->idle_low = executor->idle->len;
		uv_timer_start(&executor->trim, on_trim, TRIM_AFTER_MS, 0);
	}
}

struct worker *worker_find(struct executor *executor, GError **error)
{
	guint n = executor->idle->len;
	if (n == 0)
		return worker_spawn(executor, error);
	struct worker *worker = executor->idle->pdata[n - 1];
	g_ptr_array_set_size(executor->idle, (int)n - 1);
	executor->idle_low = MIN(executor->idle_low, n - 1);
	return worker;
}

bool executor_ready(struct executor *executor, GError **error)
{
	if (executor->idle->len > 0)
		return true;
	struct worker *worker = worker_spawn(executor, error);
	if (worker)
		worker_rest(worker);
	return worker != NULL;
}

bool workers_start(struct executor *executor, GError **error)
{
	while (executor->idle->len < idle_kept(executor)) {
		struct worker *worker = worker_spawn(executor, error);
		if (!worker)
			return false;
		worker_rest(worker);
	}
	return true;
}
