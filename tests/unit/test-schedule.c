/* SPDX-License-Identifier: MIT */
/* Slots on the days on which clocks are changed, and that the search agrees with a walk by minutes.
 */
#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/schedule.h"

static const struct zone *zone_need(const char *name)
{
	g_autoptr(GError) error = NULL;
	const struct zone *zone = zone_get(name, &error);
	g_assert_no_error(error);
	return zone;
}

static struct schedule *cron_need(const char *expression, const char *zone)
{
	struct cron cron;
	g_autoptr(GError) error = NULL;
	g_autofree char *warning = NULL;
	cron_parse(expression, CRON_MINUTES, &cron, &warning, &error);
	g_assert_no_error(error);
	return schedule_new(&(struct schedule_spec){.kind = SCHEDULE_CRON,
		.text = expression,
		.zone = zone_need(zone),
		.n_crons = 1,
		.crons = &cron,
		.start = INSTANT_NONE,
		.end = INSTANT_NONE});
}

static struct schedule *every_new(int64_t every_us, int64_t start)
{
	return schedule_new(&(struct schedule_spec){.kind = SCHEDULE_EVERY,
		.text = "every",
		.zone = zone_utc(),
		.every_us = every_us,
		.start = start,
		.end = INSTANT_NONE});
}

/* A reading of the zone's clock, or an instant when an offset is written. */
static int64_t instant_need(const char *text, const struct zone *zone)
{
	int64_t wall;
	bool has_offset;
	int offset_s;
	g_autoptr(GError) error = NULL;
	instant_parse(text, &wall, &has_offset, &offset_s, &error);
	g_assert_no_error(error);
	return has_offset ? wall - offset_s * SECOND_US : zone_instant(zone, wall);
}

/* `2026-03-08T03:00-04:00`: minutes are enough here. */
static char *slot_text(const struct zone *zone, int64_t at)
{
	g_autofree char *iso = instant_iso_offset(at, zone_offset_s(zone, at));
	return g_strdup_printf("%.16s%s", iso, iso + 19);
}

static char *slots_text(
	const struct schedule *schedule, const struct zone *zone, int64_t after, unsigned n)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (unsigned i = 0; i < n; i++) {
		after = schedule_next(schedule, INSTANT_NONE, after);
		g_autofree char *slot =
			after == INSTANT_NEVER ? g_strdup("never") : slot_text(zone, after);
		g_string_append_printf(text, "%s%s", i ? " " : "", slot);
		if (after == INSTANT_NEVER)
			break;
	}
	return g_strdup(text->str);
}

