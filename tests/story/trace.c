/* SPDX-License-Identifier: MIT */
/* From effects to lines: a line for each run and task whose state or try is another one now. */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/play.h"

/* Runs that are called by their instant. */
static const struct {
	const char *prefix, *label;
} labels[] = {{"scheduled__", "@"}, {"backfill__", "~"}};

char *trace_run_label(const struct play *play, const char *run_id)
{
	int64_t wall;
	bool has_offset;
	int offset_s;
	for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
		if (!g_str_has_prefix(run_id, labels[i].prefix)
			|| !instant_parse(run_id + strlen(labels[i].prefix), &wall, &has_offset,
				&offset_s, NULL))
			continue;
		g_autofree char *text = story_time_text(wall, play->story->begins_at);
		return g_strconcat(labels[i].label, g_strdelimit(text, " ", 'T'), NULL);
	}
	return g_strdup(run_id);
}

static void run_note(struct play *play, const struct run_record *run)
{
	struct run_record *names = NULL;
	for (unsigned i = 0; !names && i < play->runs->len; i++)
		if (((struct run_record *)play->runs->pdata[i])->id == run->id)
			names = play->runs->pdata[i];
	if (!names) {
		names = g_new0(struct run_record, 1);
		g_ptr_array_add(play->runs, names);
	}
	/* What was not committed when dagd died may have had the id before. */
	run_record_clear(names);
	*names = (struct run_record){
		.id = run->id, .dag_id = g_strdup(run->dag_id), .run_id = g_strdup(run->run_id)};
}

/* Takes both over. False: that was told already. */
static bool is_news(struct play *play, char *key, char *line)
{
	const char *last = g_hash_table_lookup(play->seen, key);
	bool is_same = last && g_str_equal(last, line);
	g_hash_table_replace(play->seen, key, line);
	return !is_same;
}

