/* SPDX-License-Identifier: MIT */
#include "daemon/api/backfills.h"

#include "daemon/api/reply.h"
#include "daemon/clock.h"
#include "lib/base/instant.h"

enum { ACTIVE_RUNS_MAX = 10000 };

static const char *const reprocess_names[] = {[REPROCESS_NONE] = "none",
	[REPROCESS_FAILED] = "failed",
	[REPROCESS_COMPLETED] = "completed"};

static json_t *backfill_reply(const struct backfill_record *backfill)
{
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:b, s:s, s:b, s:I, s:o, s:o, s:o}", "id",
		(json_int_t)backfill->id, "dag_id", backfill->dag_id, "from_date",
		instant_reply(backfill->from_date), "to_date", instant_reply(backfill->to_date),
		"dag_run_conf", conf_shown(backfill->conf), "is_paused", backfill->is_paused,
		"reprocess_behavior", reprocess_names[backfill->reprocess], "run_backwards",
		backfill->is_backwards, "max_active_runs", (json_int_t)backfill->max_active_runs,
		"created_at", instant_reply(backfill->created_at), "updated_at",
		instant_reply(backfill->updated_at), "completed_at",
		instant_reply(backfill->completed_at));
}

/* ---- looking ---- */

void backfills_list(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct listing listing;
	int64_t total;
	g_autoptr(GError) error = NULL;
	const char *dag_id = request_query(request, "dag_id");
	if (dag_id && !g_str_equal(dag_id, "~") && !engine_dag_record(daemon->engine, dag_id)) {
		request_refuse_dag(request, daemon, dag_id);
		return;
	}
	if (!request_listing(request, &listing))
		return;
	listing.dag_id = dag_id;
	g_autoptr(GArray) list = reader_backfills(daemon->reader, &listing, &total, &error);
	if (!list) {
		request_fail(request, error);
		return;
	}
	json_t *rows = json_array();
	for (unsigned i = 0; i < list->len; i++)
		json_array_append_new(
			rows, backfill_reply(&g_array_index(list, struct backfill_record, i)));
	request_answer(request, 200,
		json_pack("{s:o, s:I}", "backfills", rows, "total_entries", (json_int_t)total));
}

/* What the path names; false: 404 or 500 has been answered. Clear it. */
static bool request_backfill(
	struct request *request, struct daemon *daemon, struct backfill_record *backfill)
{
	const char *text = request_path(request, "backfill_id");
	g_autoptr(GError) error = NULL;
	int64_t id;
	if (g_ascii_string_to_signed(text, 10, 1, INT64_MAX, &id, NULL)
		&& reader_backfill(daemon->reader, id, backfill, &error))
		return true;
	if (error)
		request_fail(request, error);
	else
		request_refuse(request, 404, "there is no backfill \"%s\"", text);
	return false;
}

void backfills_get(struct request *request, void *data)
{
	struct backfill_record backfill;
	if (!request_backfill(request, data, &backfill))
		return;
	request_answer(request, 200, backfill_reply(&backfill));
	backfill_record_clear(&backfill);
}

/* ---- what is wanted ---- */

static bool refuse(struct request *request, const char *name, json_t *input, const char *sentence)
{
	request_refuse_field(request,
		&(struct field){"body", name, input ? "value_error" : "missing",
			input ? json_incref(input) : NULL},
		"%s", sentence);
	return false;
}

static bool read_date(struct request *request, const json_t *body, const char *name, int64_t *at)
{
	g_autofree char *sentence = g_strdup_printf("\"%s\" must be given", name);
	return body_instant(request, body, name, at)
		&& (*at != INSTANT_NONE || refuse(request, name, NULL, sentence));
}

static bool read_reprocess(
	struct request *request, const json_t *body, struct backfill_record *wanted)
{
	json_t *value = json_object_get(body, "reprocess_behavior");
	const char *word = value ? json_string_value(value) : reprocess_names[REPROCESS_NONE];
	for (size_t i = 0; word && i < G_N_ELEMENTS(reprocess_names); i++) {
		if (!g_str_equal(reprocess_names[i], word))
			continue;
		wanted->reprocess = (enum reprocess)i;
		return true;
	}
	return refuse(request, "reprocess_behavior", value,
		"\"reprocess_behavior\" must be none, failed or completed");
}

