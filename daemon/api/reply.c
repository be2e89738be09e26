/* SPDX-License-Identifier: MIT */
#include "daemon/api/reply.h"

#include <string.h>
#include <unistd.h>

#include "daemon/api/secret.h"
#include "daemon/render/mask.h"
#include "lib/base/instant.h"

json_t *instant_reply(int64_t at)
{
	if (at == INSTANT_NONE || at == INSTANT_NEVER)
		return json_null();
	g_autofree char *text = instant_iso_z(at);
	return json_string(text);
}

/* A stable UUID for what has a name. */
static json_t *uuid_of(const char *name)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
	g_autofree char *uuid = g_strdup_printf(
		"%.8s-%.4s-5%.3s-8%.3s-%.12s", hash, hash + 8, hash + 12, hash + 15, hash + 18);
	return json_string(uuid);
}

static json_t *duration_reply(int64_t from, int64_t to)
{
	if (from == INSTANT_NONE || to == INSTANT_NONE)
		return json_null();
	return json_real((double)(to - from) / SECOND_US);
}

static json_t *versions_reply(const struct run_record *run, const struct dag *dag)
{
	return json_pack("[{s:o, s:i, s:s, s:s, s:o}]", "id", uuid_of(run->version),
		"version_number", 1, "dag_id", run->dag_id, "dag_display_name",
		dag ? dag->display_name : run->dag_id, "created_at", instant_reply(run->queued_at));
}

json_t *conf_shown(const char *text)
{
	json_t *conf = text ? json_loads(text, 0, NULL) : NULL;
	json_t *shown = conf ? json_shown(conf) : json_object();
	json_decref(conf);
	return shown;
}

/* Passwords of URLs, which stand in what is pasted into it, are nobody's to read. */
static json_t *note_shown(const char *note)
{
	g_autofree char *shown = secret_shown("note", note);
	return shown ? json_string(shown) : json_null();
}

json_t *run_reply(const struct run_record *run, const struct dag *dag)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, "
			 "s:s?, s:o, s:o, s:s?, s:o, s:s, s:i, s:o, s:o}",
		"dag_run_id", run->run_id, "dag_id", run->dag_id, "dag_display_name",
		dag ? dag->display_name : run->dag_id, "logical_date",
		instant_reply(run->logical_date), "queued_at", instant_reply(run->queued_at),
		"start_date", instant_reply(run->started_at), "end_date",
		instant_reply(run->ended_at), "duration",
		duration_reply(run->started_at, run->ended_at), "data_interval_start",
		instant_reply(run->data_interval_start), "data_interval_end",
		instant_reply(run->data_interval_end), "run_after", instant_reply(run->run_after),
		"last_scheduling_decision", instant_reply(run->started_at), "run_type",
		run_type_name(run->type), "state", run_state_name(run->state), "triggered_by",
		run->triggered_by, "conf", conf_shown(run->conf), "note", note_shown(run->note),
		"reason", run->reason, "dag_versions", versions_reply(run, dag), "version",
		run->version, "clear_number", (int)run->clear_number, "backfill_id",
		run->backfill ? json_integer(run->backfill) : json_null(), "deadline",
		instant_reply(run->deadline_at));
}

static json_t *state_reply(enum task_state state)
{
	return state == TASK_NONE ? json_null() : json_string(task_state_name(state));
}

