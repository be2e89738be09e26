/* SPDX-License-Identifier: MIT */
/*
 * GLib is asked one thing only: the offset at an instant. Its own way from a wall clock reading to
 * an instant is wrong around clock changes, so that is done here: the offsets a day before and a
 * day after a reading are tried, and the reading means every instant that one of them leads to and
 * that has this offset. Two such instants: the clocks were set back, and the first one counts.
 * None: they were set forward over the reading, and the instant of that jump counts.
 */
#include "lib/schedule/zone.h"

#include <string.h>

#include "lib/base/instant.h"
#include "lib/base/problem.h"

struct zone {
	char *name;
	GTimeZone *rules;
};

static int64_t floor_seconds(int64_t us)
{
	return us / SECOND_US - (us % SECOND_US < 0);
}

int zone_offset_s(const struct zone *zone, int64_t at)
{
	int interval =
		g_time_zone_find_interval(zone->rules, G_TIME_TYPE_UNIVERSAL, floor_seconds(at));
	return g_time_zone_get_offset(zone->rules, interval);
}

/* The first whole second in (low, high] with another offset than `low` has; that of `high` is
 * other. */
static int64_t find_change(const struct zone *zone, int64_t low_s, int64_t high_s)
{
	int offset = zone_offset_s(zone, low_s * SECOND_US);
	while (high_s - low_s > 1) {
		int64_t middle_s = low_s + (high_s - low_s) / 2;
		if (zone_offset_s(zone, middle_s * SECOND_US) == offset)
			low_s = middle_s;
		else
			high_s = middle_s;
	}
	return high_s * SECOND_US;
}

int64_t zone_transition(const struct zone *zone, int64_t from, int64_t to)
{
	if (zone_offset_s(zone, from) == zone_offset_s(zone, to))
		return INSTANT_NONE;
	return find_change(zone, floor_seconds(from), floor_seconds(to));
}

int64_t zone_resolve(const struct zone *zone, int64_t wall_us, bool *in_gap)
{
	/* No zone of tzdata ever changed its clocks twice within two days. */
	int offsets[] = {
		zone_offset_s(zone, wall_us - DAY_US), zone_offset_s(zone, wall_us + DAY_US)};
	int64_t first = INSTANT_NEVER, low = INSTANT_NEVER, high = INSTANT_NONE;
	for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
		int64_t at = wall_us - offsets[i] * SECOND_US;
		low = MIN(low, at);
		high = MAX(high, at);
		if (zone_offset_s(zone, at) == offsets[i])
			first = MIN(first, at);
	}
	*in_gap = first == INSTANT_NEVER;
	return *in_gap ? find_change(zone, floor_seconds(low), floor_seconds(high)) : first;
}

int64_t zone_instant(const struct zone *zone, int64_t wall_us)
{
	bool in_gap;
	return zone_resolve(zone, wall_us, &in_gap);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

static struct zone *zone_new(const char *name, GTimeZone *rules)
{
	struct zone *zone = g_new0(struct zone, 1);
	zone->name = g_strdup(name);
	zone->rules = rules;
	return zone;
}

const struct zone *zone_utc(void)
{
	static gsize utc;
	if (g_once_init_enter(&utc))
		g_once_init_leave(&utc, (gsize)zone_new("UTC", g_time_zone_new_utc()));
	return (const struct zone *)utc;
}

static char *tzdata_path(const char *name)
{
	const char *folder = g_getenv("TZDIR");
	return g_build_filename(folder && *folder ? folder : "/usr/share/zoneinfo", name, NULL);
}

/* The name of the list that is nearest to what was written; zone.tab has all that are in use. */
static char *find_similar(const char *name)
{
	g_autofree char *path = tzdata_path("zone.tab"), *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		char *field = **line == '#' ? NULL : strchr(*line, '\t');
		field = field ? strchr(field + 1, '\t') : NULL;
		if (!field)
			continue;
		field[1 + strcspn(field + 1, "\t")] = '\0';
		g_ptr_array_add(names, field + 1);
	}
	g_ptr_array_add(names, NULL);
	return g_strdup(suggest(name, (const char *const *)names->pdata));
}

/* GLib would also take `+02:00`, or read `UTC+2` as a POSIX rule, which means two hours west. */
static bool is_in_tzdata(const char *name)
{
	if (!*name || strlen(name) > 64 || *name == '/' || strstr(name, "..")
		|| g_str_has_prefix(name, "right/") || g_str_has_prefix(name, "posix/"))
		return false;
	for (const char *at = name; *at; at++)
		if (!g_ascii_isalnum(*at) && !strchr("_+-/", *at))
			return false;
	g_autofree char *path = tzdata_path(name);
	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static const struct zone *refuse(const char *name, GError **error)
{
	g_autofree char *similar = find_similar(name);
	if (similar)
		error_say(error, "unknown time zone \"%s\"; did you mean \"%s\"?", name, similar);
	else
		error_say(error,
			"unknown time zone \"%s\"; expected a name such as UTC or Europe/Berlin",
			name);
	return NULL;
}

/* The zone from the table, or from tzdata, and then in the table; NULL when there is none. */
static const struct zone *find_zone(GHashTable *zones, const char *name)
{
	struct zone *zone = g_hash_table_lookup(zones, name);
	if (zone)
		return zone;
	GTimeZone *rules = is_in_tzdata(name) ? g_time_zone_new_identifier(name) : NULL;
	if (!rules)
		return NULL;
	zone = zone_new(name, rules);
	g_hash_table_insert(zones, zone->name, zone);
	return zone;
}

const struct zone *zone_get(const char *name, GError **error)
{
	static GMutex mutex;
	static GHashTable *zones;
	if (strcmp(name, "UTC") == 0)
		return zone_utc();
	g_mutex_lock(&mutex);
	if (!zones)
		zones = g_hash_table_new(g_str_hash, g_str_equal);
	const struct zone *zone = find_zone(zones, name);
	g_mutex_unlock(&mutex);
	return zone ? zone : refuse(name, error);
}
