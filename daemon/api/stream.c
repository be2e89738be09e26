/* SPDX-License-Identifier: MIT */
/*
 * Joins the feed of a run's changes and the growth of its logs. What a log has is always given
 * before the change that ends its task. A client that reads slowly holds up only its own stream:
 * nothing is read from the logs while it has more than a little to take.
 */
#include "daemon/api/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/api/reply.h"
#include "daemon/api/tail.h"
#include "lib/base/instant.h"

enum { PENDING_MAX = 1 << 20, AGAIN_MS = 20 };

struct follower {
	struct daemon *daemon;
	struct stream *stream; /* NULL: the client has left */
	struct subscriber *subscriber;
	struct run_record run;
	struct dag *dag;
	char *only_task; /* or NULL */
	bool has_logs;
	GPtrArray *tasks;        /* of struct followed, in the order of the file, as far as known */
	GHashTable *by_instance; /* its record -> struct followed */
	int inotify;             /* -1: logs are not asked for */
	uv_poll_t poll;          /* of inotify */
	uv_timer_t again;
	unsigned n_handles;
	bool is_ending;
};

struct followed {
	struct task_record record; /* as told of last */
	bool is_told, is_due;      /* is_due: `record` is to be told of once its log is given */
	struct tail tail;
	int watch; /* of inotify; -1: none */
};

static void followed_free(void *data)
{
	struct followed *task = data;
	task_record_clear(&task->record);
	tail_close(&task->tail);
	g_free(task);
}

static void follower_free(struct follower *follower)
{
	g_hash_table_destroy(follower->by_instance);
	g_ptr_array_unref(follower->tasks);
	run_record_clear(&follower->run);
	dag_unref(follower->dag);
	g_free(follower->only_task);
	if (follower->inotify >= 0)
		close(follower->inotify);
	g_free(follower);
}

static void on_closed(uv_handle_t *handle)
{
	struct follower *follower = handle->data;
	if (--follower->n_handles == 0)
		follower_free(follower);
}

static void follower_close(struct follower *follower)
{
	feed_leave(follower->subscriber);
	if (follower->inotify >= 0)
		uv_close((uv_handle_t *)&follower->poll, on_closed);
	uv_close((uv_handle_t *)&follower->again, on_closed);
}

static void on_gone(void *data)
{
	struct follower *follower = data;
	follower->stream = NULL;
	follower_close(follower);
}

/* Takes the object over. */
static void push(struct follower *follower, json_t *json)
{
	g_autofree char *text = json_dumps(json, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	json_decref(json);
	if (!stream_push(follower->stream, line, strlen(line))) {
		/* So far behind that it cannot catch up: it may come again. */
		stream_end(follower->stream);
		follower->stream = NULL;
		follower_close(follower);
	}
}

static void push_run(struct follower *follower)
{
	const struct run_record *run = &follower->run;
	int64_t at = run->ended_at != INSTANT_NONE ? run->ended_at
		: run->started_at != INSTANT_NONE  ? run->started_at
						   : run->queued_at;
	push(follower,
		json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?}", "event", "run", "dag_id", run->dag_id,
			"dag_run_id", run->run_id, "state", run_state_name(run->state), "at",
			instant_reply(at), "reason", run->reason));
}

static int64_t changed_at(const struct task_record *record)
{
	switch (record->state) {
	case TASK_SCHEDULED:
		return record->scheduled_at;
	case TASK_QUEUED:
		return record->queued_at;
	case TASK_RUNNING:
		return record->started_at;
	case TASK_NONE:
	case TASK_SUCCESS:
	case TASK_FAILED:
	case TASK_SKIPPED:
	case TASK_UPSTREAM_FAILED:
	case TASK_UP_FOR_RETRY:
	case TASK_RESTARTING:
	case TASK_DEFERRED:
	case TASK_UP_FOR_RESCHEDULE:
	case TASK_REMOVED:
	case N_TASK_STATES:
		return record->ended_at;
	}
	g_assert_not_reached();
}

static void push_task(struct follower *follower, struct followed *task)
{
	const struct task_record *record = &task->record;
	task->is_due = false;
	task->is_told = true;
	push(follower,
		json_pack("{s:s, s:s, s:i, s:s, s:i, s:i, s:o, s:o, s:s?}", "event", "task",
			"task_id", record->task_id, "map_index", record->map_index, "state",
			task_state_name(record->state), "try_number", (int)record->try_number,
			"max_tries", (int)record->max_tries, "at",
			instant_reply(changed_at(record)), "retry_at",
			instant_reply(record->retry_at), "reason", record->reason));
}

