/* SPDX-License-Identifier: MIT */
#include "daemon/api/task_instances.h"

#include <string.h>

#include "daemon/api/reply.h"
#include "lib/base/instant.h"

static bool is_wanted(
	const struct task_record *record, const char *const *states, const char *const *task_ids)
{
	if (states && *states && !g_strv_contains(states, task_state_name(record->state)))
		return false;
	return !task_ids || !*task_ids || g_strv_contains(task_ids, record->task_id);
}

/* Of one run: all tasks, those that have no row yet too. */
static void list_of_run(struct request *request, struct daemon *daemon)
{
	struct listing listing;
	struct run_record run;
	json_int_t total = 0;
	if (!request_listing(request, &listing) || !request_run(request, daemon, &run))
		return;
	dag_auto struct dag *dag = NULL;
	if (!request_run_dag(request, daemon, &run, &dag)) {
		run_record_clear(&run);
		return;
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) records = run_instances(daemon, &run, dag, &error);
	json_t *list = json_array();
	for (unsigned i = 0; records && i < records->len; i++) {
		const struct task_record *record = &g_array_index(records, struct task_record, i);
		if (!is_wanted(record, listing.states, request_queries(request, "task_id")))
			continue;
		if (total >= listing.offset && json_array_size(list) < listing.limit)
			json_array_append_new(list, instance_reply(&run, record, dag));
		total++;
	}
	if (records)
		request_answer(request, 200,
			json_pack("{s:O, s:I}", "task_instances", list, "total_entries", total));
	else
		request_fail(request, error);
	json_decref(list);
	run_record_clear(&run);
}

/* Of many runs: the rows, read on the reader's thread. */
struct query {
	struct request *request;
	struct daemon *daemon;
	struct listing listing;
	GArray *tasks;
	GHashTable *runs; /* &id -> struct run_record, of these tasks */
	int64_t total;
	GError *error;
};

static void query_free(void *data)
{
	struct query *query = data;
	g_clear_pointer(&query->tasks, g_array_unref);
	g_hash_table_destroy(query->runs);
	g_clear_error(&query->error);
	g_free(query);
}

static void run_free(void *data)
{
	run_record_clear(data);
	g_free(data);
}

/* A run may have been deleted meanwhile. */
static void tasks_read(struct reader *reader, void *data)
{
	struct query *query = data;
	query->tasks = reader_tasks(reader, &query->listing, &query->total, &query->error);
	for (unsigned i = 0; !query->error && i < query->tasks->len; i++) {
		int64_t id = g_array_index(query->tasks, struct task_record, i).run;
		struct run_record *run;
		if (g_hash_table_contains(query->runs, &id))
			continue;
		run = g_new0(struct run_record, 1);
		if (reader_run_by_id(reader, id, run, &query->error))
			g_hash_table_insert(query->runs, &run->id, run);
		else
			g_free(run);
	}
}

static void on_tasks(void *data)
{
	struct query *query = data;
	if (query->error) {
		request_fail(query->request, query->error);
		return;
	}
	json_t *list = json_array();
	for (unsigned i = 0; i < query->tasks->len; i++) {
		const struct task_record *task =
			&g_array_index(query->tasks, struct task_record, i);
		const struct run_record *run = g_hash_table_lookup(query->runs, &task->run);
		if (run)
			json_array_append_new(list,
				instance_reply(
					run, task, engine_dag(query->daemon->engine, run->dag_id)));
	}
	request_answer(query->request, 200,
		json_pack("{s:o, s:I}", "task_instances", list, "total_entries",
			(json_int_t)query->total));
}

void task_instances_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct listing listing;
	if (!g_str_equal(request_path(request, "run_id"), "~")) {
		list_of_run(request, daemon);
		return;
	}
	if (!request_listing(request, &listing))
		return;
	struct query *query = g_new0(struct query, 1);
	listing.dag_id = request_path(request, "dag_id");
	listing.task_id = request_query(request, "task_id");
	*query = (struct query){
		.request = request,
		.daemon = daemon,
		.listing = listing,
		.runs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, run_free),
	};
	request_set_data(request, query, query_free);
	store_read(daemon->store, tasks_read, on_tasks, query);
}

