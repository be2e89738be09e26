/* SPDX-License-Identifier: MIT */
#include "daemon/api/selection.h"

#include "lib/base/instant.h"

enum { RUNS_MAX = 1000 };

struct selection selection_of(const char *dag_id, const char *run_id)
{
	return (struct selection){
		.dag_id = dag_id, .run_id = run_id, .from = INSTANT_NONE, .to = INSTANT_NONE};
}

void selection_clear(struct selection *selection)
{
	g_clear_pointer(&selection->task_ids, g_ptr_array_unref);
	g_clear_pointer(&selection->map_indexes, g_array_unref);
}

void selection_add(struct selection *selection, const char *task_id, int map_index)
{
	if (!selection->task_ids) {
		selection->task_ids = g_ptr_array_new();
		selection->map_indexes = g_array_new(FALSE, FALSE, sizeof(int));
	} else {
		g_ptr_array_remove_index(selection->task_ids, selection->task_ids->len - 1);
	}
	g_ptr_array_add(selection->task_ids, (char *)task_id);
	g_ptr_array_add(selection->task_ids, NULL);
	g_array_append_val(selection->map_indexes, map_index);
	selection->choice.task_ids = (const char *const *)selection->task_ids->pdata;
	selection->choice.map_indexes = (const int *)(void *)selection->map_indexes->data;
}

static bool task_read(struct request *request, struct selection *selection, json_t *item)
{
	const json_t *index = json_array_get(item, 1);
	const char *task_id =
		json_string_value(json_is_array(item) ? json_array_get(item, 0) : item);
	bool is_right = task_id
		&& (!json_is_array(item)
			|| (json_array_size(item) == 2 && json_is_integer(index)
				&& json_integer_value(index) >= -1
				&& json_integer_value(index) <= INT32_MAX));
	if (is_right)
		selection_add(selection, task_id, index ? (int)json_integer_value(index) : -1);
	else
		request_refuse_field(request,
			&(struct field){"body", "task_ids", "value_error", json_incref(item)},
			"expected the id of a task or a group, or [task_id, map_index]");
	return is_right;
}

bool selection_read_tasks(struct request *request, struct selection *selection, const json_t *body)
{
	json_t *list = json_object_get(body, "task_ids"), *item;
	size_t i;
	if (!list || json_is_null(list))
		return true;
	if (!json_is_array(list) || json_array_size(list) == 0) {
		request_refuse_field(request,
			&(struct field){"body", "task_ids", "list_type", json_incref(list)},
			"\"task_ids\" must be a list of at least one task; without it all are "
			"meant");
		return false;
	}
	json_array_foreach(list, i, item) if (!task_read(request, selection, item)) return false;
	return true;
}

bool selection_read_spread(struct request *request, struct selection *selection, const json_t *body)
{
	struct choice *choice = &selection->choice;
	return body_boolean(request, body, "include_upstream", false, &choice->with_upstream)
		&& body_boolean(
			request, body, "include_downstream", false, &choice->with_downstream)
		&& body_boolean(request, body, "include_past", false, &selection->with_past)
		&& body_boolean(request, body, "include_future", false, &selection->with_future);
}

/* From one run to those before or after it. False: there is no such run, which has been answered.
 */
static bool run_spread(struct request *request, struct daemon *daemon,
	const struct selection *selection, struct listing *listing)
{
	struct run_record run;
	g_autoptr(GError) error = NULL;
	if (!selection->run_id)
		return true;
	if (!reader_run(daemon->reader, selection->dag_id, selection->run_id, &run, &error)) {
		if (error)
			request_fail(request, error);
		else
			request_refuse_run(request, selection->dag_id, selection->run_id);
		return false;
	}
	if (!selection->with_past && !selection->with_future)
		listing->run_id = selection->run_id;
	else if (!selection->with_past)
		listing->run_after_gte = MAX(listing->run_after_gte, run.run_after);
	else if (!selection->with_future && listing->run_after_lte == INSTANT_NONE)
		listing->run_after_lte = run.run_after;
	else if (!selection->with_future)
		listing->run_after_lte = MIN(listing->run_after_lte, run.run_after);
	run_record_clear(&run);
	return true;
}

GArray *selection_runs(
	struct request *request, struct daemon *daemon, const struct selection *selection)
{
	g_autoptr(GError) error = NULL;
	int64_t total = 0;
	struct listing listing = listing_all;
	listing.dag_id = selection->dag_id;
	listing.run_after_gte = selection->from;
	listing.run_after_lte = selection->to;
	listing.order_by = "run_after";
	listing.limit = RUNS_MAX;
	if (!run_spread(request, daemon, selection, &listing))
		return NULL;
	g_autoptr(GArray) runs = reader_runs(daemon->reader, &listing, &total, &error);
	if (!runs) {
		request_fail(request, error);
		return NULL;
	}
	if (total > RUNS_MAX) {
		request_refuse(request, 400,
			"%" G_GINT64_FORMAT
			" runs are meant, more than %d; narrow it by start_date and "
			"end_date",
			total, RUNS_MAX);
		return NULL;
	}
	return g_steal_pointer(&runs);
}