static const struct {
	const char *zone, *expression, *after, *slots;
} slot_rows[] = {
	/* A time of day that is skipped is due at the jump. */
	{"America/New_York", "30 2 * * *", "2026-03-07",
		"2026-03-07T02:30-05:00 2026-03-08T03:00-04:00 2026-03-09T02:30-04:00"},
	{"Europe/Berlin", "30 2 * * *", "2026-03-28T12:00",
		"2026-03-29T03:00+02:00 2026-03-30T02:30+02:00"},
	{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00",
		"2026-10-04T02:30+11:00 2026-10-05T02:15+11:00"},
	/* Several in one gap, and a regular one at its end, are one. */
	{"America/New_York", "0,20,40 2,3 * * *", "2026-03-08T01:00",
		"2026-03-08T03:00-04:00 2026-03-08T03:20-04:00"},
	{"America/New_York", "0-59 2 * * *", "2026-03-08T01:00",
		"2026-03-08T03:00-04:00 2026-03-09T02:00-04:00"},
	/* A whole day was skipped. */
	{"Pacific/Apia", "0 12 * * *", "2011-12-29",
		"2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00"},
	{"Pacific/Apia", "0 0 * * *", "2011-12-28T12:00",
		"2011-12-29T00:00-10:00 2011-12-31T00:00+14:00 2012-01-01T00:00+14:00"},
	{"Pacific/Apia", "0 * * * *", "2011-12-29T22:30",
		"2011-12-29T23:00-10:00 2011-12-31T00:00+14:00 2011-12-31T01:00+14:00"},
	/* A time of day that is repeated is due the first time. */
	{"America/New_York", "30 1 * * *", "2026-10-31T12:00",
		"2026-11-01T01:30-04:00 2026-11-02T01:30-05:00"},
	{"Europe/Berlin", "30 2 * * *", "2026-10-24T12:00",
		"2026-10-25T02:30+02:00 2026-10-26T02:30+01:00"},
	{"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00",
		"2026-04-05T01:45+11:00 2026-04-06T01:45+10:30"},
	{"Europe/Dublin", "30 1 * * *", "2026-10-24T12:00",
		"2026-10-25T01:30+01:00 2026-10-26T01:30+00:00"},
	/* ... also when it is asked for from within the second time. */
	{"America/New_York", "45 1 * * *", "2026-11-01T01:15-05:00", "2026-11-02T01:45-05:00"},
	/* A rhythm goes through both hours, and what is skipped is skipped. */
	{"America/New_York", "*/30 * * * *", "2026-11-01T00:45",
		"2026-11-01T01:00-04:00 2026-11-01T01:30-04:00 2026-11-01T01:00-05:00 "
		"2026-11-01T01:30-05:00 2026-11-01T02:00-05:00"},
	{"America/New_York", "30 * * * *", "2026-11-01T00:45",
		"2026-11-01T01:30-04:00 2026-11-01T01:30-05:00 2026-11-01T02:30-05:00"},
	{"America/New_York", "*/30 * * * *", "2026-03-08T01:15",
		"2026-03-08T01:30-05:00 2026-03-08T03:00-04:00 2026-03-08T03:30-04:00"},
	{"America/New_York", "0 */2 * * *", "2026-03-07T23:00",
		"2026-03-08T00:00-05:00 2026-03-08T04:00-04:00"},
	{"America/New_York", "* 1 1 11 *", "2026-11-01T01:58",
		"2026-11-01T01:59-04:00 2026-11-01T01:00-05:00 2026-11-01T01:01-05:00"},
	{"America/New_York", "* 2 8 3 *", "2026-01-01", "2027-03-08T02:00-05:00"},
	{"Australia/Lord_Howe", "*/15 * * * *", "2026-04-05T01:30+11:00",
		"2026-04-05T01:45+11:00 2026-04-05T01:30+10:30 2026-04-05T01:45+10:30"},
	/* Seconds do not matter; the search is for what comes strictly later. */
	{"UTC", "* * * * *", "2026-01-01T00:00:00", "2026-01-01T00:01+00:00"},
	{"UTC", "* * * * *", "2026-01-01T00:00:59.999999", "2026-01-01T00:01+00:00"},
	{"UTC", "0 0 * * *", "2025-12-31T23:59:59.999999", "2026-01-01T00:00+00:00"},
	/* Far away. */
	{"UTC", "0 0 29 2 *", "2096-03-01", "2104-02-29T00:00+00:00"},
	{"UTC", "0 0 31 2 *", "2026-01-01", "never"},
	{"America/New_York", "0 0 1 7 *", "2090-01-01", "2090-07-01T00:00-04:00"},
	{"Asia/Kathmandu", "0 0 * * *", "2026-01-01", "2026-01-02T00:00+05:45"},
	{"UTC", "0 0 * * *", "9999-12-31", "never"},
};

static void slots_are_those_of_the_table(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(slot_rows); i++) {
		const struct zone *zone = zone_need(slot_rows[i].zone);
		struct schedule *schedule = cron_need(slot_rows[i].expression, slot_rows[i].zone);
		g_auto(GStrv) wanted = g_strsplit(slot_rows[i].slots, " ", -1);
		g_autofree char *slots = slots_text(schedule, zone,
			instant_need(slot_rows[i].after, zone), g_strv_length(wanted));
		g_assert_cmpstr(slots, ==, slot_rows[i].slots);
		schedule_free(schedule);
	}
}

