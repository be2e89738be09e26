/* SPDX-License-Identifier: MIT */
/* From what is written in a DAG file to its slots: each form, and what may stand beside it. */
#include <string.h>

#include "tests/unit/operator_fixture.h"

#define FIRST_SEEN "2026-03-01T10:07"

/* Slots after the first instant, as the clocks of the schedule's zone show them; `start/end` where
 * a run is for an interval. The text is keys of a DAG. */
static const struct {
	const char *text, *after, *slots;
} rows[] = {
	/* Several crons: all of them, each instant once. */
	{"schedule: [0 3 * * *, \"0 3,15 * * SUN\"]", "2026-03-07T12:00",
		"03-08T03:00 03-08T15:00 03-09T03:00"},
	{"schedule: {cron: [0 3 * * *, 0 4 * * *], timezone: Asia/Tokyo}", "2026-03-07",
		"03-08T03:00 03-08T04:00 03-09T03:00"},
	{"schedule: {cron: [\"@hourly\", 0 0 30 2 *]}", "2026-03-07", "03-07T01:00 03-07T02:00"},
	{"schedule: {cron: \"*/20 30 2 * * *\", seconds: true}", "2026-03-07",
		"03-07T02:30 03-07T02:30:20 03-07T02:30:40 03-08T02:30"},
	/* Bounds are kept by all forms. */
	{"schedule: 0 3 * * *\nstart_date: 2026-03-10T03:00\nend_date: 2026-03-11T03:00",
		"2026-03-01", "03-10T03:00 03-11T03:00 never"},
	{"schedule: 36h\nstart_date: 2026-03-10", "2026-03-01", "03-10T00:00 03-11T12:00"},
	{"schedule: 36h", "2026-02-01", "03-01T10:07 03-02T22:07"},
	{"schedule: {at: [2026-03-05, 2026-03-04T12:00, 2026-03-09]}\nend_date: 2026-03-08",
		"2026-03-01", "03-04T12:00 03-05T00:00 never"},
	{"schedule: {at: [2026-03-05T00:00+01:00], timezone: Asia/Tokyo}", "2026-03-01",
		"03-05T08:00 never"},
	{"schedule: \"@once\"\nstart_date: 2026-03-10", "2026-03-01", "03-10T00:00 never"},
	{"schedule: \"@once\"", "2026-03-01", "03-01T10:07 never"},
	{"schedule: \"@once\"\nstart_date: 2026-03-10", "2026-03-10", "never"},
	{"schedule: \"@continuous\"", "2026-03-01", "never"},
	/* Intervals: the run comes at the end, the bounds are for its beginning. */
	{"schedule: {cron: 0 3 * * *, interval: true}", "2026-03-07T12:00",
		"03-07T03:00/03-08T03:00 03-08T03:00/03-09T03:00"},
	{"schedule: {cron: 0 3 * * *, interval: true}\nstart_date: 2026-03-10\n"
	 "end_date: 2026-03-11T12:00",
		"2026-03-01", "03-10T03:00/03-11T03:00 03-11T03:00/03-12T03:00 never"},
	{"schedule: {every: 1d, interval: true}\nstart_date: 2026-03-10", "2026-03-01",
		"03-10T00:00/03-11T00:00 03-11T00:00/03-12T00:00"},
	{"schedule: {every: 1d, interval: true}", "2026-02-01",
		"03-01T10:07/03-02T10:07 03-02T10:07/03-03T10:07"},
	{"schedule: {cron: 0 6 * * *, exclude: [sat, sun], interval: true}", "2026-03-05T12:00",
		"03-05T06:00/03-06T06:00 03-06T06:00/03-09T06:00 03-09T06:00/03-10T06:00"},
	{"schedule: {cron: 30 2 * * *, interval: true, timezone: Europe/Berlin}",
		"2026-03-28T12:00", "03-28T02:30/03-29T03:00 03-29T03:00/03-30T02:30"},
	/* Days that are left out. 2026-03-07 is a Saturday. */
	{"schedule: {cron: 0 6 * * *, exclude: [sat, SUNDAY]}", "2026-03-06",
		"03-06T06:00 03-09T06:00"},
	{"schedule: {cron: 0 6 * * *, only: mon}", "2026-03-06", "03-09T06:00 03-16T06:00"},
	{"schedule: {cron: 0 6 * * *, only: [sat, sun], exclude: 2026-03-08}", "2026-03-06",
		"03-07T06:00 03-14T06:00"},
	{"calendars: {a: [2026-03-06], b: [2026-03-09, 2026-03-10]}\n"
	 "schedule: {cron: 0 6 * * *, exclude: [a, sat, b, sun]}",
		"2026-03-04", "03-04T06:00 03-05T06:00 03-11T06:00"},
	{"calendars: {open: [2026-05-01, 2029-12-24]}\nschedule: {cron: 0 6 * * *, only: open}",
		"2026-03-04", "05-01T06:00 2029-12-24T06:00 never"},
	{"schedule: {cron: \"*/30 * * * *\", exclude: [sat, sun]}", "2026-03-06T23:15",
		"03-06T23:30 03-09T00:00 03-09T00:30"},
	{"schedule: {every: 9h, exclude: [sat]}\nstart_date: 2026-03-06", "2026-03-06",
		"03-06T09:00 03-06T18:00 03-08T06:00 03-08T15:00"},
	{"schedule: {at: [2026-03-06, 2026-03-07, 2026-03-08], exclude: sat}", "2026-03-01",
		"03-06T00:00 03-08T00:00 never"},
	/* The day is that of the schedule's zone. */
	{"schedule: {cron: 0 6 * * *, exclude: [sat, sun], timezone: Asia/Tokyo}",
		"2026-03-06T12:00", "03-09T06:00 03-10T06:00"},
	/* ... and where their slots go. */
	{"schedule: {cron: \"0 6 7,9 * *\", exclude: {days: [sat, sun], shift: next}}",
		"2026-03-01", "03-09T06:00 04-07T06:00 04-09T06:00"},
	{"schedule: {cron: 0 6 8 * *, exclude: {days: [sat, sun], shift: previous}}", "2026-03-01",
		"03-06T06:00 04-08T06:00"},
	{"schedule: {cron: \"0 18,20 * * *\", only: {days: fri, shift: next}}", "2026-03-06T19:00",
		"03-06T20:00 03-13T18:00 03-13T20:00"},
	{"schedule: {cron: 0 6 1 1 *, only: {days: 2026-03-09, shift: next}}", "2026-01-01",
		"never"},
	{"schedule: {cron: 0 6 8 2 *, only: {days: 2026-03-09, shift: next}}", "2026-01-01",
		"03-09T06:00 never"},
	{"schedule: {cron: 0 6 6 2 *, only: {days: 2026-03-09, shift: next}}", "2026-01-01",
		"03-09T06:00 never"},
	{"schedule: {cron: 0 6 5 2 *, only: {days: 2026-03-09, shift: next}}", "2026-01-01",
		"never"},
	/* Choices around clock changes. */
	{"schedule: {cron: 30 2 * * *, timezone: Europe/Berlin, dst: skip}", "2026-03-28T12:00",
		"03-30T02:30 03-31T02:30"},
	{"timezone: Europe/Berlin\nschedule: {cron: 30 2 * * *, dst: utc}", "2026-03-28T12:00",
		"03-29T02:30 03-30T02:30"},
	{"schedule: {cron: 30 2 * * *, timezone: Europe/Berlin, dst: cron}", "2026-03-28T12:00",
		"03-29T03:00 03-30T02:30"},
	{"schedule: {cron: \"*/30 2 * * *\", timezone: Europe/Berlin, dst: skip}",
		"2026-10-24T12:00", "10-25T02:00 10-25T02:30 10-25T02:00 10-25T02:30 10-26T02:00"},
};

