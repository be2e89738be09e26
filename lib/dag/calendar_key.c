/* SPDX-License-Identifier: MIT */
/*
 * Named lists of dates (`calendars`), and the days that a schedule leaves out or keeps to:
 * weekdays, dates, and the names of those lists.
 */
#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/load.h"

struct calendar {
	const struct node *name;
	GArray *dates; /* of int32_t */
	bool is_used;
};

static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
static const char *const long_weekdays[] = {
	"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", NULL};

/* 0 is Sunday; -1: it is none. */
static int weekday_read(const char *word)
{
	for (int i = 0; weekdays[i]; i++)
		if (g_ascii_strcasecmp(word, weekdays[i]) == 0
			|| g_ascii_strcasecmp(word, long_weekdays[i]) == 0)
			return i;
	return -1;
}

static bool looks_like_date(const char *text)
{
	return g_ascii_isdigit(text[0]) && strchr(text, '-');
}

static bool date_read(
	struct reading *reading, const char *what, const struct node *node, int32_t *day)
{
	int64_t wall;
	bool has_offset;
	int offset_s;
	g_autoptr(GError) error = NULL;
	if (!instant_parse(node->text, &wall, &has_offset, &offset_s, &error))
		return problem_add(reading->problems, node->place, "%s: %s", what, error->message);
	if (strlen(node->text) != strlen("2026-01-01"))
		return problem_add(reading->problems, node->place,
			"%s: expected a date alone, such as %.10s, found \"%s\"", what, node->text,
			node->text);
	*day = day_of_wall(wall);
	return true;
}

static void calendar_free(void *data)
{
	struct calendar *calendar = data;
	g_array_unref(calendar->dates);
	g_free(calendar);
}

static void calendar_read(struct loader *loader, const struct node *name, const struct node *dates)
{
	struct reading *reading = &loader->reading;
	g_autoptr(GError) error = NULL;
	struct calendar *calendar = g_new0(struct calendar, 1);
	calendar->name = name;
	calendar->dates = g_array_new(FALSE, FALSE, sizeof(int32_t));
	g_hash_table_insert(loader->calendars, (char *)name->text, calendar);
	if (!ident_check("calendar", name->text, &error))
		problem_add(reading->problems, name->place, "%s", error->message);
	else if (weekday_read(name->text) >= 0)
		problem_add(reading->problems, name->place,
			"a calendar cannot be called \"%s\": that is a weekday", name->text);
	if (dates->kind != NODE_LIST) {
		problem_add(reading->problems, dates->place,
			"calendar \"%s\": expected a list of dates, found %s", name->text,
			node_kind_name(dates));
		return;
	}
	for (size_t i = 0; i < dates->n; i++) {
		const char *text;
		int32_t day;
		if (node_text(dates->items[i], "a date", &text, reading->problems)
			&& date_read(reading, name->text, dates->items[i], &day))
			g_array_append_val(calendar->dates, day);
	}
}

void calendars_read(struct loader *loader)
{
	const struct node *map = loader->calendars_node;
	if (node_is_null(map))
		return;
	if (map->kind != NODE_MAP) {
		problem_add(loader->reading.problems, map->place,
			"calendars: expected a map of names to lists of dates, found %s",
			node_kind_name(map));
		return;
	}
	loader->calendars = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, calendar_free);
	for (size_t i = 0; i < map->n; i++)
		calendar_read(loader, map->pairs[i].key, map->pairs[i].value);
}

void calendars_check(struct loader *loader)
{
	const struct node *map = loader->calendars_node;
	for (size_t i = 0; loader->calendars && i < map->n; i++) {
		const struct node *name = map->pairs[i].key;
		const struct calendar *calendar =
			g_hash_table_lookup(loader->calendars, name->text);
		if (!calendar->is_used)
			problem_warn(loader->reading.problems, name->place,
				"no schedule names the calendar \"%s\" in \"exclude\" or \"only\"",
				name->text);
	}
	g_clear_pointer(&loader->calendars, g_hash_table_unref);
}