/* Gives what the task's log has; true when there is no more yet. */
static bool pump_log(struct follower *follower, struct followed *task)
{
	const struct task_record *record = &task->record;
	if (!follower->has_logs || task->tail.try_number == 0)
		return true;
	bool goes_on = record->state == TASK_RUNNING && record->try_number == task->tail.try_number;
	g_autofree char *path = daemon_log_path(follower->daemon, &follower->run, record->task_id,
		record->map_index, task->tail.try_number);
	while (follower->stream && stream_pending(follower->stream) < PENDING_MAX) {
		g_autofree char *text = tail_read(&task->tail, path, goes_on);
		if (!text)
			return true;
		push(follower,
			json_pack("{s:s, s:s, s:i, s:i, s:s}", "event", "log", "task_id",
				record->task_id, "map_index", record->map_index, "try_number",
				(int)task->tail.try_number, "text", text));
	}
	return false;
}

static void task_watch(struct follower *follower, struct followed *task)
{
	g_autofree char *path = daemon_log_path(follower->daemon, &follower->run,
		task->record.task_id, task->record.map_index, task->record.try_number);
	g_autofree char *folder = g_path_get_dirname(path);
	if (task->watch < 0)
		task->watch = inotify_add_watch(follower->inotify, folder, IN_MODIFY | IN_CREATE);
}

/* Everything of a task that can be given now; false: the client must read first. */
static bool pump_task(struct follower *follower, struct followed *task)
{
	const struct task_record *record = &task->record;
	while (pump_log(follower, task)) {
		if (task->tail.try_number >= record->try_number) {
			if (task->is_due && follower->stream)
				push_task(follower, task);
			return true;
		}
		tail_next(&task->tail, task->tail.try_number + 1);
		/* That it runs is told before what it says. */
		if (task->is_due && record->state == TASK_RUNNING
			&& task->tail.try_number == record->try_number && follower->stream)
			push_task(follower, task);
	}
	return false;
}

/* Of a mapped task that has become many all instances count, but not the one that it was. */
static bool is_over(const struct follower *follower)
{
	bool is_mapped = false, is_first_over = true;
	if (!follower->only_task || run_state_is_finished(follower->run.state))
		return run_state_is_finished(follower->run.state);
	for (unsigned i = 0; i < follower->tasks->len; i++) {
		const struct followed *task = follower->tasks->pdata[i];
		bool is_finished = task_state_is_finished(task->record.state);
		if (task->record.map_index < 0)
			is_first_over = is_finished;
		else if (!is_finished)
			return false;
		is_mapped |= task->record.map_index >= 0;
	}
	return is_mapped || is_first_over;
}

static void pump(struct follower *follower)
{
	bool is_all = true;
	for (unsigned i = 0; is_all && follower->stream && i < follower->tasks->len; i++)
		is_all = pump_task(follower, follower->tasks->pdata[i]);
	if (!follower->stream)
		return;
	if (!is_all) {
		uv_timer_start(&follower->again, follower->again.timer_cb, AGAIN_MS, 0);
		return;
	}
	if (!follower->is_ending || !is_over(follower))
		return;
	push_run(follower);
	if (!follower->stream)
		return;
	stream_end(follower->stream);
	follower->stream = NULL;
	follower_close(follower);
}

static void on_again(uv_timer_t *timer)
{
	pump(timer->data);
}

static void on_log_grew(uv_poll_t *poll, int status, int events)
{
	struct follower *follower = poll->data;
	_Alignas(struct inotify_event) char buffer[8 * 1024];
	while (read(follower->inotify, buffer, sizeof buffer) > 0)
		; /* which log it was does not matter: pump() looks at all that run */
	if (follower->stream)
		pump(follower);
}

static void on_run(void *data, const struct run_record *run)
{
	struct follower *follower = data;
	run_record_clear(&follower->run);
	follower->run = run_record_copy(run);
	follower->is_ending = run_state_is_finished(run->state);
	if (!follower->is_ending)
		push_run(follower);
	if (follower->stream)
		pump(follower);
}

static void task_take(struct followed *task, const struct task_record *record)
{
	bool is_same = task->is_told && task->record.state == record->state
		&& task->record.try_number == record->try_number;
	struct task_record copy = task_record_copy(record);
	g_free(copy.task_id);
	copy.task_id = g_steal_pointer(&task->record.task_id); /* it is looked up by this one */
	task_record_clear(&task->record);
	task->record = copy;
	task->is_due = task->is_due || !is_same;
}