json_t *instance_reply(
	const struct run_record *run, const struct task_record *record, const struct dag *dag)
{
	const struct task *task = dag ? dag_task(dag, record->task_id) : NULL;
	g_autofree char *name = g_strdup_printf(
		"%" G_GINT64_FORMAT "/%s/%d", record->run, record->task_id, record->map_index);
	json_t *json = json_pack("{s:o, s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, "
				 "s:i, s:i, s:s, s:s?, s:o}",
		"id", uuid_of(name), "task_id", record->task_id, "dag_id", run->dag_id,
		"dag_display_name", dag ? dag->display_name : run->dag_id, "dag_run_id",
		run->run_id, "map_index", record->map_index, "logical_date",
		instant_reply(run->logical_date), "run_after", instant_reply(run->run_after),
		"start_date", instant_reply(record->started_at), "end_date",
		instant_reply(record->ended_at), "duration",
		duration_reply(record->started_at, record->ended_at), "state",
		state_reply(record->state), "try_number", (int)record->try_number, "max_tries",
		(int)record->max_tries, "task_display_name",
		task ? task->display_name : record->task_id, "reason", record->reason, "retry_at",
		instant_reply(record->retry_at));
	json_t *rest = json_pack("{s:s, s:i, s:s, s:i, s:s?, s:o, s:o, s:s, s:s, s:n, s:n, s:n, "
				 "s:n, s:{}, s:n, s:n, s:n, s:n}",
		"pool", task ? task->pool : DEFAULT_POOL, "pool_slots",
		task ? (int)task->pool_slots : 1, "queue", "default", "priority_weight",
		task ? task->effective_weight : 1, "operator", task ? task->operator->name : NULL,
		"queued_when", instant_reply(record->queued_at), "scheduled_when",
		instant_reply(record->scheduled_at), "executor", "LocalExecutor", "executor_config",
		"{}", "hostname", "unixname", "pid", "note", "rendered_fields",
		"rendered_map_index", "trigger", "triggerer_job", "dag_version");
	json_object_update_new(json, rest);
	if (record->map_label)
		json_object_set_new(json, "rendered_map_index", json_string(record->map_label));
	if (record->note)
		json_object_set_new(json, "note", note_shown(record->note));
	return json;
}

bool request_is_of_owner(struct request *request, const char *what)
{
	const struct peer *peer = request_peer(request);
	if (peer && (peer->uid == 0 || peer->uid == geteuid()))
		return true;
	request_refuse(request, 403, "%s for root and the user of dagd only", what);
	return false;
}

void request_fail(struct request *request, const GError *error)
{
	unsigned status = 500;
	if (error->domain == STORE_ERROR)
		status = error->code == STORE_FULL || error->code == STORE_DISK ? 507
			: error->code == STORE_BUSY                             ? 503
			: error->code == STORE_ASKED                            ? 400
										: 500;
	if (error->domain == ENGINE_REFUSAL)
		status = error->code == REFUSAL_UNKNOWN   ? 404
			: error->code == REFUSAL_CONFLICT ? 409
							  : 400;
	request_refuse(request, status, "%s", error->message);
}

void request_refuse_unknown(
	struct request *request, const char *sentence, const char *word, const char *const *names)
{
	const char *meant = suggest(word, names);
	if (meant)
		request_refuse(request, 404, "%s; did you mean \"%s\"?", sentence, meant);
	else
		request_refuse(request, 404, "%s", sentence);
}

void request_refuse_dag(struct request *request, struct daemon *daemon, const char *dag_id)
{
	g_autofree const char **ids = engine_dag_ids(daemon->engine);
	g_autofree char *sentence = g_strdup_printf("there is no DAG \"%s\"", dag_id);
	request_refuse_unknown(request, sentence, dag_id, ids);
}

void request_refuse_run(struct request *request, const char *dag_id, const char *run_id)
{
	request_refuse(request, 404, "DAG \"%s\" has no run \"%s\"", dag_id, run_id);
}

void request_refuse_task(
	struct request *request, const struct dag *dag, const char *run_id, const char *task_id)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	for (size_t i = 0; i < dag->n_tasks; i++)
		g_ptr_array_add(ids, (char *)dag->tasks[i].task_id);
	g_ptr_array_add(ids, NULL);
	g_autofree char *sentence = run_id
		? g_strdup_printf(
			"run \"%s\" of DAG \"%s\" has no task \"%s\"", run_id, dag->dag_id, task_id)
		: g_strdup_printf("DAG \"%s\" has no task \"%s\"", dag->dag_id, task_id);
	request_refuse_unknown(request, sentence, task_id, (const char *const *)ids->pdata);
}

