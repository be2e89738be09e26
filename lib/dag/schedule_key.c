/* SPDX-License-Identifier: MIT */
/* When a DAG is due, as its file says it: the keys schedule, timezone, start_date and end_date. */
#include <string.h>

#include "lib/dag/later.h"
#include "lib/dag/load.h"

struct schedule_draft {
	const struct node *cron, *every, *timezone;
};

#define FIELD(name) offsetof(struct schedule_draft, name)
static const struct key schedule_keys[] = {
	{"cron", read_node, FIELD(cron)},
	{"every", read_node, FIELD(every)},
	{"timezone", read_node, FIELD(timezone)},
};
#undef FIELD
static const struct key_set schedule_key_set = {
	"a schedule", schedule_keys, G_N_ELEMENTS(schedule_keys), schedule_later};

static const char *const presets[] = {"hourly", "daily", "weekly", "monthly", "quarterly", "yearly",
	"annually", "midnight", NULL};

static const struct zone *zone_read(
	struct reading *reading, const struct node *node, const struct zone *otherwise)
{
	const char *name;
	g_autoptr(GError) error = NULL;
	if (node_is_null(node) || !node_text(node, "timezone", &name, reading->problems))
		return otherwise;
	const struct zone *zone = zone_get(name, &error);
	if (zone)
		return zone;
	problem_add(reading->problems, node->place, "%s", error->message);
	return otherwise;
}

static int64_t instant_read(struct loader *loader, const char *what, const struct node *node)
{
	struct problems *problems = loader->reading.problems;
	const char *text;
	int64_t wall_us;
	bool has_offset;
	int offset_s;
	g_autoptr(GError) error = NULL;
	if (node_is_null(node) || !node_text(node, what, &text, problems))
		return INSTANT_NONE;
	if (!instant_parse(text, &wall_us, &has_offset, &offset_s, &error)) {
		problem_add(problems, node->place, "%s: %s", what, error->message);
		return INSTANT_NONE;
	}
	return has_offset ? wall_us - offset_s * SECOND_US
			  : zone_instant(loader->dag.zone, wall_us);
}

static void schedule_release(void *schedule)
{
	schedule_free(schedule);
}

/* Takes a schedule over, or says why there is none. */
static void schedule_take(
	struct loader *loader, const struct node *node, struct schedule *schedule, GError *error)
{
	if (!schedule) {
		problem_add(loader->reading.problems, node->place, "%s", error->message);
		return;
	}
	arena_adopt(loader->reading.arena, schedule, schedule_release);
	loader->dag.schedule = schedule;
}

static void cron_read(struct loader *loader, const struct node *node, const struct zone *zone)
{
	const char *text;
	g_autofree char *warning = NULL;
	g_autoptr(GError) error = NULL;
	if (!node_text(node, "cron", &text, loader->reading.problems))
		return;
	struct schedule *schedule = schedule_new_cron(text, zone, &warning, &error);
	if (warning)
		problem_warn(loader->reading.problems, node->place, "%s", warning);
	schedule_take(loader, node, schedule, error);
}

static void every_read(struct loader *loader, const struct node *node)
{
	int64_t every_us;
	g_autoptr(GError) error = NULL;
	if (!node_duration(node, "schedule", &every_us, loader->reading.problems))
		return;
	struct schedule *schedule = schedule_new_every(every_us, loader->dag.start_date, &error);
	schedule_take(loader, node, schedule, error);
}

static void map_read(struct loader *loader, const struct node *map)
{
	struct schedule_draft draft = {0};
	struct reading *reading = &loader->reading;
	/* `{days: 1}` is a timedelta, not a map of ours. */
	if (map->n > 0 && !key_find(&schedule_key_set, map->pairs[0].key->text)
		&& g_str_has_suffix(map->pairs[0].key->text, "s")
		&& !later_find(&schedule_key_set, map->pairs[0].key->text)) {
		every_read(loader, map);
		return;
	}
	bool ok = keys_read(reading, &schedule_key_set, map, &draft, NULL, NULL, NULL);
	const struct zone *zone = zone_read(reading, draft.timezone, loader->dag.zone);
	if (draft.cron && draft.every)
		problem_add(reading->problems, map->place,
			"a schedule has either \"cron\" or \"every\", not both");
	else if (draft.cron)
		cron_read(loader, draft.cron, zone);
	else if (draft.every)
		every_read(loader, draft.every);
	else if (ok)
		problem_add(reading->problems, map->place,
			"schedule: expected \"cron\" or \"every\" in the map");
}

static void text_read(struct loader *loader, const struct node *node)
{
	struct reading *reading = &loader->reading;
	const char *text = node->text;
	bool is_cron = strpbrk(text, " \t") || g_strv_contains(presets, text + (*text == '@'));
	if (is_cron) {
		cron_read(loader, node, loader->dag.zone);
		return;
	}
	if (g_ascii_isdigit(*text) || *text == 'P') {
		every_read(loader, node);
		return;
	}
	if (g_str_equal(text, "@once") || g_str_equal(text, "@continuous")) {
		problem_add(reading->problems, node->place,
			"this version does not support the schedule \"%s\" yet", text);
		return;
	}
	g_autofree char *message = g_strdup_printf(
		"\"%s\" is no schedule: expected a cron expression, a preset or a duration", text);
	if (g_ascii_strcasecmp(text, "none") == 0 || g_str_equal(text, "@none")) {
		problem_add(reading->problems, node->place, "%s", message);
		problem_hint(reading->problems, "for no schedule write null");
		return;
	}
	reading_refuse(reading, node->place, text + (*text == '@'), presets, message);
}

void schedule_read(struct loader *loader)
{
	struct reading *reading = &loader->reading;
	struct dag *dag = &loader->dag;
	const struct node *node = loader->schedule;
	dag->zone = zone_read(reading, loader->timezone, dag->zone);
	dag->start_date = instant_read(loader, "start_date", loader->start_date);
	dag->end_date = instant_read(loader, "end_date", loader->end_date);
	if (dag->end_date != INSTANT_NONE && dag->end_date < dag->start_date)
		problem_add(reading->problems, loader->end_date->place,
			"end_date is before start_date");
	if (node_is_null(node))
		return;
	switch (node->kind) {
	case NODE_SCALAR:
		text_read(loader, node);
		return;
	case NODE_MAP:
		map_read(loader, node);
		return;
	case NODE_LIST:
		problem_add(reading->problems, node->place,
			"this version does not support a list as schedule yet");
		return;
	}
}
