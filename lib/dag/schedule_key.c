/* SPDX-License-Identifier: MIT */
/*
 * When a DAG is due, as its file says it: the keys schedule, timezone, start_date and end_date. All
 * forms of the key fill one draft of a schedule; what is written together and cannot be meant
 * together is said then.
 */
#include <string.h>

#include "lib/dag/load.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/days.h"

struct schedule_map {
	const struct node *cron, *every, *at, *timezone, *jitter, *interval, *seconds, *dst,
		*exclude, *only, *assets;
};

#define FIELD(name) offsetof(struct schedule_map, name)
static const struct key schedule_keys[] = {
	{"cron", read_node, FIELD(cron)},
	{"every", read_node, FIELD(every)},
	{"at", read_node, FIELD(at)},
	{"timezone", read_node, FIELD(timezone)},
	{"jitter", read_node, FIELD(jitter)},
	{"interval", read_node, FIELD(interval)},
	{"seconds", read_node, FIELD(seconds)},
	{"dst", read_node, FIELD(dst)},
	{"exclude", read_node, FIELD(exclude)},
	{"only", read_node, FIELD(only)},
	{"assets", read_node, FIELD(assets)},
};
#undef FIELD
static const struct key_set schedule_key_set = {
	"a schedule", schedule_keys, G_N_ELEMENTS(schedule_keys), NULL};

static const char *const presets[] = {"hourly", "daily", "weekly", "monthly", "quarterly", "yearly",
	"annually", "midnight", "once", "continuous", NULL};

/* What is known of a schedule while it is read. */
struct schedule_draft {
	struct loader *loader;
	const struct node *node; /* of the whole */
	struct schedule_spec spec;
	enum cron_form form;
	GArray *crons;    /* of struct cron */
	GArray *instants; /* of int64_t */
	GString *text;
	bool is_warned; /* of a cron that is never due */
	struct days days;
};

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

/* INSTANT_NONE for null, and after a problem. A date without offset is one of the zone. */
static int64_t instant_read(
	struct loader *loader, const char *what, const struct node *node, const struct zone *zone)
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
	return has_offset ? wall_us - offset_s * SECOND_US : zone_instant(zone, wall_us);
}

static void text_append(struct schedule_draft *draft, const char *text)
{
	g_autofree char *stripped = g_strstrip(g_strdup(text));
	g_string_append_printf(draft->text, "%s%s", draft->text->len ? ", " : "", stripped);
}

static bool cron_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	const char *text;
	struct cron cron;
	g_autofree char *warning = NULL;
	g_autoptr(GError) error = NULL;
	draft->spec.kind = SCHEDULE_CRON;
	if (!node_text(node, "cron", &text, problems))
		return false;
	if (!cron_parse(text, draft->form, &cron, &warning, &error))
		return problem_add(problems, node->place, "%s", error->message);
	if (warning)
		problem_warn(problems, node->place, "%s", warning);
	draft->is_warned |= warning != NULL;
	g_array_append_val(draft->crons, cron);
	text_append(draft, text);
	return true;
}

/* One expression, or a list of them: due when any of them is. */
static bool crons_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	bool ok = true;
	if (node->kind != NODE_LIST)
		return cron_read(draft, node);
	if (node->n == 0)
		return problem_add(problems, node->place,
			"a schedule that is a list needs at least one cron expression");
	for (size_t i = 0; i < node->n; i++)
		ok &= cron_read(draft, node->items[i]);
	return ok;
}

static bool every_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	int64_t every_us;
	draft->spec.kind = SCHEDULE_EVERY;
	if (!node_duration(node, "schedule", &every_us, problems))
		return false;
	g_autofree char *text = duration_text(every_us);
	if (every_us < SECOND_US)
		return problem_add(problems, node->place,
			"an interval of %s is too short, at least 1s was expected", text);
	draft->spec.every_us = every_us;
	text_append(draft, text);
	return true;
}

static bool at_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	bool ok = true;
	draft->spec.kind = SCHEDULE_AT;
	if (node->kind != NODE_LIST)
		return problem_add(problems, node->place,
			"at: expected a list of instants, found %s", node_kind_name(node));
	if (node->n == 0)
		return problem_add(problems, node->place, "at: expected at least one instant");
	for (size_t i = 0; i < node->n; i++) {
		int64_t at = INSTANT_NONE;
		if (node_is_null(node->items[i]))
			problem_add(problems, node->items[i]->place,
				"at: expected an instant, found null");
		else
			at = instant_read(draft->loader, "at", node->items[i], draft->spec.zone);
		ok &= at != INSTANT_NONE;
		g_array_append_val(draft->instants, at);
		if (ok && i == 0)
			text_append(draft, node->items[i]->text);
	}
	if (ok && node->n > 1)
		g_string_append_printf(draft->text, " and %zu more", node->n - 1);
	return ok;
}