static const struct {
	const char *zone, *wall, *instant;
} wall_rows[] = {
	{"America/New_York", "2026-07-01T12:00", "2026-07-01T16:00:00Z"},
	{"America/New_York", "2026-03-08T01:59:59.999999", "2026-03-08T06:59:59.999999Z"},
	{"America/New_York", "2026-03-08T02:00", "2026-03-08T07:00:00Z"},
	{"America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00Z"},
	{"America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z"},
	{"America/New_York", "2026-11-01T00:59", "2026-11-01T04:59:00Z"},
	{"America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"},
	{"America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z"},
	{"Europe/Lisbon", "2026-03-29T01:30", "2026-03-29T01:00:00Z"},
	{"Europe/Lisbon", "2026-10-25T01:30", "2026-10-25T00:30:00Z"},
	{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"},
	{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"},
	{"Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30:00Z"},
	{"Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"},
	{"Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-21T12:00:00Z"},
	{"Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15:00Z"},
	{"Europe/London", "1970-01-01T00:00", "1969-12-31T23:00:00Z"},
	{"UTC", "2026-01-01T00:00", "2026-01-01T00:00:00Z"},
};

static void a_reading_is_an_instant_also_in_gaps_and_repeated_hours(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wall_rows); i++) {
		const struct zone *zone = zone_need(wall_rows[i].zone);
		g_autofree char *instant = instant_iso_z(instant_need(wall_rows[i].wall, zone));
		g_assert_cmpstr(instant, ==, wall_rows[i].instant);
	}
}

static void a_zone_that_tzdata_does_not_have_is_refused(void)
{
	static const struct {
		const char *name, *part;
	} rows[] = {
		{"Europe/Berln", "did you mean \"Europe/Berlin\""},
		{"europe/berlin", "did you mean \"Europe/Berlin\""},
		{"", "unknown time zone \"\""},
		{"+02:00", "unknown time zone"},
		{"UTC+2", "unknown time zone"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "unknown time zone"},
		{"Europe", "unknown time zone"},
		{"right/Europe/Berlin", "unknown time zone"},
		{"../../../etc/passwd", "unknown time zone"},
		{"/etc/localtime", "unknown time zone"},
		{"zone.tab", "unknown time zone"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(zone_get(rows[i].name, &error));
		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error->message, rows[i].part));
	}
}

static void without_tzdata_it_is_told_what_is_missing(void)
{
	g_autoptr(GError) error = NULL;
	g_setenv("TZDIR", "/nowhere/zoneinfo", true);
	g_assert_null(zone_get("Africa/Lusaka", &error));
	g_assert_nonnull(zone_get("UTC", NULL));
	g_unsetenv("TZDIR");
	g_assert_cmpstr(error->message, ==,
		"unknown time zone \"Africa/Lusaka\": there is no /nowhere/zoneinfo here; install "
		"tzdata and restart dagd");
}

static void a_zone_is_kept_and_knows_its_name(void)
{
	const struct zone *zone = zone_need("Europe/Berlin");
	g_assert_true(zone == zone_need("Europe/Berlin"));
	g_assert_cmpstr(zone_name(zone), ==, "Europe/Berlin");
	g_assert_true(zone_need("UTC") == zone_utc());
	g_assert_cmpint(zone_offset_s(zone, instant_need("2026-03-29T00:59:59Z", zone)), ==, 3600);
	g_assert_cmpint(zone_offset_s(zone, instant_need("2026-03-29T01:00:00Z", zone)), ==, 7200);
}

/* What the slots of a few days must be, found without any search. */
struct walk {
	const struct zone *zone;
	const struct cron *cron;
	int64_t at, highest_wall;
};

/* Whether a slot begins in the minute: for a time of day, whether a new reading was reached that
 * matches. */
static bool walk_minute(struct walk *walk)
{
	int64_t wall = walk->at + zone_offset_s(walk->zone, walk->at) * SECOND_US;
	int64_t from = walk->cron->fixed ? walk->highest_wall + 1 : wall;
	walk->highest_wall = MAX(walk->highest_wall, wall);
	return from <= wall && cron_match(walk->cron, from, wall + 1) != INSTANT_NEVER;
}