static struct operators *operators;

static struct dag *load(const char *text)
{
	g_autofree char *file =
		g_strdup_printf("%s\ntasks: [{task_id: a, operator: empty}]\n", text);
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) dags = dag_load("stem.yaml", file, strlen(file),
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(problems->n_errors, ==, 0);
	problems_free(problems);
	return dag_ref(dags->pdata[0]);
}

static int64_t instant(const char *text)
{
	int64_t wall;
	bool has_offset;
	int offset_s;
	g_assert_true(instant_parse(text, &wall, &has_offset, &offset_s, NULL));
	return wall;
}

/* `03-08T03:00`, or with the year where it is another. */
static char *wall_text(const struct schedule *schedule, int64_t at)
{
	g_autofree char *iso =
		instant_iso(at + zone_offset_s(schedule_zone(schedule), at) * SECOND_US);
	const char *from = g_str_has_prefix(iso, "2026-") ? iso + 5 : iso;
	size_t len = strlen(from) - strlen("+00:00");
	return g_strndup(from, g_str_has_suffix(iso, ":00+00:00") ? len - 3 : len);
}

static char *slot_text(const struct schedule *schedule, const struct slot *slot)
{
	g_autofree char *start = wall_text(schedule, slot->interval_start);
	g_autofree char *end = wall_text(schedule, slot->interval_end);
	g_assert_cmpint(slot->logical_date, ==, slot->interval_start);
	g_assert_cmpint(slot->at, ==, slot->interval_end);
	return schedule_has_interval(schedule) ? g_strconcat(start, "/", end, NULL) : g_strdup(end);
}

static char *slots_text(const struct schedule *schedule, int64_t after, unsigned n)
{
	struct slot slots[8];
	GString *text = g_string_new(NULL);
	size_t found = schedule_preview(schedule, instant(FIRST_SEEN), after, n, slots);
	for (size_t i = 0; i < found; i++) {
		g_autofree char *slot = slot_text(schedule, &slots[i]);
		g_string_append_printf(text, "%s%s", i ? " " : "", slot);
	}
	if (found < n)
		g_string_append(text, found ? " never" : "never");
	return g_string_free(text, FALSE);
}

