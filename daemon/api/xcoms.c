/* SPDX-License-Identifier: MIT */
#include "daemon/api/xcoms.h"

#include "daemon/api/reply.h"

enum { MAP_INDEX_MAX = INT32_MAX };

/* What the list and the single answer have in common. */
static json_t *xcom_reply(
	const struct run_record *run, const struct xcom *xcom, const struct dag *dag)
{
	const struct task *task = dag ? dag_task(dag, xcom->task_id) : NULL;
	return json_pack("{s:s, s:o, s:o, s:o, s:i, s:s, s:s, s:s, s:s, s:s}", "key", xcom->key,
		"timestamp", instant_reply(xcom->at), "logical_date",
		instant_reply(run->logical_date), "run_after", instant_reply(run->run_after),
		"map_index", xcom->map_index, "task_id", xcom->task_id, "task_display_name",
		task ? task->display_name : xcom->task_id, "dag_id", run->dag_id,
		"dag_display_name", dag ? dag->display_name : run->dag_id, "run_id", run->run_id);
}

/* Whether the run has this task, by its version or, if that is lost, by its rows. */
static bool task_check(struct request *request, struct daemon *daemon, const struct run_record *run,
	const struct dag *dag)
{
	const char *task_id = request_path(request, "task_id");
	struct task_key key = {run->id, task_id, -1};
	struct task_record task;
	if (g_str_equal(task_id, "~") || (dag && dag_task(dag, task_id)))
		return true;
	if (reader_task(daemon->reader, &key, &task, NULL)) {
		task_record_clear(&task);
		return true;
	}
	if (dag)
		request_refuse_task(request, dag, run->run_id, task_id);
	else
		request_refuse(request, 404, "run \"%s\" has no task \"%s\"", run->run_id, task_id);
	return false;
}

static void list_of_run(struct request *request, struct daemon *daemon,
	const struct run_record *run, const struct dag *dag)
{
	g_autoptr(GError) error = NULL;
	struct listing listing;
	int64_t map_index;
	json_int_t total = 0;
	const char *key = request_query(request, "xcom_key");
	const char *task_id = request_path(request, "task_id");
	if (!task_check(request, daemon, run, dag) || !request_listing(request, &listing)
		|| !request_query_integer(
			request, "map_index", -1, MAP_INDEX_MAX, INT64_MIN, &map_index))
		return;
	g_autoptr(GArray) xcoms = reader_xcoms(
		daemon->reader, run->id, g_str_equal(task_id, "~") ? NULL : task_id, &error);
	if (!xcoms) {
		request_fail(request, error);
		return;
	}
	json_t *list = json_array();
	for (unsigned i = 0; i < xcoms->len; i++) {
		const struct xcom *xcom = &g_array_index(xcoms, struct xcom, i);
		if ((key && !g_str_equal(key, "~") && !g_str_equal(key, xcom->key))
			|| (map_index != INT64_MIN && map_index != xcom->map_index))
			continue;
		if (total >= listing.offset && json_array_size(list) < listing.limit)
			json_array_append_new(list, xcom_reply(run, xcom, dag));
		total++;
	}
	request_answer(request, 200,
		json_pack("{s:o, s:I}", "xcom_entries", list, "total_entries", total));
}

void xcoms_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	if (!request_run(request, daemon, &run))
		return;
	dag_auto struct dag *dag = run_dag(daemon, &run);
	list_of_run(request, daemon, &run, dag);
	run_record_clear(&run);
}

static bool is_true(const struct request *request, const char *name)
{
	const char *text = request_query(request, name);
	return text && (g_ascii_strcasecmp(text, "true") == 0 || g_str_equal(text, "1"));
}

/* As JSON; or, when asked for, text: that of a text is the text itself. */
static json_t *value_reply(const struct request *request, const char *value)
{
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	if (!json || (is_true(request, "stringify") && !json_is_string(json))) {
		json_decref(json);
		return json_string(value);
	}
	return json;
}

static const struct xcom *xcom_of(GArray *xcoms, const char *key, int64_t map_index)
{
	for (unsigned i = 0; xcoms && i < xcoms->len; i++) {
		const struct xcom *xcom = &g_array_index(xcoms, struct xcom, i);
		if (xcom->map_index == map_index && g_str_equal(xcom->key, key))
			return xcom;
	}
	return NULL;
}

static void get_of_run(struct request *request, struct daemon *daemon, const struct run_record *run,
	const struct dag *dag)
{
	g_autoptr(GError) error = NULL;
	int64_t map_index;
	const char *key = request_path(request, "xcom_key");
	const char *task_id = request_path(request, "task_id");
	if (!task_check(request, daemon, run, dag)
		|| !request_query_integer(request, "map_index", -1, MAP_INDEX_MAX, -1, &map_index))
		return;
	g_autoptr(GArray) xcoms = reader_xcoms(daemon->reader, run->id, task_id, &error);
	const struct xcom *xcom = xcom_of(xcoms, key, map_index);
	if (error) {
		request_fail(request, error);
	} else if (!xcom) {
		request_refuse(request, 404, "task \"%s\" of run \"%s\" has left no value \"%s\"",
			task_id, run->run_id, key);
	} else {
		json_t *json = xcom_reply(run, xcom, dag);
		json_object_set_new(json, "value", value_reply(request, xcom->value));
		request_answer(request, 200, json);
	}
}

void xcoms_get(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	if (!request_run(request, daemon, &run))
		return;
	dag_auto struct dag *dag = run_dag(daemon, &run);
	get_of_run(request, daemon, &run, dag);
	run_record_clear(&run);
}