static void compare_with_walk(
	const char *expression, const char *zone_name, int64_t from, int64_t until)
{
	const struct zone *zone = zone_need(zone_name);
	struct schedule *schedule = cron_need(expression, zone_name);
	struct cron cron;
	g_autofree char *warning = NULL;
	g_assert_true(cron_parse(expression, CRON_MINUTES, &cron, &warning, NULL));
	struct walk walk = {.zone = zone,
		.cron = &cron,
		.at = from,
		.highest_wall = from + zone_offset_s(zone, from) * SECOND_US};
	int64_t latest = INSTANT_NONE, slot = schedule_next(schedule, INSTANT_NONE, from);
	for (walk.at += MINUTE_US; walk.at < until; walk.at += MINUTE_US) {
		bool is_slot = walk_minute(&walk);
		if (is_slot != (walk.at == slot)) {
			g_autofree char *text = slot_text(zone, walk.at);
			g_error("%s %s: at %s a slot was %s", zone_name, expression, text,
				is_slot ? "not found" : "found");
		}
		if (!is_slot)
			continue;
		latest = slot;
		g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, slot, from), ==, slot);
		slot = schedule_next(schedule, INSTANT_NONE, slot);
	}
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, until - 1, from), ==, latest);
	schedule_free(schedule);
}

static void the_search_agrees_with_a_walk_minute_by_minute(void)
{
	static const struct {
		const char *zone;
		int year;
	} years[] = {{"America/New_York", 2026}, {"Europe/Berlin", 2026}, {"Europe/Dublin", 2026},
		{"Australia/Lord_Howe", 2026}, {"Africa/Casablanca", 2026}, {"Pacific/Apia", 2011},
		{"Antarctica/Troll", 2026}, {"America/Caracas", 2016}, {"Asia/Pyongyang", 2018},
		{"Pacific/Kwajalein", 1993}, {"America/Sao_Paulo", 2018}, {"Asia/Gaza", 2011}};
	static const char *const expressions[] = {"* * * * *", "*/7 * * * *", "30 2 * * *",
		"0 0 * * *", "0-59 1 * * *", "*/20 2 * * *", "0 */2 * * *", "15,45 0-3 * * SUN",
		"0 0 1 * *", "59 23 L * 6"};
	for (size_t i = 0; i < G_N_ELEMENTS(years); i++) {
		const struct zone *zone = zone_need(years[i].zone);
		struct civil first = {.year = years[i].year, .month = 1, .day = 1};
		int64_t day = civil_to_wall(&first);
		unsigned n_changes = 0;
		for (int64_t end = day + 366 * DAY_US; day < end; day += DAY_US) {
			if (zone_offset_s(zone, day) == zone_offset_s(zone, day + DAY_US))
				continue;
			n_changes++;
			for (size_t j = 0; j < G_N_ELEMENTS(expressions); j++)
				compare_with_walk(expressions[j], years[i].zone, day - DAY_US,
					day + 3 * DAY_US);
		}
		g_assert_cmpuint(n_changes, >, 0);
	}
}

static void the_latest_slot_is_after_the_floor(void)
{
	struct schedule *schedule = cron_need("0 3 * * *", "UTC");
	const struct zone *utc = zone_utc();
	int64_t third = instant_need("2026-01-03T03:00", utc);
	int64_t at_most = instant_need("2026-01-04T02:59", utc);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, at_most, INSTANT_NONE), ==, third);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, at_most, third - 1), ==, third);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, at_most, third), ==, INSTANT_NONE);
	g_assert_cmpint(
		schedule_latest(schedule, INSTANT_NONE, at_most, INSTANT_NEVER), ==, INSTANT_NONE);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, INSTANT_NEVER, INSTANT_NONE), >,
		instant_need("9999-12-01", utc));
	schedule_free(schedule);
	schedule = cron_need("0 0 30 2 *", "UTC");
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, INSTANT_NEVER, INSTANT_NONE), ==,
		INSTANT_NONE);
	schedule_free(schedule);
}