static bool read_max_active_runs(
	struct request *request, const json_t *body, struct backfill_record *wanted)
{
	json_t *value = json_object_get(body, "max_active_runs");
	json_int_t n = value ? json_integer_value(value) : BACKFILL_ACTIVE_RUNS;
	wanted->max_active_runs = (unsigned)n;
	return (n >= 1 && n <= ACTIVE_RUNS_MAX)
		|| refuse(request, "max_active_runs", value,
			"\"max_active_runs\" must be a whole number from 1 to 10000");
}

static bool read_conf(struct request *request, const struct dag *dag, const json_t *body,
	struct backfill_record *wanted)
{
	g_autoptr(GError) error = NULL;
	json_t *conf = json_object_get(body, "dag_run_conf");
	if (conf && !json_is_object(conf) && !json_is_null(conf))
		return refuse(request, "dag_run_conf", conf, "dag_run_conf must be an object");
	bool is_given = json_object_size(conf) > 0;
	json_t *params = dag_params(dag, is_given ? conf : NULL, &error);
	if (!params) {
		request_refuse(request, 400, "%s", error->message);
		return false;
	}
	json_decref(params);
	wanted->conf = is_given ? json_dumps(conf, JSON_COMPACT) : NULL;
	return true;
}

/* The strings are the wanted one's own: clear it, whatever the answer is. False: a refusal has been
 * answered. */
static bool wanted_read(
	struct request *request, struct daemon *daemon, struct backfill_record *wanted)
{
	static const char *const known[] = {"dag_id", "from_date", "to_date", "run_backwards",
		"dag_run_conf", "reprocess_behavior", "max_active_runs", NULL};
	json_t *body = request_body(request);
	const char *dag_id;
	if (!body || !body_has_only(request, body, known)
		|| !body_text(request, body, "dag_id", &dag_id))
		return false;
	if (!dag_id)
		return refuse(request, "dag_id", NULL, "\"dag_id\" must be given");
	wanted->dag_id = g_strdup(dag_id);
	const struct dag *dag = engine_dag_head(daemon->engine, dag_id);
	if (!dag) {
		request_refuse_dag(request, daemon, dag_id);
		return false;
	}
	return read_date(request, body, "from_date", &wanted->from_date)
		&& read_date(request, body, "to_date", &wanted->to_date)
		&& body_boolean(request, body, "run_backwards", false, &wanted->is_backwards)
		&& read_reprocess(request, body, wanted)
		&& read_max_active_runs(request, body, wanted)
		&& read_conf(request, dag, body, wanted);
}

/* A wanted backfill, the runs that are there already, and what follows. */
struct filling {
	struct backfill_record wanted;
	GArray *pasts; /* of struct backfill_past */
	GArray *plan;  /* of struct backfill_slot */
};

static struct backfill_pasts pasts_of(const struct filling *filling)
{
	return (struct backfill_pasts){
		(const struct backfill_past *)(void *)filling->pasts->data, filling->pasts->len};
}

/*
 * The runs are read on the loop, so that the engine is asked in the same breath: none of them can
 * begin or end in between. False: a refusal has been answered.
 */
static bool filling_plan(struct request *request, struct daemon *daemon, struct filling *filling)
{
	const struct backfill_record *wanted = &filling->wanted;
	g_autoptr(GError) error = NULL;
	filling->pasts = reader_pasts(
		daemon->reader, wanted->dag_id, wanted->from_date, wanted->to_date, &error);
	if (filling->pasts) {
		struct backfill_pasts pasts = pasts_of(filling);
		filling->plan =
			engine_backfill_plan(daemon->engine, wanted, &pasts, clock_now(), &error);
	}
	if (!filling->plan)
		request_fail(request, error);
	return filling->plan != NULL;
}

static void filling_clear(struct filling *filling)
{
	backfill_record_clear(&filling->wanted);
	g_clear_pointer(&filling->pasts, g_array_unref);
	g_clear_pointer(&filling->plan, g_array_unref);
}

/* ---- dry run ---- */

