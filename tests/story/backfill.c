/* SPDX-License-Identifier: MIT */
/* What a user wants of backfills, in a story. */
#include <string.h>

#include "lib/base/instant.h"
#include "tests/story/play.h"

static bool refuse(GError **error, const char *what)
{
	return error_say(error, "%s", what);
}

/* What follows the word, or NULL: it does not stand there. */
static const char *word_take(const char *text, const char *word)
{
	size_t len = strlen(word);
	if (!text || !g_str_has_prefix(text, word) || (text[len] != ' ' && text[len]))
		return NULL;
	return text[len] ? text + len + 1 : text + len;
}

static bool options_read(const char *text, struct backfill_record *wanted)
{
	const char *rest;
	while (*text) {
		if ((rest = word_take(text, "backwards"))) {
			wanted->is_backwards = true;
		} else if ((rest = word_take(text, "again failed"))) {
			wanted->reprocess = REPROCESS_FAILED;
		} else if ((rest = word_take(text, "again completed"))) {
			wanted->reprocess = REPROCESS_COMPLETED;
		} else if ((rest = word_take(text, "max"))) {
			char *end;
			wanted->max_active_runs = (unsigned)g_ascii_strtoull(rest, &end, 10);
			rest = *end == ' ' ? end + 1 : end;
		} else {
			return false;
		}
		text = rest;
	}
	return true;
}

/* `T to T [max N] [backwards] [again failed|again completed]` */
static bool wanted_read(
	const struct play *play, const char *text, struct backfill_record *wanted, GError **error)
{
	int64_t begins_at = play->story->begins_at;
	const char *rest = story_time_read(text, begins_at, &wanted->from_date);
	rest = word_take(rest, "to");
	rest = rest ? story_time_read(rest, begins_at, &wanted->to_date) : NULL;
	return (rest && options_read(rest, wanted))
		|| refuse(error,
			"expected \"from T to T\", and perhaps \"max N\", \"backwards\", "
			"\"again failed\", \"again completed\"");
}

/* The one that goes on, or the newest that has ended. */
static int64_t newest_id(const struct play *play, const char *dag_id)
{
	const struct backfill_record *own = engine_backfill(play->engine, dag_id);
	if (own)
		return own->id;
	const GPtrArray *backfills = memory_backfills(play->memory);
	int64_t id = 0;
	for (unsigned i = 0; i < backfills->len; i++) {
		const struct backfill_record *backfill = backfills->pdata[i];
		if (g_str_equal(backfill->dag_id, dag_id))
			id = backfill->id;
	}
	return id;
}

static void tell_plan(
	struct play *play, const struct backfill_record *wanted, const struct backfill_pasts *pasts)
{
	static const char *const words[] = {
		[BACKFILL_NEW] = "new", [BACKFILL_AGAIN] = "again", [BACKFILL_LEFT] = "left"};
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) plan =
		engine_backfill_plan(play->engine, wanted, pasts, play->clock, &error);
	if (!plan)
		play_say(play, g_strdup_printf("refused: %s", error->message));
	for (unsigned i = 0; plan && i < plan->len; i++) {
		const struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		g_autofree char *label = trace_run_label(play, slot->run_id);
		play_say(play, g_strdup_printf("%s %s", label, words[slot->what]));
	}
}

/* As the daemon does: runs that are to run again are in the engine before it is told. */
static void create(
	struct play *play, const struct backfill_record *wanted, const struct backfill_pasts *pasts)
{
	g_autoptr(GArray) plan =
		engine_backfill_plan(play->engine, wanted, pasts, play->clock, NULL);
	for (unsigned i = 0; plan && i < plan->len; i++) {
		const struct backfill_slot *slot = &g_array_index(plan, struct backfill_slot, i);
		if (slot->what == BACKFILL_AGAIN)
			memory_restore_run(
				play->memory, play->engine, wanted->dag_id, slot->run_id);
	}
	struct event event = {.kind = EVENT_BACKFILL_CREATED};
	event.backfill.wanted = wanted;
	event.backfill.pasts = *pasts;
	play_step(play, &event);
}

static bool fill(
	struct play *play, const char *dag_id, const char *text, bool plan_only, GError **error)
{
	struct backfill_record wanted = {.dag_id = (char *)dag_id, .max_active_runs = 10};
	if (!wanted_read(play, text, &wanted, error))
		return false;
	g_autoptr(GArray) list =
		memory_pasts(play->memory, dag_id, wanted.from_date, wanted.to_date);
	struct backfill_pasts pasts = {(struct backfill_past *)list->data, list->len};
	if (plan_only)
		tell_plan(play, &wanted, &pasts);
	else
		create(play, &wanted, &pasts);
	return true;
}

bool backfill_happens(struct play *play, char **words, GError **error)
{
	static const struct {
		const char *word;
		enum event_kind kind;
	} changes[] = {{"pause", EVENT_BACKFILL_PAUSED}, {"unpause", EVENT_BACKFILL_UNPAUSED},
		{"cancel", EVENT_BACKFILL_CANCELLED}};
	const char *what = words[1] ? words[2] : NULL;
	for (size_t i = 0; what && i < G_N_ELEMENTS(changes); i++) {
		if (!g_str_equal(changes[i].word, what))
			continue;
		struct event event = {.kind = changes[i].kind};
		event.backfill.id = newest_id(play, words[1]);
		play_step(play, &event);
		return true;
	}
	bool is_plan = what && g_str_equal(what, "plans");
	if (!what || (!is_plan && !g_str_equal(what, "from")))
		return refuse(error, "expected \"from T to T\", pause, unpause or cancel");
	g_autofree char *rest = g_strjoinv(" ", words + (is_plan ? 4 : 3));
	return fill(play, words[1], rest, is_plan, error);
}
