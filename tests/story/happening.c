/* SPDX-License-Identifier: MIT */
/* What can happen in a story, a function for each first word. */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/play.h"

static bool refuse(GError **error, const char *what)
{
	g_set_error(error, LIB_ERROR, 0, "%s", what);
	return false;
}

char *run_id_of(const struct play *play, const char *label)
{
	int64_t at;
	bool is_slot = *label == '@' || *label == '~';
	const char *rest = is_slot ? story_time_read(label + 1, play->story->begins_at, &at) : NULL;
	if (!rest || *rest)
		return g_strdup(label);
	g_autofree char *iso = instant_iso(at);
	return g_strconcat(*label == '@' ? "scheduled__" : "backfill__", iso, NULL);
}

/* The text of a DAG takes the place of its older one. */
static void file_put(struct play *play, struct dag *dag)
{
	for (unsigned i = 0; i < play->files->len; i++) {
		const struct dag *old = play->files->pdata[i];
		if (!g_str_equal(old->dag_id, dag->dag_id))
			continue;
		play->files->pdata[i] = dag;
		return;
	}
	g_ptr_array_add(play->files, dag);
}

static bool load(struct play *play, char **words, GError **error)
{
	const char *name = words[1] ? words[1] : "";
	for (unsigned i = 0; i < play->dags->len; i++) {
		const struct story_dag *dag = play->story->dags->pdata[i];
		if (!g_str_equal(dag->name, name))
			continue;
		file_put(play, play->dags->pdata[i]);
		play_step(play,
			&(struct event){.kind = EVENT_DAG_LOADED, .loaded = play->dags->pdata[i]});
		return true;
	}
	return refuse(error, "the story has no such dag");
}

static bool dag_event(struct play *play, enum event_kind kind, char **words, GError **error)
{
	if (!words[1])
		return refuse(error, "which DAG?");
	play_step(play, &(struct event){.kind = kind, .dag_id = words[1]});
	return true;
}

static bool gone(struct play *play, char **words, GError **error)
{
	for (unsigned i = 0; words[1] && i < play->files->len; i++)
		if (g_str_equal(((struct dag *)play->files->pdata[i])->dag_id, words[1]))
			g_ptr_array_remove_index(play->files, i--);
	return dag_event(play, EVENT_DAG_GONE, words, error);
}

static bool hold(struct play *play, char **words, GError **error)
{
	return dag_event(play, EVENT_DAG_PAUSED, words, error);
}

static bool release(struct play *play, char **words, GError **error)
{
	return dag_event(play, EVENT_DAG_UNPAUSED, words, error);
}

static bool run_make(
	struct play *play, enum run_type type, char **words, const char *logical, GError **error)
{
	int64_t at = INSTANT_NONE;
	const char *rest = logical ? story_time_read(logical, play->story->begins_at, &at) : "";
	if (!words[1] || !words[2] || !rest || *rest)
		return refuse(error, "expected a DAG, a run id, and perhaps a time");
	struct event event = {.kind = EVENT_RUN_TRIGGERED, .dag_id = words[1], .run_id = words[2]};
	event.triggered.type = type;
	event.triggered.logical_date = at;
	event.triggered.triggered_by = "test";
	play_step(play, &event);
	return true;
}

static bool trigger(struct play *play, char **words, GError **error)
{
	bool has_date = words[1] && words[2] && words[3] && g_str_equal(words[3], "logical");
	g_autofree char *date = has_date ? g_strjoinv(" ", words + 4) : NULL;
	return run_make(play, RUN_MANUAL, words, date, error);
}

static bool asset(struct play *play, char **words, GError **error)
{
	if (!words[1])
		return refuse(error, "which asset?");
	struct asset_event_record record = {.asset = words[1], .map_index = -1};
	play_step(play, &(struct event){.kind = EVENT_ASSET_CHANGED, .asset = &record});
	return true;
}

/* `forget D [ASSET]` */
static bool forget(struct play *play, char **words, GError **error)
{
	if (!words[1])
		return refuse(error, "which DAG?");
	play_step(play,
		&(struct event){
			.kind = EVENT_ASSETS_FORGOTTEN, .dag_id = words[1], .forgotten = words[2]});
	return true;
}

/* `pool NAME SLOTS`, `pool NAME SLOTS with deferred`, `pool NAME gone` */
static bool pool(struct play *play, char **words, GError **error)
{
	if (!words[1] || !words[2])
		return refuse(error, "expected a pool and its slots, or \"gone\"");
	bool is_gone = g_str_equal(words[2], "gone");
	struct pool_record record = {.name = words[1],
		.slots = is_gone ? -2 : g_ascii_strtoll(words[2], NULL, 10),
		.include_deferred = words[3] != NULL};
	memory_pool(play->memory, &record);
	play_step(play,
		&(struct event){
			.kind = is_gone ? EVENT_POOL_GONE : EVENT_POOL_SET, .pool = &record});
	return true;
}