static json_t *plan_reply(const struct filling *filling)
{
	static const char *const words[] = {[BACKFILL_NEW] = "new", [BACKFILL_AGAIN] = "again"};
	json_t *list = json_array();
	for (unsigned i = 0; i < filling->plan->len; i++) {
		unsigned at = filling->wanted.is_backwards ? filling->plan->len - 1 - i : i;
		const struct backfill_slot *slot =
			&g_array_index(filling->plan, struct backfill_slot, at);
		if (slot->what != BACKFILL_LEFT)
			json_array_append_new(list,
				json_pack("{s:o, s:s, s:s}", "logical_date",
					instant_reply(slot->slot.logical_date), "dag_run_id",
					slot->run_id, "action", words[slot->what]));
	}
	return list;
}

void backfills_dry_run(struct request *request, void *data)
{
	struct filling filling = {.wanted = {.id = 0}};
	if (wanted_read(request, data, &filling.wanted) && filling_plan(request, data, &filling)) {
		json_t *list = plan_reply(&filling);
		json_t *answer = json_pack("{s:o, s:I}", "backfills", list, "total_entries",
			(json_int_t)json_array_size(list));
		request_answer(request, 200, answer);
	}
	filling_clear(&filling);
}

/* ---- making one ---- */

/* The newest of its DAG: while it goes on there is no other, and if it has ended, none is newer. */
static void on_created(void *data, const GError *error)
{
	struct request *request = data;
	struct daemon *daemon = request_data(request);
	struct listing listing = listing_all;
	g_autoptr(GError) why = NULL;
	if (error) {
		request_fail(request, error);
		return;
	}
	listing.dag_id = json_string_value(json_object_get(request_body(request), "dag_id"));
	listing.order_by = "-id";
	listing.limit = 1;
	g_autoptr(GArray) list = reader_backfills(daemon->reader, &listing, NULL, &why);
	if (!list)
		request_fail(request, why);
	else if (list->len == 0)
		request_refuse(request, 409, "the DAG was deleted meanwhile");
	else
		request_answer(request, 200,
			backfill_reply(&g_array_index(list, struct backfill_record, 0)));
}

/* Runs that have ended and are to run again are given back to the engine. */
static bool runs_restore(
	struct request *request, struct daemon *daemon, const struct filling *filling)
{
	g_autoptr(GError) error = NULL;
	for (unsigned i = 0; i < filling->plan->len; i++) {
		const struct backfill_slot *slot =
			&g_array_index(filling->plan, struct backfill_slot, i);
		if (slot->what != BACKFILL_AGAIN
			|| daemon_restore_run(daemon, filling->wanted.dag_id, slot->run_id, &error))
			continue;
		request_fail(request, error);
		return false;
	}
	return true;
}

void backfills_create(struct request *request, void *data)
{
	struct daemon *daemon = data;
	struct filling filling = {.wanted = {.id = 0}};
	if (wanted_read(request, daemon, &filling.wanted) && filling_plan(request, daemon, &filling)
		&& runs_restore(request, daemon, &filling)) {
		struct event event = {.kind = EVENT_BACKFILL_CREATED};
		event.backfill.wanted = &filling.wanted;
		event.backfill.pasts = pasts_of(&filling);
		request_set_data(request, daemon, NULL);
		turn_add(daemon->turn, event, on_created, request);
	}
	filling_clear(&filling);
}

/* ---- changing one ---- */

static void on_changed(void *data, const GError *error)
{
	struct request *request = data;
	if (error)
		request_fail(request, error);
	else
		backfills_get(request, request_data(request));
}

static void change(struct request *request, struct daemon *daemon, enum event_kind kind)
{
	struct backfill_record backfill;
	if (!request_backfill(request, daemon, &backfill))
		return;
	struct event event = {.kind = kind};
	event.backfill.id = backfill.id;
	backfill_record_clear(&backfill);
	request_set_data(request, daemon, NULL);
	turn_add(daemon->turn, event, on_changed, request);
}

void backfills_pause(struct request *request, void *data)
{
	change(request, data, EVENT_BACKFILL_PAUSED);
}

void backfills_unpause(struct request *request, void *data)
{
	change(request, data, EVENT_BACKFILL_UNPAUSED);
}

void backfills_cancel(struct request *request, void *data)
{
	change(request, data, EVENT_BACKFILL_CANCELLED);
}