static void each_form_has_the_slots_of_the_table(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		dag_auto struct dag *dag = load(rows[i].text);
		g_auto(GStrv) wanted = g_strsplit(rows[i].slots, " ", -1);
		g_autofree char *slots =
			slots_text(dag->schedule, instant(rows[i].after), g_strv_length(wanted));
		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(slots, ==, rows[i].slots);
	}
}

/* The search backwards and the search forwards see the same slots. */
static void the_latest_slot_is_the_last_of_those_that_are_next(void)
{
	int64_t anchor = instant(FIRST_SEEN);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		dag_auto struct dag *dag = load(rows[i].text);
		const struct schedule *schedule = dag->schedule;
		int64_t after = instant(rows[i].after), slot = after;
		g_test_message("%s", rows[i].text);
		for (unsigned n = 1; n <= 5; n++) {
			int64_t next = schedule_next(schedule, anchor, slot);
			if (next == INSTANT_NEVER)
				break;
			g_assert_cmpint(schedule_latest(schedule, anchor, next, after), ==, next);
			g_assert_cmpint(schedule_latest(schedule, anchor, next - 1, slot), ==,
				INSTANT_NONE);
			if (n > 1)
				g_assert_cmpint(schedule_latest(schedule, anchor, next - 1, after),
					==, slot);
			g_assert_cmpuint(schedule_count(schedule, anchor, after, next, 100), ==, n);
			slot = next;
		}
	}
}

static void jitter_moves_runs_of_a_dag_always_by_the_same(void)
{
	g_autoptr(GHashTable) delays = g_hash_table_new(g_int64_hash, g_int64_equal);
	static int64_t seen[50];
	for (int i = 0; i < 50; i++) {
		g_autofree char *text = g_strdup_printf(
			"dag_id: dag_%d\nschedule: {cron: 0 3 * * *, jitter: 5m}", i);
		dag_auto struct dag *dag = load(text), *again = load(text);
		seen[i] = schedule_delay(dag->schedule);
		g_assert_cmpint(seen[i], ==, schedule_delay(again->schedule));
		g_assert_true(seen[i] >= 0 && seen[i] <= 5 * MINUTE_US && seen[i] % SECOND_US == 0);
		g_hash_table_add(delays, &seen[i]);
		struct slot slot = schedule_slot(dag->schedule, 0, instant("2026-03-08T03:00"));
		g_assert_cmpint(slot.run_after - slot.at, ==, seen[i]);
		g_assert_cmpint(slot.logical_date, ==, slot.at);
	}
	g_assert_cmpuint(g_hash_table_size(delays), >, 35);
}

static void schedules_are_equal_when_their_slots_are(void)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{"schedule: 0 3 * * *", "schedule: 0 3 * * *\nend_date: 2027-01-01", true},
		{"schedule: 0 3 * * *", "schedule: {cron: 0 3 * * *, jitter: 5m}", true},
		{"schedule: 0 3 * * *", "schedule: 0 4 * * *", false},
		{"schedule: 0 3 * * *", "schedule: {cron: 0 3 * * *, timezone: Asia/Tokyo}", false},
		{"schedule: 0 3 * * *", "schedule: {cron: 0 3 * * *, interval: true}", false},
		{"schedule: 0 3 * * *", "schedule: {cron: 0 3 * * *, dst: skip}", false},
		{"schedule: {cron: 0 3 * * *, only: 2026-01-01}",
			"schedule: {cron: 0 3 * * *, only: 2026-01-02}", false},
		{"schedule: {at: [2026-01-01, 2026-01-02]}",
			"schedule: {at: [2026-01-01, 2026-01-03]}", false},
		{"schedule: 1d\nstart_date: 2026-01-01", "schedule: 1d\nstart_date: 2026-01-02",
			false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		dag_auto struct dag *a = load(pairs[i].a), *b = load(pairs[i].b);
		g_test_message("%s | %s", pairs[i].a, pairs[i].b);
		g_assert_cmpint(schedule_equal(a->schedule, b->schedule), ==, pairs[i].equal);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	g_test_add_func("/schedule/each_form_has_the_slots_of_the_table",
		each_form_has_the_slots_of_the_table);
	g_test_add_func("/schedule/the_latest_slot_is_the_last_of_those_that_are_next",
		the_latest_slot_is_the_last_of_those_that_are_next);
	g_test_add_func("/schedule/jitter_moves_runs_of_a_dag_always_by_the_same",
		jitter_moves_runs_of_a_dag_always_by_the_same);
	g_test_add_func("/schedule/schedules_are_equal_when_their_slots_are",
		schedules_are_equal_when_their_slots_are);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