static bool has_only_fixed(const struct schedule_draft *draft)
{
	bool fixed = draft->spec.kind == SCHEDULE_CRON;
	for (unsigned i = 0; i < draft->crons->len; i++)
		fixed &= g_array_index(draft->crons, struct cron, i).fixed;
	return fixed;
}

static void days_text_append(
	struct schedule_draft *draft, const char *word, const struct node *node)
{
	const struct node *days = node->kind == NODE_MAP ? node_get(node, "days") : node;
	g_string_append_printf(draft->text, " %s", word);
	for (size_t i = 0; days->kind == NODE_LIST && i < days->n; i++)
		g_string_append_printf(draft->text, "%s %s", i ? "," : "", days->items[i]->text);
	if (days->kind == NODE_SCALAR)
		g_string_append_printf(draft->text, " %s", days->text);
	if (draft->days.shift != SHIFT_NONE)
		g_string_append_printf(draft->text, " (else the %s day)",
			draft->days.shift == SHIFT_NEXT ? "next" : "previous");
}

static bool draft_days_read(struct schedule_draft *draft, const struct schedule_map *map)
{
	struct loader *loader = draft->loader;
	struct days *days = &draft->days;
	bool has_exclude = !node_is_null(map->exclude);
	days->has_only = !node_is_null(map->only);
	if (has_exclude
		&& !days_read(loader, "exclude", map->exclude, &days->exclude, &days->shift))
		return false;
	if (days->has_only && !days_read(loader, "only", map->only, &days->only, &days->shift))
		return false;
	if (has_exclude)
		days_text_append(draft, "but not", map->exclude);
	if (days->has_only)
		days_text_append(draft, "only", map->only);
	draft->spec.days = days;
	if (days->shift != SHIFT_NONE && !has_only_fixed(draft))
		return problem_add(loader->reading.problems,
			(has_exclude ? map->exclude : map->only)->place,
			"shift moves a time of day to another day: it needs cron expressions whose "
			"minute and hour do not begin with \"*\"");
	return true;
}

static bool dst_read(struct schedule_draft *draft, const struct schedule_map *map)
{
	static const char *const words[] = {"cron", "skip", "utc", NULL};
	static const struct key key = {"dst", .words = words};
	struct reading *reading = &draft->loader->reading;
	unsigned dst;
	if (node_is_null(map->dst))
		return true;
	if (!read_word(reading, &key, map->dst, &dst))
		return false;
	if (draft->spec.kind != SCHEDULE_CRON)
		return problem_add(reading->problems, map->dst->place,
			"dst: it is about cron expressions, this schedule has none");
	if (dst == 2 && !node_is_null(map->timezone))
		return problem_add(reading->problems, map->dst->place,
			"dst: utc reads the expression by the clock of UTC, \"timezone\" by "
			"another: write one of the two");
	draft->spec.dst = dst == 1 ? DST_SKIP : DST_CRON;
	if (dst == 2)
		draft->spec.zone = zone_utc();
	return true;
}

static bool jitter_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	int64_t jitter_us = 0;
	if (node_is_null(node))
		return true;
	if (!node_duration(node, "jitter", &jitter_us, problems))
		return false;
	if (jitter_us % SECOND_US)
		return problem_add(problems, node->place, "jitter: expected whole seconds");
	draft->spec.jitter_us = jitter_us;
	return true;
}

static bool interval_read(struct schedule_draft *draft, const struct node *node)
{
	struct problems *problems = draft->loader->reading.problems;
	bool *has_interval = &draft->spec.has_interval;
	if (node_is_null(node))
		return true;
	if (!node_bool(node, "interval", has_interval, problems))
		return false;
	if (*has_interval && draft->spec.kind == SCHEDULE_AT)
		return problem_add(problems, node->place,
			"interval: the instants of \"at\" are points in time; it is for \"cron\" "
			"and "
			"\"every\"");
	return true;
}

