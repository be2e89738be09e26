/* SPDX-License-Identifier: MIT */
#include "tests/story/play.h"

#include <string.h>

#include "lib/base/instant.h"

/* So many instants between two happenings are a circle. */
enum { TICKS_MAX = 10000 };

#define PENDING " -- pending"
#define DROPPED " -- dies before the commit"

void play_say(struct play *play, char *text)
{
	g_autofree char *own = text;
	g_autofree char *at = story_time_text(play->clock, play->story->begins_at);
	g_ptr_array_add(play->lines, g_strdup_printf("[%s] %s", at, own));
}

/* What must not be forgotten yet is in the engine still: it was not durable before. */
static void commit(struct play *play)
{
	struct event found;
	memory_commit(play->memory);
	if (!play->story->tells_everything && memory_find_past(play->memory, play->engine, &found))
		play_step(play, &found);
	else
		engine_release(play->engine);
}

void play_step(struct play *play, struct event *event)
{
	struct effects effects;
	g_autoptr(GError) error = NULL;
	event->at = play->clock;
	effects_init(&effects);
	bool is_taken = engine_step(play->engine, event, &effects, &error);
	engine_check(play->engine);
	g_assert(is_taken == (error == NULL));
	if (play->fate != FATE_DROPPED) {
		memory_gather(play->memory, &effects, play->clock);
		trace_effects(play, &effects);
	}
	if (!is_taken)
		play_say(play, g_strdup_printf("refused: %s", error->message));
	effects_clear(&effects);
	if (play->fate == FATE_COMMITTED)
		commit(play);
}

bool play_until(struct play *play, int64_t at, GError **error)
{
	unsigned n = 0;
	bool is_woken = play->engine && !play->story->tells_everything;
	while (is_woken && engine_wake_at(play->engine) <= at) {
		if (n++ == TICKS_MAX) {
			g_set_error(error, LIB_ERROR, 0, "the engine asks to be woken for ever");
			return false;
		}
		/* An instant that has passed while the engine did not run comes late. */
		play->clock = MAX(play->clock, engine_wake_at(play->engine));
		play_step(play, &(struct event){.kind = EVENT_TICK});
	}
	if (at < play->clock) {
		g_set_error(error, LIB_ERROR, 0, "time does not go back");
		return false;
	}
	play->clock = at;
	return true;
}

void play_die(struct play *play)
{
	memory_drop(play->memory);
	engine_free(play->engine);
	play->engine = NULL;
}

void play_start(struct play *play, const char *why_not)
{
	play->engine = memory_restore(play->memory, &play->options, why_not);
	trace_restored(play);
	for (unsigned i = 0; !why_not && i < play->files->len; i++)
		play_step(play,
			&(struct event){.kind = EVENT_DAG_LOADED, .loaded = play->files->pdata[i]});
}

static void begin(struct play *play)
{
	const struct story_dag *first = play->story->dags->len ? play->story->dags->pdata[0] : NULL;
	play->engine = memory_restore(play->memory, &play->options, NULL);
	play_step(play, &(struct event){.kind = EVENT_RECOVERED});
	if (!first || *first->name)
		return;
	g_ptr_array_add(play->files, play->dags->pdata[0]);
	play_step(play, &(struct event){.kind = EVENT_DAG_LOADED, .loaded = play->dags->pdata[0]});
}

/* A happening without its fate, which stands at its end. */
static char *fate_take(const char *line, enum fate *fate)
{
	const char *suffix = "";
	*fate = FATE_COMMITTED;
	if (g_str_has_suffix(line, PENDING)) {
		*fate = FATE_PENDING;
		suffix = PENDING;
	} else if (g_str_has_suffix(line, DROPPED)) {
		*fate = FATE_DROPPED;
		suffix = DROPPED;
	}
	return g_strndup(line, strlen(line) - strlen(suffix));
}

static bool play_line(struct play *play, const char *line, GError **error)
{
	int64_t at;
	const char *what = story_time_read(line, play->story->begins_at, &at);
	if (!what || !*what) {
		g_set_error(error, LIB_ERROR, 0, "expected a time and what happens then");
		return false;
	}
	enum fate fate;
	g_autofree char *happening = fate_take(what, &fate);
	play->fate = g_str_equal(happening, "until") ? fate : FATE_COMMITTED;
	if (!play_until(play, at, error))
		return false;
	g_ptr_array_add(play->lines, g_strdup(line));
	play->fate = fate;
	bool is_played = happening_play(play, happening, error);
	if (is_played && play->fate == FATE_DROPPED)
		play_die(play);
	return is_played;
}

/* As the daemon gives them to the engine: without tasks, until they are wanted. */
static struct dag *dag_read(struct dag_shelf *shelf, const struct story_dag *dag, bool may_warn,
	const struct operators *operators, GError **error)
{
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) dags = dag_load("d.yaml", dag->text->str, dag->text->len,
		&(struct dag_context){.operators = operators}, problems);
	struct dag *only = dags->len == 1 ? dag_shelve(shelf, dags->pdata[0]) : NULL;
	/* Random DAGs are told that are not as one would write them. */
	if (problems->n_errors > 0 || (problems->list->len > 0 && !may_warn)) {
		g_autofree char *text = problem_text(problems->list->pdata[0], dag->text->str);
		g_set_error(error, LIB_ERROR, 0, "dag %s: %s", dag->name, text);
		dag_unref(only);
		only = NULL;
	}
	problems_free(problems);
	return only;
}

static void names_free(void *data)
{
	run_record_clear(data);
	g_free(data);
}

static void dag_free(void *dag)
{
	dag_unref(dag);
}

static void play_clear(struct play *play)
{
	engine_free(play->engine);
	if (play->memory)
		memory_free(play->memory);
	g_ptr_array_unref(play->dags);
	dag_shelf_free(play->shelf);
	g_ptr_array_unref(play->runs);
	g_ptr_array_unref(play->files);
	g_hash_table_destroy(play->seen);
}

GPtrArray *story_play(const struct story *story, const struct operators *operators,
	struct memory **left, GError **error)
{
	struct play play = {
		.story = story,
		.shelf = dag_shelf_new(&(struct dag_context){.operators = operators}, 0),
		.dags = g_ptr_array_new_with_free_func(dag_free),
		.options = {.n_workers = story->n_workers},
		.memory = memory_new(),
		.clock = story->begins_at,
		.lines = g_ptr_array_new_with_free_func(g_free),
		.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.runs = g_ptr_array_new_with_free_func(names_free),
		.files = g_ptr_array_new(),
	};
	bool is_right = true;
	for (unsigned i = 0; is_right && i < story->dags->len; i++) {
		struct dag *dag = dag_read(play.shelf, story->dags->pdata[i],
			story->tells_everything, operators, error);
		is_right = dag != NULL;
		if (dag)
			g_ptr_array_add(play.dags, dag);
	}
	if (is_right)
		begin(&play);
	for (unsigned i = 0; is_right && i < story->lines->len; i++) {
		const char *line = story->lines->pdata[i];
		if (*line != '[')
			is_right = play_line(&play, line, error);
	}
	if (!is_right && error && *error && play.lines->len)
		g_prefix_error(
			error, "after \"%s\": ", (char *)play.lines->pdata[play.lines->len - 1]);
	if (left)
		*left = g_steal_pointer(&play.memory);
	play_clear(&play);
	return play.lines;
}