bool request_run(struct request *request, struct daemon *daemon, struct run_record *run)
{
	const char *dag_id = request_path(request, "dag_id");
	const char *run_id = request_path(request, "run_id");
	g_autoptr(GError) error = NULL;
	if (reader_run(daemon->reader, dag_id, run_id, run, &error))
		return true;
	if (error)
		request_fail(request, error);
	else if (!engine_dag_record(daemon->engine, dag_id))
		request_refuse_dag(request, daemon, dag_id);
	else
		request_refuse_run(request, dag_id, run_id);
	return false;
}

bool request_run_dag(struct request *request, struct daemon *daemon, const struct run_record *run,
	struct dag **dag)
{
	g_autoptr(GError) error = NULL;
	struct dag *newest = engine_dag(daemon->engine, run->dag_id);
	bool is_newest = newest && strcmp(newest->hash, run->version) == 0;
	struct dag *known =
		is_newest ? newest : engine_run_dag(daemon->engine, run->dag_id, run->run_id);
	*dag = known ? dag_ref(known) : daemon_version(daemon, run->version, &error);
	if (!error || error->domain != STORE_ERROR)
		return true;
	request_fail(request, error);
	return false;
}

static void instance_clear(void *record)
{
	task_record_clear(record);
}

struct task_record instance_without_row(const struct run_record *run, const struct task *task)
{
	return (struct task_record){
		.run = run->id,
		.task_id = g_strdup(task->task_id),
		.map_index = -1,
		.max_tries = task->retries,
		.scheduled_at = INSTANT_NONE,
		.queued_at = INSTANT_NONE,
		.started_at = INSTANT_NONE,
		.ended_at = INSTANT_NONE,
		.retry_at = INSTANT_NONE,
	};
}

static int row_compare(const void *a, const void *b)
{
	const struct task_record *left = *(const struct task_record *const *)a;
	const struct task_record *right = *(const struct task_record *const *)b;
	return (left->map_index > right->map_index) - (left->map_index < right->map_index);
}

/* task_id -> array of its rows, borrowed. */
static GHashTable *rows_by_task(const GArray *rows)
{
	GHashTable *by_task = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	for (unsigned i = 0; i < rows->len; i++) {
		struct task_record *row = &g_array_index(rows, struct task_record, i);
		GPtrArray *of_task = g_hash_table_lookup(by_task, row->task_id);
		if (!of_task) {
			of_task = g_ptr_array_new();
			g_hash_table_insert(by_task, row->task_id, of_task);
		}
		g_ptr_array_add(of_task, row);
	}
	return by_task;
}

static void rows_append(GArray *all, GPtrArray *rows)
{
	g_ptr_array_sort(rows, row_compare);
	for (unsigned i = 0; i < rows->len; i++) {
		struct task_record record = task_record_copy(rows->pdata[i]);
		g_array_append_val(all, record);
	}
}

/* Those of tasks that this version of the DAG does not have come last. */
GArray *run_instances(
	struct daemon *daemon, const struct run_record *run, const struct dag *dag, GError **error)
{
	g_autoptr(GArray) rows = reader_tasks_of_run(daemon->reader, run->id, error);
	if (!rows)
		return NULL;
	g_autoptr(GHashTable) by_task = rows_by_task(rows);
	GArray *all = g_array_new(FALSE, TRUE, sizeof(struct task_record));
	g_array_set_clear_func(all, instance_clear);
	for (size_t i = 0; dag && i < dag->n_tasks; i++) {
		const char *task_id = dag->tasks[i].task_id;
		struct task_record none;
		GPtrArray *of_task = g_hash_table_lookup(by_task, task_id);
		if (of_task) {
			rows_append(all, of_task);
			g_hash_table_remove(by_task, task_id);
		} else {
			none = instance_without_row(run, &dag->tasks[i]);
			g_array_append_val(all, none);
		}
	}
	for (unsigned i = 0; i < rows->len; i++) {
		const char *task_id = g_array_index(rows, struct task_record, i).task_id;
		GPtrArray *of_task = g_hash_table_lookup(by_task, task_id);
		if (of_task)
			rows_append(all, of_task);
		g_hash_table_remove(by_task, task_id);
	}
	return all;
}