/* What a path with run and task names. */
struct named {
	struct run_record run;
	struct task_record task;
	struct dag *dag; /* NULL: its version cannot be loaded */
};

static void named_clear(struct named *named)
{
	run_record_clear(&named->run);
	task_record_clear(&named->task);
	dag_unref(named->dag);
}

/* Whether a mapped task has become many: then it has no instance without an index. False without
 * an error: it has not. */
static bool is_many(struct daemon *daemon, const struct run_record *run, const struct task *task,
	GError **error)
{
	struct task_record first;
	struct task_key key = {run->id, task->task_id, 0};
	if (!task->mapping || !reader_task(daemon->reader, &key, &first, error))
		return false;
	task_record_clear(&first);
	return true;
}

/* False: it has been refused. */
static bool named_find(struct request *request, struct daemon *daemon, struct named *named)
{
	const char *task_id = request_path(request, "task_id");
	int map_index;
	g_autoptr(GError) error = NULL;
	*named = (struct named){0};
	if (!request_map_index(request, &map_index) || !request_run(request, daemon, &named->run))
		return false;
	if (!request_run_dag(request, daemon, &named->run, &named->dag)) {
		named_clear(named);
		return false;
	}
	struct task_key key = {named->run.id, task_id, map_index};
	if (reader_task(daemon->reader, &key, &named->task, &error))
		return true;
	const struct task *task = named->dag ? dag_task(named->dag, task_id) : NULL;
	bool is_mapped =
		!error && task && map_index < 0 && is_many(daemon, &named->run, task, &error);
	if (!error && task && map_index < 0 && !is_mapped) {
		named->task = instance_without_row(&named->run, task);
		return true;
	}
	if (error)
		request_fail(request, error);
	else if (is_mapped)
		request_refuse(request, 404,
			"task \"%s\" of run \"%s\" is mapped: say which of its instances is meant "
			"(map_index)",
			task_id, named->run.run_id);
	else if (task)
		request_refuse(request, 404, "task \"%s\" of run \"%s\" has no instance %d",
			task_id, named->run.run_id, map_index);
	else if (named->dag)
		request_refuse_task(request, named->dag, named->run.run_id, task_id);
	else
		request_refuse(
			request, 404, "run \"%s\" has no task \"%s\"", named->run.run_id, task_id);
	named_clear(named);
	return false;
}

/* NULL: 404 has been answered. */
static json_t *named_reply(struct request *request, struct daemon *daemon)
{
	struct named named;
	if (!named_find(request, daemon, &named))
		return NULL;
	json_t *json = instance_reply(&named.run, &named.task, named.dag);
	const struct attempt *attempt = attempts_get(daemon->attempts, named.task.attempt);
	if (attempt && attempt->record.pid)
		json_object_set_new(json, "pid", json_integer(attempt->record.pid));
	named_clear(&named);
	return json;
}

void task_instances_get(struct request *request, void *data)
{
	json_t *json = named_reply(request, data);
	if (json)
		request_answer(request, 200, json);
}

void task_instances_get_listed(struct request *request, void *data)
{
	json_t *json = named_reply(request, data);
	if (json)
		request_answer(request, 200,
			json_pack("{s:[o], s:i}", "task_instances", json, "total_entries", 1));
}

/* What holds a task, in Airflow's words for the kinds; NULL: nothing does. */
static const char *dependency_name(const struct run_record *run, enum task_state state)
{
	static const char *const names[N_TASK_STATES] = {
		[TASK_NONE] = "Trigger Rule",
		[TASK_SCHEDULED] = "Limit",
		[TASK_QUEUED] = "Limit",
		[TASK_UP_FOR_RETRY] = "Not In Retry Period",
		[TASK_DEFERRED] = "Wait",
		[TASK_UP_FOR_RESCHEDULE] = "Ready To Reschedule",
	};
	return run->state == RUN_QUEUED && names[state] ? "Dagrun Running" : names[state];
}