static bool refuse_day(struct loader *loader, const char *what, const struct node *node)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	void *name;
	for (int i = 0; weekdays[i]; i++)
		g_ptr_array_add(names, (char *)weekdays[i]);
	if (loader->calendars) {
		g_hash_table_iter_init(&iter, loader->calendars);
		while (g_hash_table_iter_next(&iter, &name, NULL))
			g_ptr_array_add(names, name);
	}
	g_ptr_array_add(names, NULL);
	g_autofree char *message = g_strdup_printf(
		"%s: \"%s\" is no weekday (sun, mon, ...), no date and no name in \"calendars\"",
		what, node->text);
	return reading_refuse(&loader->reading, node->place, node->text,
		(const char *const *)names->pdata, message);
}

static bool day_read(struct loader *loader, const char *what, const struct node *node,
	struct day_set *set, GArray *dates)
{
	const char *word;
	int32_t day;
	if (!node_text(node, what, &word, loader->reading.problems))
		return false;
	struct calendar *calendar =
		loader->calendars ? g_hash_table_lookup(loader->calendars, word) : NULL;
	int weekday = weekday_read(word);
	if (calendar) {
		calendar->is_used = true;
		g_array_append_vals(dates, calendar->dates->data, calendar->dates->len);
	} else if (weekday >= 0) {
		set->weekdays |= (uint8_t)(1 << weekday);
	} else if (looks_like_date(word)) {
		if (!date_read(&loader->reading, what, node, &day))
			return false;
		g_array_append_val(dates, day);
	} else {
		return refuse_day(loader, what, node);
	}
	return true;
}

static int day_compare(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
	return (left > right) - (left < right);
}

/* A word or a list of them. */
static bool set_read(
	struct loader *loader, const char *what, const struct node *node, struct day_set *set)
{
	GArray *dates = g_array_new(FALSE, FALSE, sizeof(int32_t));
	bool ok = true;
	if (node->kind == NODE_SCALAR)
		ok = day_read(loader, what, node, set, dates);
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		ok &= day_read(loader, what, node->items[i], set, dates);
	if (node->kind == NODE_LIST && node->n == 0)
		ok = problem_add(loader->reading.problems, node->place,
			"%s: expected at least one day", what);
	g_array_sort(dates, day_compare);
	set->n = dates->len;
	g_free(set->dates);
	set->dates = (int32_t *)g_array_free(dates, FALSE);
	return ok;
}

struct days_map {
	const struct node *days, *shift;
};

static const struct key days_keys[] = {
	{"days", read_node, offsetof(struct days_map, days)},
	{"shift", read_node, offsetof(struct days_map, shift)},
};
static const struct key_set days_key_set = {
	"exclude and only", days_keys, G_N_ELEMENTS(days_keys), NULL};

static bool shift_read(struct loader *loader, const struct node *node, enum shift *shift)
{
	static const char *const words[] = {"next", "previous", NULL};
	static const struct key key = {"shift", .words = words};
	unsigned word;
	if (node_is_null(node))
		return true;
	if (!read_word(&loader->reading, &key, node, &word))
		return false;
	enum shift given = word == 0 ? SHIFT_NEXT : SHIFT_PREVIOUS;
	if (*shift != SHIFT_NONE && *shift != given)
		return problem_add(loader->reading.problems, node->place,
			"shift: \"exclude\" and \"only\" move slots in opposite directions");
	*shift = given;
	return true;
}

bool days_read(struct loader *loader, const char *what, const struct node *node,
	struct day_set *set, enum shift *shift)
{
	struct days_map map = {0};
	if (node->kind != NODE_MAP)
		return set_read(loader, what, node, set);
	if (!keys_read(&loader->reading, &days_key_set, node, &map, NULL, NULL, NULL))
		return false;
	if (node_is_null(map.days) || map.days->kind == NODE_MAP)
		return problem_add(loader->reading.problems, node->place,
			"%s: expected \"days\" with a list in the map", what);
	bool ok = set_read(loader, what, map.days, set);
	return shift_read(loader, map.shift, shift) && ok;
}