static char *run_line(const struct play *play, const struct run_record *run)
{
	g_autofree char *label = trace_run_label(play, run->run_id);
	const char *reason = run->state == RUN_FAILED ? run->reason : NULL;
	return g_strdup_printf("%s %s: %s%s%s%s", run->dag_id, label, run_state_name(run->state),
		reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
}

static char *task_name(
	const struct play *play, const struct run_record *run, const struct task_record *task)
{
	g_autofree char *label = trace_run_label(play, run->run_id);
	g_autofree char *index =
		task->map_index < 0 ? g_strdup("") : g_strdup_printf("[%d]", task->map_index);
	if (play->runs->len < 2)
		return g_strconcat(task->task_id, index, NULL);
	return g_strconcat(label, " ", task->task_id, index, NULL);
}

static void wait_append(const struct play *play, const struct task_record *task, GString *text)
{
	g_autofree char *until = task->wait_until == INSTANT_NONE
		? NULL
		: story_time_text(task->wait_until, play->story->begins_at);
	if (task->wait == WAIT_ANSWER)
		g_string_append(text, " until it is answered");
	else if (task->wait_dag)
		g_string_append_printf(text, " until %s %s ends", task->wait_dag, task->wait_run);
	if (until)
		g_string_append_printf(text, " until %s", until);
}

static char *task_line(const struct play *play, const struct task_record *task)
{
	GString *text = g_string_new(task_state_name(task->state));
	if (task->state == TASK_RUNNING)
		g_string_append_printf(text, " (try %u)", task->try_number);
	else if (task->reason)
		g_string_append_printf(text, " (%s)", task->reason);
	if (task->state == TASK_UP_FOR_RETRY) {
		g_autofree char *at = story_time_text(task->retry_at, play->story->begins_at);
		g_string_append_printf(text, ", next try at %s", at);
	}
	if (task->wait != WAIT_NONE)
		wait_append(play, task, text);
	return g_string_free(text, FALSE);
}

static char *run_key(const struct run_record *run)
{
	return g_strdup_printf("%" G_GINT64_FORMAT, run->id);
}

static char *task_key(const struct task_record *task)
{
	return g_strdup_printf(
		"%" G_GINT64_FORMAT "/%s/%d", task->run, task->task_id, task->map_index);
}

static void tell_run(struct play *play, const struct run_record *run)
{
	run_note(play, run);
	char *line = run_line(play, run);
	if (is_news(play, run_key(run), line))
		play_say(play, g_strdup(line));
}

static void tell_task(
	struct play *play, const struct run_record *run, const struct task_record *task)
{
	char *line = task_line(play, task), *key = task_key(task);
	bool was_seen = g_hash_table_contains(play->seen, key);
	if (!is_news(play, key, line) || (!was_seen && task->state == TASK_NONE))
		return;
	g_autofree char *name = task_name(play, run, task);
	play_say(play, g_strdup_printf("%s: %s", name, line));
}

static char *slot_label(const struct play *play, int64_t slot)
{
	g_autofree char *text = story_time_text(slot, play->story->begins_at);
	return g_strconcat("@", g_strdelimit(text, " ", 'T'), NULL);
}

static char *missed_line(const struct play *play, const struct missed_record *missed)
{
	g_autofree char *first = slot_label(play, missed->first_slot);
	g_autofree char *last = slot_label(play, missed->last_slot);
	if (missed->n == 1)
		return g_strdup_printf("%s missed %s (%s)", missed->dag_id, first, missed->reason);
	g_autofree char *n =
		missed->n ? g_strdup_printf("%u slots", missed->n) : g_strdup("very many slots");
	return g_strdup_printf(
		"%s missed %s, %s to %s (%s)", missed->dag_id, n, first, last, missed->reason);
}

static char *backfill_key(const struct backfill_record *backfill)
{
	return g_strdup_printf("backfill/%" G_GINT64_FORMAT, backfill->id);
}

static char *backfill_line(const struct backfill_record *backfill)
{
	const char *word = backfill->completed_at != INSTANT_NONE ? "ended"
		: backfill->is_paused                             ? "paused"
								  : "goes on";
	return g_strdup_printf(
		"%s backfill %" G_GINT64_FORMAT ": %s", backfill->dag_id, backfill->id, word);
}

static void tell_backfill(struct play *play, const struct backfill_record *backfill)
{
	char *line = backfill_line(backfill);
	if (is_news(play, backfill_key(backfill), line))
		play_say(play, g_strdup(line));
}

void trace_effects(struct play *play, const struct effects *effects)
{
	for (unsigned i = 0; i < effects->list->len; i++) {
		const struct effect *effect = &g_array_index(effects->list, struct effect, i);
		if (effect->kind == EFFECT_SAVE_MISSED) {
			play_say(play, missed_line(play, effect->missed));
		} else if (effect->kind == EFFECT_SAVE_RUN) {
			tell_run(play, effect->run);
		} else if (effect->kind == EFFECT_SAVE_BACKFILL) {
			tell_backfill(play, effect->backfill);
		} else if (effect->kind == EFFECT_SAVE_TASK) {
			tell_task(play, effect->run, effect->task);
		} else if (effect->kind == EFFECT_KILL) {
			g_autofree char *name = task_name(play, effect->run, effect->task);
			play_say(play, g_strdup_printf("%s: is to be killed", name));
		}
	}
}

void trace_restored(struct play *play)
{
	const GPtrArray *runs = memory_runs(play->memory), *tasks = memory_tasks(play->memory);
	const GPtrArray *backfills = memory_backfills(play->memory);
	g_hash_table_remove_all(play->seen);
	for (unsigned i = 0; i < backfills->len; i++)
		is_news(play, backfill_key(backfills->pdata[i]),
			backfill_line(backfills->pdata[i]));
	for (unsigned i = 0; i < runs->len; i++)
		is_news(play, run_key(runs->pdata[i]), run_line(play, runs->pdata[i]));
	for (unsigned i = 0; i < tasks->len; i++)
		is_news(play, task_key(tasks->pdata[i]), task_line(play, tasks->pdata[i]));
}
