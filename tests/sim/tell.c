/* SPDX-License-Identifier: MIT */
/* Events in the words of a story. */
#include "tests/sim/tale.h"

#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/sim.h"
#include "tests/story/story.h"

char *version_name(const struct sim *sim, const struct dag *dag)
{
	for (int i = 0; i < SIM_DAGS; i++)
		for (int k = 0; k < SIM_VERSIONS; k++)
			if (sim->versions[i][k].dag == dag)
				return g_strdup_printf("%s-%d", sim_dag_ids[i], k + 1);
	g_assert_not_reached();
}

/* Of another day with a `T` between it and the time: one word. */
static char *time_word(int64_t at)
{
	return g_strdelimit(story_time_text(at, SIM_BEGINS_AT), " ", 'T');
}

/* ---- what becomes of an attempt ---- */

/* The attempt is that of its task, which runs; by that the story finds it. */
static bool is_under_way(
	const struct sim *sim, const struct run_record *run, const struct attempt_record *row)
{
	const struct task_record *task =
		engine_task(sim->engine, run->dag_id, run->run_id, row->task_id, row->map_index);
	if (!task)
		task = memory_task(sim->memory, row->run, row->task_id, row->map_index);
	return task && task->attempt == row->id
		&& (task->state == TASK_RUNNING || task->state == TASK_RESTARTING);
}

static char *trigger_words(const struct flow_end *flow)
{
	return g_strdup_printf(" triggers %s %s%s%s%s", flow->trigger.dag_id, flow->trigger.run_id,
		flow->trigger.is_reset ? " again" : "",
		flow->trigger.skips_existing ? " unless-it-exists" : "",
		flow->trigger.fails_when_paused ? " unless-paused" : "");
}

static char *watch_words(const struct flow_end *flow)
{
	g_autofree char *date = time_word(flow->watch.date);
	g_autofree char *tasks = g_strjoinv(" ", (char **)flow->watch.task_ids);
	return g_strdup_printf(
		" waits for %s @%s%s%s", flow->watch.dag_id, date, *tasks ? " " : "", tasks);
}

/* What the end of a flow operator says; NULL: it ends as any other. */
static char *flow_words(const struct event *event, enum flow flow)
{
	const struct flow_end *end = event->ended.flow;
	g_autofree char *until = time_word(end ? end->until : 0);
	g_autofree char *value = NULL;
	bool is_success = event->ended.exit_code == 0;
	if (!end)
		return NULL;
	if (flow == FLOW_WAIT_TASK && event->ended.exit_code == EXIT_NOT_YET)
		return watch_words(end);
	if (is_success && flow == FLOW_TRIGGER_DAG)
		return trigger_words(end);
	if (is_success && flow == FLOW_WAIT_TIME)
		return g_strconcat(" waits until ", until, NULL);
	if (!is_success || (flow != FLOW_BRANCH && flow != FLOW_SHORT_CIRCUIT))
		return NULL;
	char *text = json_dumps(end->value, JSON_ENCODE_ANY | JSON_COMPACT);
	value = g_strconcat(" gives ", text, NULL);
	free(text);
	return g_steal_pointer(&value);
}

static char *end_words(const struct event *event, enum flow flow)
{
	g_autofree char *leaving = event->ended.map_length < 0
		? g_strdup("")
		: g_strdup_printf(" leaving %d values", (int)event->ended.map_length);
	g_autofree char *words = flow_words(event, flow);
	if (event->kind == EVENT_ATTEMPT_LOST)
		return g_strconcat(" is lost because ", event->lost.reason, NULL);
	if (event->kind == EVENT_ATTEMPT_TAKEN_BACK)
		return g_strconcat(" is taken back because ", event->lost.reason, NULL);
	if (event->ended.signal)
		return g_strdup_printf(" is killed by signal %d", event->ended.signal);
	return words ? g_strconcat(words, leaving, NULL)
		     : g_strdup_printf(" exits %d%s", event->ended.exit_code, leaving);
}

