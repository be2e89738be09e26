/* SPDX-License-Identifier: MIT */
/* `a exits 1 saying no`, `r1 a is lost because the power failed`: what becomes of an attempt. */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/play.h"

#define AGAIN " -- again"
#define LEAVING " leaving "

/* Which words stand between the task and the rest, and what they mean. */
enum ending { EXITS, KILLED, TIMES_OUT, CANNOT_START, LOST, TAKEN_BACK };
static const struct {
	const char *words;
	enum ending ending;
} endings[] = {
	{" exits ", EXITS},
	{" is killed by signal ", KILLED},
	{" times out", TIMES_OUT},
	{" cannot start because ", CANNOT_START},
	{" is lost because ", LOST},
	{" is taken back because ", TAKEN_BACK},
};

static const struct task_record *task_look(
	const struct play *play, const struct run_record *run, const char *name)
{
	int map_index;
	g_autofree char *task_id = task_name_read(name, &map_index);
	const struct task_record *task =
		engine_task(play->engine, run->dag_id, run->run_id, task_id, map_index);
	return task ? task : memory_task(play->memory, run->id, task_id, map_index);
}

char *task_name_read(const char *name, int *map_index)
{
	const char *bracket = strchr(name, '[');
	*map_index = bracket ? (int)g_ascii_strtoll(bracket + 1, NULL, 10) : -1;
	return bracket ? g_strndup(name, (size_t)(bracket - name)) : g_strdup(name);
}

/* Which task is meant; NULL where that is not said. */
struct named {
	const char *dag_id, *run_id, *task;
};

static bool is_of(const struct run_record *run, const struct named *named)
{
	return (!named->dag_id || g_str_equal(named->dag_id, run->dag_id))
		&& (!named->run_id || g_str_equal(named->run_id, run->run_id));
}

/* The newest attempt of the only such task that has one. */
static int64_t attempt_find(const struct play *play, const struct named *named, bool may_have_ended)
{
	int64_t attempt = 0;
	for (unsigned i = 0; i < play->runs->len; i++) {
		const struct run_record *run = play->runs->pdata[i];
		const struct task_record *task =
			is_of(run, named) ? task_look(play, run, named->task) : NULL;
		bool is_alive =
			task && (task->state == TASK_RUNNING || task->state == TASK_RESTARTING);
		if (!task || (!is_alive && !may_have_ended))
			continue;
		if (attempt && attempt != task->attempt)
			return 0;
		attempt = task->attempt;
	}
	return attempt;
}

/* `a`, `r1 a` or `d r1 a` */
static int64_t attempt_named(const struct play *play, const char *name, bool may_have_ended)
{
	g_auto(GStrv) words = g_strsplit(name, " ", 3);
	unsigned n = g_strv_length(words);
	g_autofree char *run_id = n > 1 ? run_id_of(play, words[n - 2]) : NULL;
	return attempt_find(play,
		&(struct named){n > 2 ? words[0] : NULL, run_id, n ? words[n - 1] : ""},
		may_have_ended);
}

static struct event ended_event(int64_t attempt)
{
	return (struct event){
		.kind = EVENT_ATTEMPT_ENDED,
		.ended =
			{
				.attempt = attempt,
				.exit_code = -1,
				.started_at = INSTANT_NONE,
				.ended_at = INSTANT_NONE,
				.map_length = -1,
			},
	};
}

/* Of a text that ends in ` leaving N values`: cuts that off and gives N; else -1. */
static int64_t leaving_take(char *text)
{
	char *leaving = g_strrstr(text, LEAVING);
	if (!leaving)
		return -1;
	*leaving = '\0';
	return g_ascii_strtoll(leaving + strlen(LEAVING), NULL, 10);
}

static struct event ending_event(enum ending ending, int64_t attempt, char *rest)
{
	struct event event = ended_event(attempt);
	switch (ending) {
	case EXITS:
		event.ended.exit_code = (int)g_ascii_strtoll(rest, &rest, 10);
		if (g_str_has_prefix(rest, " saying "))
			event.ended.last_line = rest + strlen(" saying ");
		else
			event.ended.map_length = leaving_take(rest);
		return event;
	case KILLED:
		event.ended.signal = (int)g_ascii_strtoll(rest, NULL, 10);
		return event;
	case TIMES_OUT:
		event.ended.timed_out = true;
		return event;
	case CANNOT_START:
		event.ended.error = rest;
		return event;
	case LOST:
	case TAKEN_BACK:
		event = (struct event){
			.kind = ending == LOST ? EVENT_ATTEMPT_LOST : EVENT_ATTEMPT_TAKEN_BACK};
		event.lost.attempt = attempt;
		event.lost.reason = rest;
		return event;
	}
	g_assert_not_reached();
}

/* Those whose operator has a flow. */
static const struct {
	const char *words;
	bool (*play)(struct play *play, struct event *event, const char *rest, GError **error);
} flow_endings[] = {
	{" gives ", flow_gives},
	{" triggers ", flow_triggers},
	{" waits until ", flow_waits_until},
	{" waits for ", flow_waits_for},
};

static bool refuse_name(const char *name, GError **error)
{
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is not the name of one running task", name);
	return false;
}

static bool flow_happens(struct play *play, char *what, bool *is_played, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(flow_endings); i++) {
		char *words = strstr(what, flow_endings[i].words);
		if (!words)
			continue;
		*is_played = true;
		*words = '\0';
		int64_t attempt = attempt_named(play, what, false);
		struct event event = ended_event(attempt);
		event.ended.exit_code = 0;
		if (!attempt)
			return refuse_name(what, error);
		char *rest = words + strlen(flow_endings[i].words);
		event.ended.map_length = leaving_take(rest);
		return flow_endings[i].play(play, &event, rest, error);
	}
	return false;
}

bool attempt_happens(struct play *play, const char *line, GError **error)
{
	bool is_again = g_str_has_suffix(line, AGAIN);
	g_autofree char *what = g_strndup(line, strlen(line) - (is_again ? strlen(AGAIN) : 0));
	bool is_flow = false, is_played = flow_happens(play, what, &is_flow, error);
	if (is_flow)
		return is_played;
	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
		char *words = strstr(what, endings[i].words);
		if (!words)
			continue;
		*words = '\0';
		int64_t attempt = attempt_named(play, what, is_again);
		if (!attempt)
			return refuse_name(what, error);
		struct event event =
			ending_event(endings[i].ending, attempt, words + strlen(endings[i].words));
		play_step(play, &event);
		return true;
	}
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is nothing that can happen", line);
	return false;
}