static bool workers(struct play *play, char **words, GError **error)
{
	if (!words[1])
		return refuse(error, "how many?");
	play->options.n_workers = (unsigned)g_ascii_strtoull(words[1], NULL, 10);
	engine_set_workers(play->engine, play->options.n_workers);
	play_step(play, &(struct event){.kind = EVENT_TICK});
	return true;
}

static bool tick(struct play *play, char **words, GError **error)
{
	play_step(play, &(struct event){.kind = EVENT_TICK});
	return true;
}

static bool found(struct play *play, char **words, GError **error)
{
	struct event event;
	if (!memory_find_past(play->memory, play->engine, &event))
		return refuse(error, "the engine asks for no run before one");
	play_step(play, &event);
	return true;
}

static bool until(struct play *play, char **words, GError **error)
{
	return !words[1] || refuse(error, "\"until\" stands alone");
}

static bool clock_set(struct play *play, char **words, GError **error)
{
	g_autofree char *text = g_strv_length(words) > 4 ? g_strjoinv(" ", words + 4) : NULL;
	if (!text || !story_time_read(text, play->story->begins_at, &play->clock))
		return refuse(error, "expected \"clock is set to\" and a time");
	play_step(play, &(struct event){.kind = EVENT_TICK});
	return true;
}

static int why_compare(const void *a, const void *b)
{
	const struct why *left = *(struct why *const *)a, *right = *(struct why *const *)b;
	int order = g_strcmp0(left->run_id, right->run_id);
	return order ? order : g_strcmp0(left->task_id, right->task_id);
}

static bool why(struct play *play, char **words, GError **error)
{
	if (!words[1])
		return refuse(error, "why what?");
	g_autofree char *run_id = words[2] ? run_id_of(play, words[2]) : NULL;
	g_autoptr(GPtrArray) list =
		engine_why(play->engine, words[1], run_id, run_id ? words[3] : NULL);
	g_ptr_array_sort(list, why_compare);
	for (unsigned i = 0; i < list->len; i++) {
		const struct why *one = list->pdata[i];
		g_autofree char *label =
			one->run_id ? trace_run_label(play, one->run_id) : g_strdup(words[1]);
		play_say(play,
			g_strdup_printf("%s%s%s %s", label, one->task_id ? " " : "",
				one->task_id ? one->task_id : "", one->sentence));
	}
	return true;
}

static bool dies(struct play *play, char **words, GError **error)
{
	play_die(play);
	return true;
}

static bool starts(struct play *play, char **words, GError **error)
{
	if (play->engine)
		return refuse(error, "it is alive");
	play_start(play, words[1] ? "line 7: the key \"new\" is not known" : NULL);
	return true;
}

static bool recovered(struct play *play, char **words, GError **error)
{
	play_step(play, &(struct event){.kind = EVENT_RECOVERED});
	return true;
}

static bool restart(struct play *play, char **words, GError **error)
{
	play_die(play);
	play_start(play, NULL);
	return recovered(play, words, error);
}

static const struct {
	const char *word;
	bool (*play)(struct play *play, char **words, GError **error);
} happenings[] = {
	{"load", load},
	{"gone", gone},
	{"pause", hold},
	{"unpause", release},
	{"trigger", trigger},
	{"backfill", backfill_happens},
	{"clear", manual_clear},
	{"mark", manual_mark},
	{"force", manual_force},
	{"cancel", manual_cancel},
	{"fail", manual_fail},
	{"note", manual_note},
	{"delete", manual_delete},
	{"plan", manual_plan},
	{"asset", asset},
	{"forget", forget},
	{"pool", pool},
	{"answer", flow_answer},
	{"workers", workers},
	{"tick", tick},
	{"found", found},
	{"until", until},
	{"clock", clock_set},
	{"why", why},
	{"dies", dies},
	{"starts", starts},
	{"recovered", recovered},
	{"restart", restart},
};

bool happening_play(struct play *play, const char *line, GError **error)
{
	g_auto(GStrv) words = g_strsplit(line, " ", WORDS_MAX);
	if (!play->engine && !g_str_equal(words[0], "starts") && !g_str_equal(words[0], "until"))
		return refuse(error, "it has died and must start first");
	for (size_t i = 0; i < G_N_ELEMENTS(happenings); i++)
		if (g_str_equal(happenings[i].word, words[0]))
			return happenings[i].play(play, words, error);
	return attempt_happens(play, line, error);
}