static char *attempt_tell(const struct sim *sim, const struct event *event, int64_t id)
{
	const struct attempt_record *row = committed_attempt(sim, id);
	const struct run_record *run = row ? committed_run(sim, row->run) : NULL;
	const struct attempt *attempt = world_find(sim, id);
	if (!run)
		return g_strdup("# an attempt is told of that is not known any more");
	g_autofree char *index =
		row->map_index < 0 ? g_strdup("") : g_strdup_printf("[%d]", row->map_index);
	g_autofree char *words = end_words(event, attempt ? world_flow(sim, attempt) : FLOW_NONE);
	return g_strdup_printf("%s%s %s %s%s%s",
		is_under_way(sim, run, row) ? "" : "# told before: ", run->dag_id, run->run_id,
		row->task_id, index, words);
}

/* ---- what people do ---- */

static char *choice_words(const struct choice *choice)
{
	g_autofree char *tasks =
		choice->task_ids ? g_strjoinv(" ", (char **)choice->task_ids) : g_strdup("all");
	return g_strdup_printf("%s%s%s%s%s%s", *tasks ? " " : "", tasks,
		choice->with_upstream ? " +upstream" : "",
		choice->with_downstream ? " +downstream" : "",
		choice->only_failed ? " +failed" : "", choice->only_running ? " +running" : "");
}

static char *clear_tell(const struct event *event)
{
	g_autofree char *tasks = choice_words(&event->cleared.choice);
	return g_strdup_printf("clear %s %s%s%s%s", event->dag_id, event->run_id, tasks,
		event->cleared.to_newest ? " +newest" : "",
		event->cleared.refuses_running ? " +unless-running" : "");
}

/* Without a task it would be the run that is marked. */
static char *mark_tell(const struct event *event)
{
	g_autofree char *tasks = choice_words(&event->marked.choice);
	return g_strdup_printf("mark %s %s %s%s", event->dag_id, event->run_id,
		task_state_name(event->marked.state), *tasks ? tasks : " none");
}

static char *answer_tell(const struct event *event)
{
	g_autofree char *index = event->answered.map_index < 0
		? g_strdup("")
		: g_strdup_printf("[%d]", event->answered.map_index);
	return g_strdup_printf("answer %s %s %s%s %s by %s", event->dag_id, event->run_id,
		event->answered.task_id, index,
		json_string_value(json_array_get(event->answered.options, 0)), event->answered.by);
}

static char *trigger_tell(const struct event *event)
{
	g_autofree char *logical = event->triggered.logical_date == INSTANT_NONE
		? NULL
		: story_time_text(event->triggered.logical_date, SIM_BEGINS_AT);
	return g_strconcat("trigger ", event->dag_id, " ", event->run_id,
		logical ? " logical " : NULL, logical, NULL);
}

static char *pool_tell(const struct event *event)
{
	const struct pool_record *pool = event->pool;
	if (event->kind == EVENT_POOL_GONE)
		return g_strdup_printf("pool %s gone", pool->name);
	return g_strdup_printf("pool %s %d%s", pool->name, (int)pool->slots,
		pool->include_deferred ? " with deferred" : "");
}

static char *backfill_tell(const struct backfill_record *wanted)
{
	static const char *const again[] = {"", " again failed", " again completed"};
	g_autofree char *from = story_time_text(wanted->from_date, SIM_BEGINS_AT);
	g_autofree char *to = story_time_text(wanted->to_date, SIM_BEGINS_AT);
	return g_strdup_printf("backfill %s from %s to %s max %u%s%s", wanted->dag_id, from, to,
		wanted->max_active_runs, wanted->is_backwards ? " backwards" : "",
		again[wanted->reprocess]);
}