void task_instances_dependencies(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct named named;
	if (!named_find(request, daemon, &named))
		return;
	json_t *list = json_array();
	const char *name = dependency_name(&named.run, named.task.state);
	g_autoptr(GPtrArray) reasons =
		engine_why(daemon->engine, named.run.dag_id, named.run.run_id, named.task.task_id);
	for (unsigned i = 0; name && i < reasons->len; i++) {
		const struct why *why = reasons->pdata[i];
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "name", name, "reason", why->sentence));
	}
	request_answer(request, 200, json_pack("{s:o}", "dependencies", list));
	named_clear(&named);
}

void task_instances_rendered(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct named named;
	if (!named_find(request, daemon, &named))
		return;
	struct task_key key = {named.run.id, named.task.task_id, named.task.map_index};
	g_autoptr(GError) error = NULL;
	g_autofree char *fields = reader_rendered(daemon->reader, &key, &error);
	json_t *json = fields ? json_loads(fields, 0, NULL) : NULL;
	if (json)
		request_answer(request, 200, json_pack("{s:o}", "fields", json));
	else if (error)
		request_fail(request, error);
	else
		request_refuse(request, 404,
			"task \"%s\" of run \"%s\" has not been started yet: its arguments are "
			"rendered "
			"when it starts",
			named.task.task_id, named.run.run_id);
	named_clear(&named);
}

static json_t *seconds_reply(int64_t time_us)
{
	return time_us < 0 ? json_null() : json_real((double)time_us / SECOND_US);
}

static json_t *bytes_reply(int64_t bytes)
{
	return bytes < 0 ? json_null() : json_integer(bytes);
}

static json_t *usage_reply(const struct attempt_usage *usage)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "user_cpu_seconds",
		seconds_reply(usage->user_us), "system_cpu_seconds",
		seconds_reply(usage->system_us), "peak_memory_bytes",
		bytes_reply(usage->memory_bytes), "read_bytes", bytes_reply(usage->read_bytes),
		"written_bytes", bytes_reply(usage->written_bytes));
}

static json_t *try_reply(const struct attempt_record *attempt)
{
	json_t *json = json_pack("{s:I, s:s, s:i, s:i, s:s, s:o, s:o, s:o, s:i, s:i, s:s?}",
		"attempt", (json_int_t)attempt->id, "task_id", attempt->task_id, "map_index",
		attempt->map_index, "try_number", (int)attempt->try_number, "state",
		attempt->state == ATTEMPT_LAUNCHING ? "running"
						    : attempt_state_name(attempt->state),
		"queued_when", instant_reply(attempt->launched_at), "start_date",
		instant_reply(attempt->started_at), "end_date", instant_reply(attempt->ended_at),
		"pid", attempt->pid, "exit_code", attempt->exit_code, "reason", attempt->reason);
	json_object_update_new(json, usage_reply(&attempt->usage));
	return json;
}

void task_instances_tries(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct named named;
	g_autoptr(GError) error = NULL;
	if (!named_find(request, daemon, &named))
		return;
	struct task_key key = {named.run.id, named.task.task_id, named.task.map_index};
	g_autoptr(GArray) attempts = reader_attempts(daemon->reader, &key, &error);
	json_t *list = json_array();
	for (unsigned i = 0; attempts && i < attempts->len; i++) {
		struct attempt_record *record = &g_array_index(attempts, struct attempt_record, i);
		const struct attempt *running = attempts_get(daemon->attempts, record->id);
		if (running)
			record->pid = running->record.pid;
		json_array_append_new(list, try_reply(record));
	}
	json_int_t n = (json_int_t)json_array_size(list);
	request_answer(
		request, 200, json_pack("{s:o, s:I}", "task_instances", list, "total_entries", n));
	named_clear(&named);
}