static bool seconds_read(struct schedule_draft *draft, const struct schedule_map *map)
{
	struct problems *problems = draft->loader->reading.problems;
	bool seconds = false;
	if (!node_is_null(map->seconds) && !node_bool(map->seconds, "seconds", &seconds, problems))
		return false;
	if (seconds && !map->cron)
		return problem_add(problems, map->seconds->place,
			"seconds: it is about cron expressions, this schedule has none");
	draft->form = seconds ? CRON_SECONDS : CRON_MINUTES;
	return true;
}

/* The one of the three that says when. */
static bool form_read(struct schedule_draft *draft, const struct schedule_map *map)
{
	struct problems *problems = draft->loader->reading.problems;
	int n = !!map->cron + !!map->every + !!map->at;
	if (n == 0)
		return problem_add(problems, draft->node->place,
			"schedule: expected \"cron\", \"every\" or \"at\" in the map");
	if (n > 1)
		return problem_add(problems, draft->node->place,
			"a schedule has one of \"cron\", \"every\" and \"at\", not several");
	if (map->cron)
		return crons_read(draft, map->cron);
	return map->every ? every_read(draft, map->every) : at_read(draft, map->at);
}

/* `{days: 1}` is a timedelta, not a map of ours. */
static bool is_timedelta(const struct node *map)
{
	static const char *const units[] = {"weeks", "days", "hours", "minutes", "seconds",
		"milliseconds", "microseconds", NULL};
	if (node_get(map, "cron") || node_get(map, "every") || node_get(map, "at"))
		return false;
	for (size_t i = 0; i < map->n; i++)
		if (g_strv_contains(units, map->pairs[i].key->text))
			return true;
	return map->n > 0 && g_str_has_suffix(map->pairs[0].key->text, "s")
		&& !key_find(&schedule_key_set, map->pairs[0].key->text);
}

static bool map_read(struct schedule_draft *draft, const struct node *node)
{
	struct reading *reading = &draft->loader->reading;
	struct schedule_map map = {0};
	if (is_timedelta(node))
		return every_read(draft, node);
	bool ok = keys_read(reading, &schedule_key_set, node, &map, NULL, NULL, NULL);
	draft->spec.zone = zone_read(reading, map.timezone, draft->spec.zone);
	if (!node_is_null(map.assets))
		assets_read(draft->loader, map.assets);
	ok = ok && seconds_read(draft, &map) && form_read(draft, &map);
	/* What follows is told even where the form is wrong, as long as it is known. */
	ok = ok && dst_read(draft, &map);
	ok &= jitter_read(draft, map.jitter);
	ok &= interval_read(draft, map.interval);
	return ok && draft_days_read(draft, &map);
}

/* There is no second run beside a continuous one. */
static bool continuous_read(struct schedule_draft *draft)
{
	struct loader *loader = draft->loader;
	const struct node *limit = node_get(loader->root, "max_active_runs");
	draft->spec.kind = SCHEDULE_CONTINUOUS;
	if (limit && loader->dag.max_active_runs > 1)
		return problem_add(loader->reading.problems, limit->place,
			"a DAG that is @continuous has one run at a time: expected max_active_runs "
			"1, found %u",
			loader->dag.max_active_runs);
	loader->dag.max_active_runs = 1;
	return true;
}

static bool refuse_text(struct schedule_draft *draft, const struct node *node)
{
	struct reading *reading = &draft->loader->reading;
	const char *text = node->text;
	g_autofree char *message = g_strdup_printf(
		"\"%s\" is no schedule: expected a cron expression, a preset or a duration", text);
	if (g_ascii_strcasecmp(text, "none") == 0 || g_str_equal(text, "@none")) {
		problem_add(reading->problems, node->place, "%s", message);
		problem_hint(reading->problems, "for no schedule write null");
		return false;
	}
	return reading_refuse(reading, node->place, text + (*text == '@'), presets, message);
}

static bool text_read(struct schedule_draft *draft, const struct node *node)
{
	const char *text = node->text;
	const char *word = text + (*text == '@');
	bool is_once = g_str_equal(word, "once"), is_continuous = g_str_equal(word, "continuous");
	if (strpbrk(text, " \t") || cron_is_preset(text))
		return cron_read(draft, node);
	if (g_ascii_isdigit(*text) || *text == 'P')
		return every_read(draft, node);
	if (!is_once && !is_continuous)
		return refuse_text(draft, node);
	text_append(draft, text);
	draft->spec.kind = SCHEDULE_ONCE;
	return is_once || continuous_read(draft);
}

