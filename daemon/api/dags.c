/* SPDX-License-Identifier: MIT */
#include "daemon/api/dags.h"

#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/launches.h"
#include "lib/base/instant.h"

/* Fields that the engine and the DAG folder know, beside those of the DAG itself. */
static json_t *dag_reply(struct daemon *daemon, const struct dag_record *record)
{
	const struct dag *dag = engine_dag_head(daemon->engine, record->dag_id);
	const struct folder_file *file = folder_file_of(daemon->folder, record->dag_id);
	struct slot next = {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, INSTANT_NONE};
	engine_next_slot(daemon->engine, record->dag_id, &next);
	json_t *json = dag ? dag_json(dag)
			   : json_pack("{s:s, s:s, s:s, s:s, s:[], s:[]}", "dag_id", record->dag_id,
				   "dag_display_name", record->dag_id, "fileloc", record->file,
				   "file_token", record->version, "tags", "owners");
	json_t *rest = json_pack("{s:b, s:b, s:b, s:o, s:s, s:n, s:o, s:o, s:o, s:o, s:s, s:s?}",
		"is_paused", record->is_paused, "is_stale", record->is_stale, "has_import_errors",
		file && file->problems->n_errors > 0, "last_parsed_time",
		instant_reply(file ? file->read_at : INSTANT_NONE), "bundle_name", "dags-folder",
		"bundle_version", "next_dagrun_logical_date", instant_reply(next.logical_date),
		"next_dagrun_data_interval_start", instant_reply(next.interval_start),
		"next_dagrun_data_interval_end", instant_reply(next.interval_end),
		"next_dagrun_run_after", instant_reply(next.run_after), "version", record->version,
		"pause_reason", record->pause_reason);
	json_object_update_new(json, rest);
	return json;
}

static const struct dag_record *record_of(struct request *request, struct daemon *daemon)
{
	const char *dag_id = request_path(request, "dag_id");
	const struct dag_record *record = engine_dag_record(daemon->engine, dag_id);
	if (!record)
		request_refuse_dag(request, daemon, dag_id);
	return record;
}

static struct dag *dag_of(struct request *request, struct daemon *daemon)
{
	const struct dag_record *record = record_of(request, daemon);
	struct dag *dag = record ? engine_dag(daemon->engine, record->dag_id) : NULL;
	if (record && !dag)
		request_refuse(
			request, 404, "no version of DAG \"%s\" can be loaded", record->dag_id);
	return dag;
}

/* Whether `text` contains the pattern as Airflow's lists do: `%` and `_` are wild, case does not
 * count. */
static bool matches(const char *pattern, const char *text)
{
	if (!pattern || g_str_equal(pattern, "~"))
		return true;
	g_autofree char *glob = g_strconcat("*", pattern, "*", NULL);
	g_autofree char *lower = g_utf8_strdown(glob, -1), *subject = g_utf8_strdown(text, -1);
	for (char *at = lower; *at; at++)
		*at = *at == '%' ? '*' : *at == '_' ? '?' : *at;
	return g_pattern_match_simple(lower, subject);
}

static bool has_tag(const struct dag *dag, const char *const *tags)
{
	if (!tags || !*tags)
		return true;
	for (const char *const *tag = tags; dag && *tag; tag++)
		if (g_strv_contains(dag->tags, *tag))
			return true;
	return false;
}

static bool is_wanted(
	struct request *request, struct daemon *daemon, const struct dag_record *record)
{
	const char *paused = request_query(request, "paused");
	const char *stale = request_query(request, "exclude_stale");
	bool excludes_stale = !stale || g_ascii_strcasecmp(stale, "false") != 0;
	if (excludes_stale && record->is_stale)
		return false;
	if (paused && record->is_paused != (g_ascii_strcasecmp(paused, "true") == 0))
		return false;
	return matches(request_query(request, "dag_id_pattern"), record->dag_id)
		&& has_tag(engine_dag_head(daemon->engine, record->dag_id),
			request_queries(request, "tags"));
}

void dags_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct listing listing;
	json_int_t total = 0;
	if (!request_listing(request, &listing))
		return;
	g_autofree const char **ids = engine_dag_ids(daemon->engine);
	json_t *dags = json_array();
	for (const char **id = ids; *id; id++) {
		const struct dag_record *record = engine_dag_record(daemon->engine, *id);
		if (!is_wanted(request, daemon, record))
			continue;
		if (total >= listing.offset && json_array_size(dags) < listing.limit)
			json_array_append_new(dags, dag_reply(daemon, record));
		total++;
	}
	request_answer(request, 200, json_pack("{s:o, s:I}", "dags", dags, "total_entries", total));
}

void dags_get(struct request *request, void *data)
{
	const struct dag_record *record = record_of(request, data);
	if (record)
		request_answer(request, 200, dag_reply(data, record));
}

void dags_details(struct request *request, void *data)
{
	dags_get(request, data); /* one superset serves both */
}

static void on_patched(void *data, const GError *error)
{
	struct request *request = data;
	if (error)
		request_fail(request, error);
	else
		dags_get(request, request_data(request));
}

