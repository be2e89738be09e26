/* SPDX-License-Identifier: MIT */
/* `b gives ["x"]`, `t triggers e r2`, `w waits until 03:00`: what the ends of flow operators say.
 */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/play.h"

static bool refuse(GError **error, const char *what)
{
	g_set_error_literal(error, LIB_ERROR, 0, what);
	return false;
}

bool flow_gives(struct play *play, struct event *event, const char *rest, GError **error)
{
	json_t *value = json_loads(rest, JSON_DECODE_ANY, NULL);
	if (!value)
		return refuse(error, "expected JSON");
	event->ended.flow = &(struct flow_end){.value = value};
	play_step(play, event);
	json_decref(value);
	return true;
}

static bool has_word(char **words, const char *word)
{
	return g_strv_contains((const char *const *)words, word);
}

bool flow_triggers(struct play *play, struct event *event, const char *rest, GError **error)
{
	g_auto(GStrv) words = g_strsplit(rest, " ", -1);
	if (g_strv_length(words) < 2)
		return refuse(error, "expected a DAG and a run id");
	memory_restore_run(play->memory, play->engine, words[0], words[1]);
	event->ended.flow = &(struct flow_end){
		.trigger = {words[0], words[1], NULL, INSTANT_NONE, has_word(words, "again"),
			has_word(words, "unless-it-exists"), has_word(words, "unless-paused")}};
	play_step(play, event);
	return true;
}

bool flow_waits_until(struct play *play, struct event *event, const char *rest, GError **error)
{
	int64_t at;
	const char *more = story_time_read(rest, play->story->begins_at, &at);
	if (!more || *more)
		return refuse(error, "expected a time");
	event->ended.flow = &(struct flow_end){.until = at};
	play_step(play, event);
	return true;
}

bool flow_waits_for(struct play *play, struct event *event, const char *rest, GError **error)
{
	g_auto(GStrv) words = g_strsplit(rest, " ", -1);
	int64_t at;
	if (g_strv_length(words) < 2 || !story_time_read(words[1] + 1, play->story->begins_at, &at))
		return refuse(error, "expected a DAG, @TIME and perhaps tasks");
	event->ended.exit_code = EXIT_NOT_YET;
	event->ended.flow =
		&(struct flow_end){.watch = {words[0], at, (const char *const *)words + 2}};
	play_step(play, event);
	return true;
}

bool flow_answer(struct play *play, char **words, GError **error)
{
	if (g_strv_length(words) < 4)
		return refuse(
			error, "expected a DAG, a run, a task, options and perhaps `by NAME`");
	g_autofree char *run_id = run_id_of(play, words[2]);
	struct event event = {.kind = EVENT_TASK_ANSWERED, .dag_id = words[1], .run_id = run_id};
	g_autofree char *task_id = task_name_read(words[3], &event.answered.map_index);
	json_t *options = json_array();
	char **word = words + 4;
	for (; *word && !g_str_equal(*word, "by"); word++)
		json_array_append_new(options, json_string(*word));
	event.answered.task_id = task_id;
	event.answered.options = options;
	event.answered.by = *word && word[1] ? word[1] : "someone";
	play_step(play, &event);
	json_decref(options);
	return true;
}
