/* SPDX-License-Identifier: MIT */
#include "daemon/api/xcoms.h"

#include "daemon/api/reply.h"

enum { MAP_INDEX_MAX = INT32_MAX };
#define ANY_MAP_INDEX INT64_MIN

/* Of which run the entries are, and its version, which may be lost: NULL. */
struct origin {
	const struct run_record *run;
	const struct dag *dag;
};

/* What the list and the single answer have in common. */
static json_t *xcom_reply(const struct origin *origin, const struct xcom *xcom)
{
	const struct run_record *run = origin->run;
	const struct dag *dag = origin->dag;
	const struct task *task = dag ? dag_task(dag, xcom->task_id) : NULL;
	return json_pack("{s:s, s:o, s:o, s:o, s:i, s:s, s:s, s:s, s:s, s:s}", "key", xcom->key,
		"timestamp", instant_reply(xcom->at), "logical_date",
		instant_reply(run->logical_date), "run_after", instant_reply(run->run_after),
		"map_index", xcom->map_index, "task_id", xcom->task_id, "task_display_name",
		task ? task->display_name : xcom->task_id, "dag_id", run->dag_id,
		"dag_display_name", dag ? dag->display_name : run->dag_id, "run_id", run->run_id);
}

/* Whether the run has this task, by its version or, if that is lost, by its rows. */
static bool task_check(struct request *request, struct daemon *daemon, const struct origin *origin)
{
	const struct run_record *run = origin->run;
	const struct dag *dag = origin->dag;
	const char *task_id = request_path(request, "task_id");
	struct task_key key = {run->id, task_id, -1};
	struct task_record task;
	g_autoptr(GError) error = NULL;
	if (g_str_equal(task_id, "~") || (dag && dag_task(dag, task_id)))
		return true;
	if (reader_task(daemon->reader, &key, &task, &error)) {
		task_record_clear(&task);
		return true;
	}
	if (error)
		request_fail(request, error);
	else if (dag)
		request_refuse_task(request, dag, run->run_id, task_id);
	else
		request_refuse(request, 404, "run \"%s\" has no task \"%s\"", run->run_id, task_id);
	return false;
}

/* A list that is gathered: which entries, and those of the page that is asked for. */
struct page {
	const char *key;   /* NULL: any */
	int64_t map_index; /* ANY_MAP_INDEX: any */
	struct listing listing;
	json_t *list;
	json_int_t total;
};

/* False: it was refused. */
static bool page_read(struct request *request, struct page *page)
{
	const char *key = request_query(request, "xcom_key");
	*page = (struct page){.key = key && !g_str_equal(key, "~") ? key : NULL};
	if (!request_listing(request, &page->listing)
		|| !request_query_integer(
			request, "map_index", -1, MAP_INDEX_MAX, ANY_MAP_INDEX, &page->map_index))
		return false;
	page->list = json_array();
	return true;
}

/* The entries of one task. False: an error has been answered. */
static bool page_add_task(struct request *request, struct daemon *daemon, struct page *page,
	const struct origin *origin, const char *task_id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) xcoms = reader_xcoms(daemon->reader, origin->run->id, task_id, &error);
	if (!xcoms) {
		request_fail(request, error);
		return false;
	}
	for (unsigned i = 0; i < xcoms->len; i++) {
		const struct xcom *xcom = &g_array_index(xcoms, struct xcom, i);
		if ((page->key && !g_str_equal(page->key, xcom->key))
			|| (page->map_index != ANY_MAP_INDEX && page->map_index != xcom->map_index))
			continue;
		if (page->total >= page->listing.offset
			&& json_array_size(page->list) < page->listing.limit)
			json_array_append_new(page->list, xcom_reply(origin, xcom));
		page->total++;
	}
	return true;
}

/* `~`: of all tasks, in the order of the file. */
static bool page_add_all(struct request *request, struct daemon *daemon, struct page *page,
	const struct origin *origin)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) tasks = run_instances(daemon, origin->run, origin->dag, &error);
	if (!tasks) {
		request_fail(request, error);
		return false;
	}
	const char *last = "";
	for (unsigned i = 0; i < tasks->len; i++) {
		const char *task_id = g_array_index(tasks, struct task_record, i).task_id;
		if (!g_str_equal(task_id, last)
			&& !page_add_task(request, daemon, page, origin, task_id))
			return false;
		last = task_id;
	}
	return true;
}

static void list_of_run(struct request *request, struct daemon *daemon, const struct origin *origin)
{
	const char *task_id = request_path(request, "task_id");
	struct page page;
	if (!task_check(request, daemon, origin) || !page_read(request, &page))
		return;
	bool is_read = g_str_equal(task_id, "~")
		? page_add_all(request, daemon, &page, origin)
		: page_add_task(request, daemon, &page, origin, task_id);
	if (is_read)
		request_answer(request, 200,
			json_pack("{s:O, s:I}", "xcom_entries", page.list, "total_entries",
				page.total));
	json_decref(page.list);
}

void xcoms_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct run_record run;
	if (!request_run(request, daemon, &run))
		return;
	dag_auto struct dag *dag = NULL;
	if (request_run_dag(request, daemon, &run, &dag))
		list_of_run(request, daemon, &(struct origin){&run, dag});
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

static void get_of_run(struct request *request, struct daemon *daemon, const struct origin *origin)
{
	const struct run_record *run = origin->run;
	g_autoptr(GError) error = NULL;
	int64_t map_index;
	const char *key = request_path(request, "xcom_key");
	const char *task_id = request_path(request, "task_id");
	if (!task_check(request, daemon, origin)
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
		json_t *json = xcom_reply(origin, xcom);
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
	dag_auto struct dag *dag = NULL;
	if (request_run_dag(request, daemon, &run, &dag))
		get_of_run(request, daemon, &(struct origin){&run, dag});
	run_record_clear(&run);
}