static void an_interval_counts_elapsed_time_from_its_anchor(void)
{
	const struct zone *zone = zone_need("America/New_York");
	int64_t anchor = instant_need("2026-03-07T12:00", zone);
	struct schedule *schedule = every_new(DAY_US, anchor);
	g_assert_cmpint(schedule_next(schedule, INSTANT_NONE, INSTANT_NONE), ==, anchor);
	g_assert_cmpint(schedule_next(schedule, INSTANT_NONE, anchor - 1), ==, anchor);
	g_autofree char *slots = slots_text(schedule, zone, anchor - 1, 3);
	g_assert_cmpstr(
		slots, ==, "2026-03-07T12:00-05:00 2026-03-08T13:00-04:00 2026-03-09T13:00-04:00");
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, anchor - 1, INSTANT_NONE), ==,
		INSTANT_NONE);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, anchor + DAY_US - 1, INSTANT_NONE),
		==, anchor);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, anchor, anchor), ==, INSTANT_NONE);
	g_assert_cmpint(schedule_next(schedule, INSTANT_NONE, INSTANT_NEVER), ==, INSTANT_NEVER);
	g_assert_cmpint(
		schedule_next(schedule, INSTANT_NONE, INSTANT_NEVER - 1), ==, INSTANT_NEVER);
	schedule_free(schedule);
}

static void an_interval_without_anchor_counts_from_the_one_that_is_given(void)
{
	struct schedule *schedule = every_new(90 * MINUTE_US, INSTANT_NONE);
	g_assert_cmpint(schedule_next(schedule, 7, 7), ==, 7 + 90 * MINUTE_US);
	g_assert_cmpint(schedule_next(schedule, 8, 7), ==, 8);
	schedule_free(schedule);
}

static void a_sparse_schedule_is_found_in_no_time(void)
{
	struct schedule *schedule = cron_need("0 0 31 2 *", "America/New_York");
	int64_t began_us = g_get_monotonic_time();
	for (int i = 0; i < 1000; i++)
		g_assert_cmpint(schedule_next(schedule, 0, i * DAY_US), ==, INSTANT_NEVER);
	/* Minute by minute it would be 2 * 10^10 steps. */
	g_assert_cmpint(g_get_monotonic_time() - began_us, <, 20 * SECOND_US);
	schedule_free(schedule);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schedule/slots_are_those_of_the_table", slots_are_those_of_the_table);
	g_test_add_func("/schedule/the_search_agrees_with_a_walk_minute_by_minute",
		the_search_agrees_with_a_walk_minute_by_minute);
	g_test_add_func(
		"/schedule/the_latest_slot_is_after_the_floor", the_latest_slot_is_after_the_floor);
	g_test_add_func("/schedule/an_interval_counts_elapsed_time_from_its_anchor",
		an_interval_counts_elapsed_time_from_its_anchor);
	g_test_add_func("/schedule/an_interval_without_anchor_counts_from_the_one_that_is_given",
		an_interval_without_anchor_counts_from_the_one_that_is_given);
	g_test_add_func("/schedule/a_sparse_schedule_is_found_in_no_time",
		a_sparse_schedule_is_found_in_no_time);
	g_test_add_func("/zone/a_reading_is_an_instant_also_in_gaps_and_repeated_hours",
		a_reading_is_an_instant_also_in_gaps_and_repeated_hours);
	g_test_add_func("/zone/a_zone_that_tzdata_does_not_have_is_refused",
		a_zone_that_tzdata_does_not_have_is_refused);
	g_test_add_func("/zone/without_tzdata_it_is_told_what_is_missing",
		without_tzdata_it_is_told_what_is_missing);
	g_test_add_func(
		"/zone/a_zone_is_kept_and_knows_its_name", a_zone_is_kept_and_knows_its_name);
	return g_test_run();
}