static guint instance_hash(gconstpointer key)
{
	const struct task_record *record = key;
	return g_str_hash(record->task_id) * 31 + (guint)record->map_index;
}

static gboolean instance_equal(gconstpointer a, gconstpointer b)
{
	const struct task_record *first = a, *second = b;
	return first->map_index == second->map_index
		&& g_str_equal(first->task_id, second->task_id);
}

/* What is not known yet is an instance of a mapped task, or a callback. */
static struct followed *followed_get(struct follower *follower, const struct task_record *record)
{
	struct followed *task = g_hash_table_lookup(follower->by_instance, record);
	if (task || (follower->only_task && !g_str_equal(follower->only_task, record->task_id)))
		return task;
	task = g_new0(struct followed, 1);
	task->tail.fd = task->watch = -1;
	task->is_told = record->state == TASK_NONE; /* nothing to tell of it yet */
	task->record = task_record_copy(record);
	g_ptr_array_add(follower->tasks, task);
	g_hash_table_insert(follower->by_instance, &task->record, task);
	return task;
}

static void followed_take(struct follower *follower, const struct task_record *record)
{
	struct followed *task = followed_get(follower, record);
	if (!task)
		return;
	task_take(task, record);
	if (follower->has_logs && record->state == TASK_RUNNING)
		task_watch(follower, task);
}

static void on_task(void *data, const struct run_record *run, const struct task_record *record)
{
	struct follower *follower = data;
	followed_take(follower, record);
	if (follower->only_task && is_over(follower))
		follower->is_ending = true;
	pump(follower);
}

static void tasks_add(struct follower *follower, const GArray *records)
{
	for (unsigned i = 0; i < records->len; i++)
		followed_take(follower, &g_array_index(records, struct task_record, i));
}

/* Takes `run` and `inotify` (-1: without logs) over. */
static struct follower *follower_new(
	struct daemon *daemon, struct run_record *run, const char *only_task, int inotify)
{
	struct follower *follower = g_new0(struct follower, 1);
	follower->daemon = daemon;
	follower->run = *run;
	follower->only_task = g_strdup(only_task);
	follower->has_logs = inotify >= 0;
	follower->tasks = g_ptr_array_new_with_free_func(followed_free);
	follower->by_instance = g_hash_table_new(instance_hash, instance_equal);
	follower->inotify = inotify;
	uv_timer_init(daemon->loop, &follower->again);
	follower->poll.data = follower->again.data = follower;
	follower->again.timer_cb = on_again;
	follower->n_handles = 1;
	if (inotify < 0)
		return follower;
	follower->n_handles++;
	uv_poll_init(daemon->loop, &follower->poll, inotify);
	uv_poll_start(&follower->poll, UV_READABLE, on_log_grew);
	return follower;
}

/* What tells of growing logs, -1 when they are not asked for. False: 503 has been answered. */
static bool logs_watch(struct request *request, int *inotify)
{
	const char *logs = request_query(request, "logs");
	*inotify = -1;
	if (!logs || g_ascii_strcasecmp(logs, "true") != 0)
		return true;
	*inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (*inotify < 0)
		request_refuse(request, 503,
			"no more logs can be followed at once: %s (the kernel's limit is "
			"fs.inotify.max_user_instances)",
			g_strerror(errno));
	return *inotify >= 0;
}

void run_stream(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	const char *task_id = request_query(request, "task_id");
	if (!request_run(request, daemon, &run))
		return;
	dag_auto struct dag *dag = NULL;
	if (!request_run_dag(request, daemon, &run, &dag)) {
		run_record_clear(&run);
		return;
	}
	if (task_id && dag && !dag_task(dag, task_id)) {
		request_refuse_task(request, dag, run.run_id, task_id);
		run_record_clear(&run);
		return;
	}
	int inotify;
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) records = run_instances(daemon, &run, dag, &error);
	if (!records)
		request_fail(request, error);
	if (!records || !logs_watch(request, &inotify)) {
		run_record_clear(&run);
		return;
	}
	struct follower *follower = follower_new(daemon, &run, task_id, inotify);
	follower->dag = g_steal_pointer(&dag);
	struct feed_events events = {on_run, on_task, follower};
	follower->subscriber =
		feed_join(daemon->feed, follower->run.dag_id, follower->run.run_id, &events);
	tasks_add(follower, records);
	follower->stream = request_stream(request, "application/x-ndjson", on_gone, follower);
	follower->is_ending = is_over(follower);
	if (!follower->is_ending)
		push_run(follower);
	if (follower->stream)
		pump(follower);
}