void dags_patch(struct request *request, void *data)
{
	static const char *const known[] = {"is_paused", NULL};
	struct daemon *daemon = data;
	json_t *body = request_body(request);
	bool is_paused;
	if (!body || !body_has_only(request, body, known)
		|| !body_boolean(request, body, "is_paused", false, &is_paused))
		return;
	if (!json_object_get(body, "is_paused")) {
		request_refuse_field(request, &(struct field){"body", "is_paused", "missing", NULL},
			"field required");
		return;
	}
	const struct dag_record *record = record_of(request, daemon);
	if (!record)
		return;
	request_set_data(request, daemon, NULL);
	turn_add(daemon->turn,
		(struct event){.kind = is_paused ? EVENT_DAG_PAUSED : EVENT_DAG_UNPAUSED,
			.dag_id = record->dag_id},
		on_patched, request);
}

void dags_graph(struct request *request, void *data)
{
	const struct dag *dag = dag_of(request, data);
	if (!dag)
		return;
	char *dot = dag_dot(dag);
	request_answer_text(request, 200, "text/vnd.graphviz", dot, strlen(dot));
}

static void reason_add(json_t *reasons, const char *dag_id, const char *run_id, const char *task_id,
	const char *sentence)
{
	json_array_append_new(reasons,
		json_pack("{s:s, s:s?, s:s?, s:s}", "dag_id", dag_id, "dag_run_id", run_id,
			"task_id", task_id, "sentence", sentence));
}

/* Why a task of a finished run is as it is: that is in its row (g_free). NULL without an error:
 * there is none. */
static char *why_finished(struct daemon *daemon, const char *dag_id, const char *run_id,
	const char *task_id, GError **error)
{
	struct run_record run;
	struct task_record task;
	if (!run_id || !reader_run(daemon->reader, dag_id, run_id, &run, error))
		return NULL;
	struct task_key key = {run.id, task_id, -1};
	char *sentence = NULL;
	if (!task_id)
		sentence = g_strdup_printf("%s%s%s", run_state_name(run.state),
			run.reason ? ": " : "", run.reason ? run.reason : "");
	else if (reader_task(daemon->reader, &key, &task, error)) {
		sentence = g_strdup_printf("%s%s%s", task_state_name(task.state),
			task.reason ? ": " : "", task.reason ? task.reason : "");
		task_record_clear(&task);
	}
	run_record_clear(&run);
	return sentence;
}

/* What holds for all DAGs comes first. */
static void why_nothing_begins(const struct daemon *daemon, const char *dag_id, json_t *reasons)
{
	for (size_t i = 0; i < N_TROUBLES; i++) {
		const struct trouble *trouble = &daemon->troubles[i];
		if (!trouble->sentence)
			continue;
		g_autofree char *since = instant_iso(trouble->since);
		g_autofree char *sentence =
			g_strdup_printf("no task begins since %s: %s; running tasks go on", since,
				trouble->sentence);
		reason_add(reasons, dag_id, NULL, NULL, sentence);
	}
}

static void why_answer(
	struct request *request, struct daemon *daemon, const char *run_id, const char *task_id)
{
	const char *dag_id = request_path(request, "dag_id");
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = engine_why(daemon->engine, dag_id, run_id, task_id);
	g_autofree char *finished =
		list->len > 0 ? NULL : why_finished(daemon, dag_id, run_id, task_id, &error);
	if (error) {
		request_fail(request, error);
		return;
	}
	json_t *reasons = json_array();
	if (list->len > 0)
		why_nothing_begins(daemon, dag_id, reasons);
	for (unsigned i = 0; i < list->len; i++) {
		const struct why *why = list->pdata[i];
		const char *waits = launches_why(daemon->launches, why->attempt);
		reason_add(
			reasons, dag_id, why->run_id, why->task_id, waits ? waits : why->sentence);
	}
	if (finished)
		reason_add(reasons, dag_id, run_id, task_id, finished);
	request_answer(request, 200, json_pack("{s:o}", "reasons", reasons));
}

void dags_why(struct request *request, void *data)
{
	if (record_of(request, data))
		why_answer(request, data, NULL, NULL);
}

void dags_why_run(struct request *request, void *data)
{
	struct run_record run;
	if (!request_run(request, data, &run))
		return;
	run_record_clear(&run);
	why_answer(request, data, request_path(request, "run_id"), NULL);
}

void dags_why_task(struct request *request, void *data)
{
	const char *task_id = request_path(request, "task_id");
	struct run_record run;
	if (!request_run(request, data, &run))
		return;
	dag_auto struct dag *dag = NULL;
	bool is_read = request_run_dag(request, data, &run, &dag);
	if (is_read && dag && !dag_task(dag, task_id))
		request_refuse_task(request, dag, run.run_id, task_id);
	else if (is_read)
		why_answer(request, data, request_path(request, "run_id"), task_id);
	run_record_clear(&run);
}

void dag_tasks_list(struct request *request, void *data)
{
	const struct dag *dag = dag_of(request, data);
	if (!dag)
		return;
	json_t *tasks = json_array();
	for (size_t i = 0; i < dag->n_tasks; i++)
		json_array_append_new(tasks, task_json(dag, &dag->tasks[i]));
	request_answer(request, 200,
		json_pack("{s:o, s:I}", "tasks", tasks, "total_entries", (json_int_t)dag->n_tasks));
}

void dag_tasks_get(struct request *request, void *data)
{
	const struct dag *dag = dag_of(request, data);
	const char *task_id = request_path(request, "task_id");
	const struct task *task = dag ? dag_task(dag, task_id) : NULL;
	if (task)
		request_answer(request, 200, task_json(dag, task));
	else if (dag)
		request_refuse_task(request, dag, NULL, task_id);
}
