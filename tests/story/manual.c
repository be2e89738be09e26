/* SPDX-License-Identifier: MIT */
/* What a person does in a story: to tasks of a run, to a run, to a DAG. */
#include <string.h>

#include "tests/story/play.h"

/* Tasks, groups and `+words` that say what else is meant. */
struct named {
	char *task_ids[WORDS_MAX + 1];
	int map_indexes[WORDS_MAX];
	unsigned n;
	bool to_newest, refuses_running;
	struct choice choice;
};

static bool say(GError **error, const char *what)
{
	g_set_error(error, LIB_ERROR, 0, "%s", what);
	return false;
}

static bool flag_read(struct named *named, const char *word)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{"+upstream", &named->choice.with_upstream},
		{"+downstream", &named->choice.with_downstream},
		{"+failed", &named->choice.only_failed},
		{"+running", &named->choice.only_running},
		{"+newest", &named->to_newest},
		{"+unless-running", &named->refuses_running},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		if (!g_str_equal(flags[i].word, word))
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

/* `all` stands for all tasks, no task at all or `none` for none. */
static bool named_read(struct named *named, char **words, GError **error)
{
	bool is_all = false;
	for (; *words; words++) {
		if (**words == '+' && !flag_read(named, *words))
			return say(error, "there is no such +word");
		if (g_str_equal(*words, "all"))
			is_all = true;
		else if (**words != '+' && !g_str_equal(*words, "none")) {
			named->task_ids[named->n] =
				task_name_read(*words, &named->map_indexes[named->n]);
			named->n++;
		}
	}
	named->choice.task_ids = is_all ? NULL : (const char *const *)named->task_ids;
	named->choice.map_indexes = named->map_indexes;
	return true;
}

static void named_clear(struct named *named)
{
	for (unsigned i = 0; i < named->n; i++)
		g_free(named->task_ids[i]);
}

/* A run that has ended is brought back, as dagd does. */
static char *run_restore(struct play *play, char **words)
{
	char *run_id = run_id_of(play, words[2]);
	memory_restore_run(play->memory, play->engine, words[1], run_id);
	return run_id;
}

static const char *const changes[] = {
	[PLAN_CLEAR] = "clear", [PLAN_MARK] = "mark", [PLAN_ADD] = "add", [PLAN_REMOVE] = "remove"};

static void plan_say(struct play *play, struct event *event)
{
	g_autoptr(GError) refusal = NULL;
	g_autoptr(GArray) plan = engine_plan(play->engine, event, &refusal);
	if (!plan)
		play_say(play, g_strdup_printf("refused: %s", refusal->message));
	for (unsigned i = 0; plan && i < plan->len; i++) {
		const struct planned *planned = &g_array_index(plan, struct planned, i);
		const struct task_record *record = &planned->record;
		g_autofree char *index = record->map_index < 0
			? g_strdup("")
			: g_strdup_printf("[%d]", record->map_index);
		play_say(play,
			g_strdup_printf(
				"would %s %s%s", changes[planned->change], record->task_id, index));
	}
}

static void give(struct play *play, struct event *event, bool is_plan)
{
	if (is_plan)
		plan_say(play, event);
	else
		play_step(play, event);
}

static bool clear(struct play *play, char **words, bool is_plan, GError **error)
{
	struct named named = {.n = 0};
	if (!words[1] || !words[2])
		return say(error, "expected a DAG, a run and tasks");
	bool is_read = named_read(&named, words + 3, error);
	if (is_read) {
		g_autofree char *run_id = run_restore(play, words);
		struct event event = {
			.kind = EVENT_TASKS_CLEARED, .dag_id = words[1], .run_id = run_id};
		event.cleared.choice = named.choice;
		event.cleared.to_newest = named.to_newest;
		event.cleared.refuses_running = named.refuses_running;
		give(play, &event, is_plan);
	}
	named_clear(&named);
	return is_read;
}

static bool run_mark(struct play *play, char **words, GError **error)
{
	struct event event = {.kind = EVENT_RUN_MARKED, .dag_id = words[1]};
	g_autofree char *run_id = run_restore(play, words);
	event.run_id = run_id;
	if (!run_state_parse(words[3], &event.run_state))
		return say(error, "there is no such state of a run");
	play_step(play, &event);
	return true;
}

