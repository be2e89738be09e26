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

static GMutex mutex; /* for the table */
static GHashTable *zones;

struct zone {
	char *name;
	GTimeZone *rules, *rules_before; /* the latter of before zones_reread() */
	char *text;                      /* of the file that they were read from; NULL: UTC */
	size_t size;
	bool has_colon; /* in the name that GLib was given */
};

static int64_t floor_seconds(int64_t us)
{
	return us / SECOND_US - (us % SECOND_US < 0);
}

static int offset_s(GTimeZone *rules, int64_t at)
{
	int interval = g_time_zone_find_interval(rules, G_TIME_TYPE_UNIVERSAL, floor_seconds(at));
	return g_time_zone_get_offset(rules, interval);
}

int zone_offset_s(const struct zone *zone, int64_t at)
{
	return offset_s(zone->rules, at);
}

int zone_offset_before_s(const struct zone *zone, int64_t at)
{
	return offset_s(zone->rules_before, at);
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
	zone->rules_before = g_time_zone_ref(rules);
	return zone;
}

const struct zone *zone_utc(void)
{
	static gsize utc;
	if (g_once_init_enter(&utc))
		g_once_init_leave(&utc, (gsize)zone_new("UTC", g_time_zone_new_utc()));
	return (const struct zone *)utc;
}

const char *tzdata_folder(void)
{
	const char *folder = g_getenv("TZDIR");
	return folder && *folder ? folder : "/usr/share/zoneinfo";
}

static char *tzdata_path(const char *name)
{
	return g_build_filename(tzdata_folder(), name, NULL);
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

/* GLib takes it for granted that a file is one of tzdata, and that all of it is there. */
static bool is_whole(const char *text, size_t size)
{
	enum { HEADER_SIZE = 44, VERSION_AT = 4 };
	return size > HEADER_SIZE && memcmp(text, "TZif", VERSION_AT) == 0
		&& (text[VERSION_AT] == '\0' || text[size - 1] == '\n');
}

static const struct zone *refuse(const char *name, GError **error)
{
	if (!g_file_test(tzdata_folder(), G_FILE_TEST_IS_DIR)) {
		error_say(error,
			"unknown time zone \"%s\": there is no %s here; install tzdata and "
			"restart dagd",
			name, tzdata_folder());
		return NULL;
	}
	g_autofree char *similar = find_similar(name);
	if (similar)
		error_say(error, "unknown time zone \"%s\"; did you mean \"%s\"?", name, similar);
	else
		error_say(error,
			"unknown time zone \"%s\"; expected a name such as UTC or Europe/Berlin",
			name);
	return NULL;
}

/* g_free. False: it cannot be read, or is none. */
static bool text_read(const char *name, char **text, size_t *size)
{
	g_autofree char *path = tzdata_path(name);
	return g_file_get_contents(path, text, size, NULL) && is_whole(*text, *size);
}

/* The zone from the table, or from tzdata, and then in the table; NULL when there is none. */
static const struct zone *find_zone(const char *name)
{
	struct zone *zone = g_hash_table_lookup(zones, name);
	if (zone)
		return zone;
	g_autofree char *text = NULL;
	size_t size;
	GTimeZone *rules = is_in_tzdata(name) && text_read(name, &text, &size)
		? g_time_zone_new_identifier(name)
		: NULL;
	if (!rules)
		return NULL;
	zone = zone_new(name, rules);
	zone->text = g_steal_pointer(&text);
	zone->size = size;
	g_hash_table_insert(zones, zone->name, zone);
	return zone;
}

const struct zone *zone_get(const char *name, GError **error)
{
	if (strcmp(name, "UTC") == 0)
		return zone_utc();
	g_mutex_lock(&mutex);
	if (!zones)
		zones = g_hash_table_new(g_str_hash, g_str_equal);
	const struct zone *zone = find_zone(name);
	g_mutex_unlock(&mutex);
	return zone ? zone : refuse(name, error);
}

/* ---- new rules ---- */

/* As long as the old rules are held, GLib gives them out again under their name. */
static GTimeZone *rules_read(struct zone *zone)
{
	g_autofree char *with_colon = g_strconcat(":", zone->name, NULL);
	return g_time_zone_new_identifier(zone->has_colon ? zone->name : with_colon);
}

/* What cannot be read is left as it was. */
static bool zone_reread(struct zone *zone)
{
	g_autofree char *text = NULL;
	size_t size;
	g_time_zone_unref(zone->rules_before);
	zone->rules_before = g_time_zone_ref(zone->rules);
	if (!text_read(zone->name, &text, &size)
		|| (size == zone->size && memcmp(text, zone->text, size) == 0))
		return false;
	GTimeZone *rules = rules_read(zone);
	if (!rules)
		return false;
	g_time_zone_unref(zone->rules);
	zone->rules = rules;
	zone->has_colon = !zone->has_colon;
	g_free(zone->text);
	zone->text = g_steal_pointer(&text);
	zone->size = size;
	return true;
}

GPtrArray *zones_reread(void)
{
	GPtrArray *changed = g_ptr_array_new();
	GHashTableIter iter;
	struct zone *zone;
	g_mutex_lock(&mutex);
	if (zones)
		g_hash_table_iter_init(&iter, zones);
	while (zones && g_hash_table_iter_next(&iter, NULL, (void **)&zone))
		if (zone_reread(zone))
			g_ptr_array_add(changed, zone);
	g_mutex_unlock(&mutex);
	return changed;
}