/* Whether any slot is left by the days and the bounds; a cron has said it of itself already. */
static void warn_if_never(const struct schedule_draft *draft, const struct schedule *schedule)
{
	const struct schedule_spec *spec = &draft->spec;
	struct problems *problems = draft->loader->reading.problems;
	bool is_restricted = days_are_restricted(&draft->days);
	bool needs_start = spec->kind == SCHEDULE_EVERY || spec->kind == SCHEDULE_ONCE;
	if (draft->is_warned || spec->kind == SCHEDULE_CONTINUOUS
		|| (needs_start && spec->start == INSTANT_NONE)
		|| (!is_restricted && spec->end == INSTANT_NONE && spec->kind != SCHEDULE_AT))
		return;
	struct civil first = {.year = 2000, .month = 1, .day = 1};
	int64_t from = spec->start == INSTANT_NONE ? civil_to_wall(&first) : spec->start - 1;
	if (spec->kind == SCHEDULE_AT)
		from = INSTANT_NONE;
	if (schedule_next(schedule, INSTANT_NONE, from) != INSTANT_NEVER)
		return;
	if (spec->start != INSTANT_NONE || spec->end != INSTANT_NONE)
		problem_warn(problems, draft->node->place,
			"the schedule is never due between start_date and end_date");
	else
		problem_warn(problems, draft->node->place,
			"the schedule is never due: no day is left for it");
}

static void schedule_release(void *schedule)
{
	schedule_free(schedule);
}

static void draft_take(struct schedule_draft *draft)
{
	struct loader *loader = draft->loader;
	struct schedule_spec *spec = &draft->spec;
	spec->text = draft->text->str;
	spec->n_crons = draft->crons->len;
	spec->crons = (const struct cron *)draft->crons->data;
	spec->n_instants = draft->instants->len;
	spec->instants = (const int64_t *)draft->instants->data;
	spec->start = loader->dag.start_date;
	spec->end = loader->dag.end_date;
	spec->dag_id = loader->dag.dag_id ? loader->dag.dag_id : "";
	struct schedule *schedule = schedule_new(spec);
	arena_adopt(loader->reading.arena, schedule, schedule_release);
	loader->dag.schedule = schedule;
	if (spec->end == INSTANT_NONE || spec->start <= spec->end)
		warn_if_never(draft, schedule);
}

static void draft_read(struct loader *loader, const struct node *node)
{
	struct schedule_draft draft = {.loader = loader,
		.node = node,
		.spec.zone = loader->dag.zone,
		.crons = g_array_new(FALSE, FALSE, sizeof(struct cron)),
		.instants = g_array_new(FALSE, FALSE, sizeof(int64_t)),
		.text = g_string_new(NULL)};
	bool ok = node->kind == NODE_SCALAR ? text_read(&draft, node)
		: node->kind == NODE_LIST   ? crons_read(&draft, node)
					    : map_read(&draft, node);
	if (ok)
		draft_take(&draft);
	g_array_unref(draft.crons);
	g_array_unref(draft.instants);
	g_string_free(draft.text, TRUE);
	days_clear(&draft.days);
}

/* `{assets: ...}` alone: no instant makes it due. */
static bool is_assets_alone(struct loader *loader)
{
	const struct node *map = loader->schedule;
	struct schedule_map keys = {0};
	bool has_assets = !node_is_null(map) && map->kind == NODE_MAP
		&& !node_is_null(node_get(map, "assets"));
	if (!has_assets || node_get(map, "cron") || node_get(map, "every") || node_get(map, "at"))
		return false;
	if (map->n == 1)
		assets_read(loader, node_get(map, "assets"));
	else if (keys_read(&loader->reading, &schedule_key_set, map, &keys, NULL, NULL, NULL))
		problem_add(loader->reading.problems, map->place,
			"schedule: beside \"assets\" one of \"cron\", \"every\" and \"at\" was "
			"expected, or nothing");
	return true;
}

void schedule_read(struct loader *loader)
{
	struct dag *dag = &loader->dag;
	dag->zone = zone_read(&loader->reading, loader->timezone, dag->zone);
	dag->start_date = instant_read(loader, "start_date", loader->start_date, dag->zone);
	dag->end_date = instant_read(loader, "end_date", loader->end_date, dag->zone);
	if (dag->end_date != INSTANT_NONE && dag->end_date < dag->start_date)
		problem_add(loader->reading.problems, loader->end_date->place,
			"end_date is before start_date");
	calendars_read(loader);
	if (!node_is_null(loader->schedule) && !is_assets_alone(loader))
		draft_read(loader, loader->schedule);
	calendars_check(loader);
	overlap_check(loader);
}