/* Of which DAG the backfill is that something becomes of. */
static char *backfill_word(const struct sim *sim, const struct event *event, const char *word)
{
	for (int i = 0; i < SIM_DAGS; i++) {
		const struct backfill_record *own = engine_backfill(sim->engine, sim_dag_ids[i]);
		if (own && own->id == event->backfill.id)
			return g_strdup_printf("backfill %s %s", own->dag_id, word);
	}
	return g_strdup_printf("# there is no backfill to %s", word);
}

/* ---- all of them ---- */

static char *run_words(const char *word, const struct event *event, const char *more)
{
	return g_strconcat(
		word, " ", event->dag_id, " ", event->run_id, more ? " " : NULL, more, NULL);
}

/* The story takes one word for the text. */
static char *note_tell(const struct event *event)
{
	g_autofree char *text = g_strdelimit(g_strdup(event->named.text), " ", '_');
	g_autofree char *words = g_strconcat(event->named.task_id, ": ", text, NULL);
	return run_words("note", event, words);
}

static char *person_tell(const struct sim *sim, const struct event *event)
{
	switch ((int)event->kind) {
	case EVENT_RUN_TRIGGERED:
		return trigger_tell(event);
	case EVENT_RUN_CANCELLED:
		return run_words("cancel", event, NULL);
	case EVENT_RUN_MARKED:
		return run_words("mark", event, run_state_name(event->run_state));
	case EVENT_RUN_NOTED:
		return run_words("note", event, event->named.text);
	case EVENT_RUN_DELETED:
		return run_words("delete", event, NULL);
	case EVENT_TASKS_CLEARED:
		return clear_tell(event);
	case EVENT_TASKS_MARKED:
		return mark_tell(event);
	case EVENT_TASK_FORCED:
		return run_words("force", event, event->named.task_id);
	case EVENT_TASK_NOTED:
		return note_tell(event);
	case EVENT_TASK_ANSWERED:
		return answer_tell(event);
	case EVENT_BACKFILL_CREATED:
		return backfill_tell(event->backfill.wanted);
	case EVENT_BACKFILL_PAUSED:
		return backfill_word(sim, event, "pause");
	case EVENT_BACKFILL_UNPAUSED:
		return backfill_word(sim, event, "unpause");
	case EVENT_BACKFILL_CANCELLED:
		return backfill_word(sim, event, "cancel");
	}
	g_assert_not_reached();
}

char *event_tell(const struct sim *sim, const struct event *event)
{
	g_autofree char *version = NULL;
	switch ((int)event->kind) {
	case EVENT_RECOVERED:
		return g_strdup("recovered");
	case EVENT_PAST_FOUND:
		return g_strdup("found");
	case EVENT_DAG_LOADED:
		version = version_name(sim, event->loaded);
		return g_strconcat("load ", version, NULL);
	case EVENT_DAG_GONE:
		return g_strconcat("gone ", event->dag_id, NULL);
	case EVENT_DAG_DELETED:
		return g_strconcat("delete ", event->dag_id, NULL);
	case EVENT_DAG_PAUSED:
		return g_strconcat("pause ", event->dag_id, NULL);
	case EVENT_DAG_UNPAUSED:
		return g_strconcat("unpause ", event->dag_id, NULL);
	case EVENT_POOL_SET:
	case EVENT_POOL_GONE:
		return pool_tell(event);
	case EVENT_ASSET_CHANGED:
		return g_strconcat("asset ", event->asset->asset, NULL);
	case EVENT_ASSETS_FORGOTTEN:
		return g_strconcat("forget ", event->dag_id, event->forgotten ? " " : NULL,
			event->forgotten, NULL);
	case EVENT_ATTEMPT_ENDED:
		return attempt_tell(sim, event, event->ended.attempt);
	case EVENT_ATTEMPT_LOST:
	case EVENT_ATTEMPT_TAKEN_BACK:
		return attempt_tell(sim, event, event->lost.attempt);
	}
	return person_tell(sim, event);
}