static bool mark(struct play *play, char **words, bool is_plan, GError **error)
{
	struct named named = {.n = 0};
	struct event event = {.kind = EVENT_TASKS_MARKED, .dag_id = words[1]};
	if (!words[1] || !words[2] || !words[3])
		return say(error, "expected a DAG, a run, a state, and tasks or none");
	if (!words[4])
		return run_mark(play, words, error);
	if (!task_state_parse(words[3], &event.marked.state))
		return say(error, "there is no such state");
	enum task_state state = event.marked.state;
	bool is_read = named_read(&named, words + 4, error);
	if (is_read) {
		g_autofree char *run_id = run_restore(play, words);
		event.run_id = run_id;
		event.marked.choice = named.choice;
		event.marked.state = state;
		give(play, &event, is_plan);
	}
	named_clear(&named);
	return is_read;
}

bool manual_clear(struct play *play, char **words, GError **error)
{
	return clear(play, words, false, error);
}

bool manual_mark(struct play *play, char **words, GError **error)
{
	return mark(play, words, false, error);
}

bool manual_plan(struct play *play, char **words, GError **error)
{
	if (words[1] && g_str_equal(words[1], "clear"))
		return clear(play, words + 1, true, error);
	if (words[1] && g_str_equal(words[1], "mark"))
		return mark(play, words + 1, true, error);
	return say(error, "what is planned: \"clear\" or \"mark\"?");
}

static bool task_event(struct play *play, enum event_kind kind, char **words, GError **error)
{
	struct event event = {.kind = kind, .dag_id = words[1]};
	if (!words[1] || !words[2] || !words[3])
		return say(error, "expected a DAG, a run and a task");
	g_autofree char *run_id = run_restore(play, words);
	g_autofree char *task_id = task_name_read(words[3], &event.named.map_index);
	event.run_id = run_id;
	event.named.task_id = task_id;
	event.named.text = words[4];
	play_step(play, &event);
	return true;
}

static bool run_event(struct play *play, enum event_kind kind, char **words, GError **error)
{
	if (!words[1] || !words[2])
		return say(error, "expected a DAG and a run");
	g_autofree char *run_id = run_restore(play, words);
	struct event event = {.kind = kind, .dag_id = words[1], .run_id = run_id};
	if (kind == EVENT_RUN_NOTED)
		event.named.text = words[3];
	if (kind == EVENT_RUN_MARKED)
		event.run_state = RUN_FAILED;
	play_step(play, &event);
	return true;
}

bool manual_force(struct play *play, char **words, GError **error)
{
	return task_event(play, EVENT_TASK_FORCED, words, error);
}

bool manual_cancel(struct play *play, char **words, GError **error)
{
	return run_event(play, EVENT_RUN_CANCELLED, words, error);
}

bool manual_fail(struct play *play, char **words, GError **error)
{
	return run_event(play, EVENT_RUN_MARKED, words, error);
}

/* `note D R TEXT`, `note D R T: TEXT` */
bool manual_note(struct play *play, char **words, GError **error)
{
	bool is_of_task = words[1] && words[2] && words[3] && g_str_has_suffix(words[3], ":");
	if (is_of_task) {
		words[3][strlen(words[3]) - 1] = '\0';
		return task_event(play, EVENT_TASK_NOTED, words, error);
	}
	return run_event(play, EVENT_RUN_NOTED, words, error);
}

/* It is not brought back: an engine that has forgotten it deletes it all the same. */
static bool run_delete(struct play *play, char **words, GError **error)
{
	g_autofree char *run_id = run_id_of(play, words[2]);
	const struct run_record *run = memory_run(play->memory, words[1], run_id);
	if (!run)
		return say(error, "there is no such run");
	struct event event = {.kind = EVENT_RUN_DELETED,
		.dag_id = words[1],
		.run_id = run_id,
		.deleted = run->id};
	play_step(play, &event);
	return true;
}

bool manual_delete(struct play *play, char **words, GError **error)
{
	if (!words[1])
		return say(error, "which DAG?");
	if (words[2])
		return run_delete(play, words, error);
	play_step(play, &(struct event){.kind = EVENT_DAG_DELETED, .dag_id = words[1]});
	return true;
}
