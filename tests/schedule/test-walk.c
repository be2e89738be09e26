/* SPDX-License-Identifier: MIT */
/*
 * Compares lib/schedule with the walk around clock changes. Reads from stdin, for each zone: `zone
 * NAME`, its offsets as `offset FROM SECONDS`, then the changes to look at as `around INSTANT`
 * (walk.py writes it). Prints TAP.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/days.h"
#include "lib/schedule/schedule.h"
#include "tests/schedule/walk.h"

static const struct row {
	const char *expression;
	enum dst dst;
	uint8_t excluded; /* weekdays, bit 0 is Sunday */
	enum shift shift;
} rows[] = {
	{"* * * * *"},
	{"*/7 * * * *"},
	{"30 * * * *"},
	{"* 1 * * *"},
	{"0 */2 * * *"},
	{"*/20 2 * * *"},
	{"*/15 0 * 3,4,9-11 *"},
	{"30 2 * * *"},
	{"0 0 * * *"},
	{"15,45 0-3 * * 0"},
	{"0-59 1 * * *"},
	{"0,20,40 0-23 * * *"},
	{"0 0 1 * *"},
	{"59 23 L * 6"},
	{"30 0 15W * *"},
	{"30 1 LW,29W * *"},
	{"30 2 * * L0"},
	{"0 1 * * 0#2"},
	{"30 2 * * *", DST_SKIP},
	{"0,20,40 0-23 * * *", DST_SKIP},
	{"30 2 * * *", DST_CRON, 0x41},
	{"0 */3 * * *", DST_CRON, 0x23},
	{"30 0,2 * * *", DST_CRON, 0x41, SHIFT_NEXT},
	{"15 1,3 28-31 * *", DST_CRON, 0x7d, SHIFT_PREVIOUS},
	{"30 30 2 * * *"},
	{"*/20 * 2,3 * * *"},
	{"0-59 59 1 * * *"},
	{"15 0,59 0-3 * * *", DST_SKIP},
};

/* How much time before and after a change is walked through. */
#define BEFORE_S (30 * 3600)
#define AFTER_S (54 * 3600)
#define NEAR_S (3 * 3600) /* where each second is looked at */

struct zone_under_test {
	char name[64];
	const struct zone *zone;
	struct walk_clock clock;
	unsigned n_changes;
	uint64_t n_slots;
	bool failed;
};

static bool has_seconds(const struct row *row)
{
	unsigned n_blanks = 0;
	for (const char *at = row->expression; *at; at++)
		n_blanks += *at == ' ';
	return n_blanks == 5;
}

static struct schedule *schedule_of(const struct row *row, const struct zone *zone)
{
	struct cron cron;
	g_autofree char *warning = NULL;
	g_autoptr(GError) error = NULL;
	cron_parse(row->expression, has_seconds(row) ? CRON_SECONDS : CRON_MINUTES, &cron, &warning,
		&error);
	g_assert_no_error(error);
	struct days days = {.exclude = {.weekdays = row->excluded}, .shift = row->shift};
	return schedule_new(&(struct schedule_spec){.kind = SCHEDULE_CRON,
		.text = row->expression,
		.zone = zone,
		.n_crons = 1,
		.crons = &cron,
		.dst = row->dst,
		.days = &days,
		.start = INSTANT_NONE,
		.end = INSTANT_NONE});
}

static void pattern_of(const struct row *row, struct walk_pattern *pattern)
{
	walk_read(row->expression, pattern);
	pattern->gap = row->dst == DST_SKIP ? WALK_NOT_AT_ALL : WALK_AT_JUMP;
	pattern->moves = row->shift == SHIFT_NEXT ? 1 : row->shift == SHIFT_PREVIOUS ? -1 : 0;
	for (int weekday = 0; weekday < 7; weekday++)
		pattern->excluded[weekday] = row->excluded >> weekday & 1;
}

static void complain(
	struct zone_under_test *test, const struct row *row, int64_t at_s, const char *what)
{
	g_autofree char *iso = instant_iso(at_s * SECOND_US);
	printf("# %s \"%s\" (dst %d, excluded %x, shift %d): at %s %s\n", test->name,
		row->expression, row->dst, row->excluded, row->shift, iso, what);
	test->failed = true;
}

/* From the end of a stretch of time without slots, the one before it is found. */
static void check_latest(struct zone_under_test *test, const struct row *row,
	const struct schedule *schedule, int64_t slot, int64_t next)
{
	int64_t end = MIN(next - 1, slot + 100 * DAY_US);
	if (schedule_latest(schedule, INSTANT_NONE, slot, INSTANT_NONE) != slot
		|| schedule_latest(schedule, INSTANT_NONE, end, INSTANT_NONE) != slot)
		complain(test, row, slot / SECOND_US, "the slot is not the latest one");
}

static void compare(struct zone_under_test *test, const struct row *row, int64_t change_s)
{
	struct schedule *schedule = schedule_of(row, test->zone);
	struct walk_pattern pattern;
	pattern_of(row, &pattern);
	bool seconds = has_seconds(row);
	int64_t from_s = change_s - (seconds ? NEAR_S : BEFORE_S);
	int64_t until_s = change_s + (seconds ? NEAR_S : AFTER_S);
	struct walk walk = {.clock = &test->clock, .pattern = &pattern, .step_s = seconds ? 1 : 60};
	from_s -= from_s % walk.step_s;
	walk_begin(&walk, from_s);
	int64_t slot = schedule_next(schedule, INSTANT_NONE, from_s * SECOND_US - 1);
	while (walk.at_s < until_s && !test->failed) {
		int64_t at_s = walk.at_s;
		bool is_due = walk_step(&walk);
		if (is_due != (slot == at_s * SECOND_US))
			complain(
				test, row, at_s, is_due ? "a slot is missing" : "there is no slot");
		if (!is_due || test->failed)
			continue;
		int64_t next = schedule_next(schedule, INSTANT_NONE, slot);
		if (test->n_slots++ % 41 == 0)
			check_latest(test, row, schedule, slot, next);
		slot = next;
	}
	schedule_free(schedule);
}

static void zone_end(struct zone_under_test *test)
{
	static unsigned n = 0;
	if (!*test->name)
		return;
	printf("%s %u - %s: %u changes, %" PRIu64 " slots\n", test->failed ? "not ok" : "ok", ++n,
		test->name, test->n_changes, test->n_slots);
	g_free(test->clock.offsets);
	*test = (struct zone_under_test){0};
}

static void zone_begin(struct zone_under_test *test, const char *name)
{
	g_autoptr(GError) error = NULL;
	zone_end(test);
	g_strlcpy(test->name, name, sizeof test->name);
	test->zone = zone_get(name, &error);
	g_assert_no_error(error);
}

static void offset_add(struct zone_under_test *test, int64_t from_s, int offset_s)
{
	struct walk_clock *clock = &test->clock;
	clock->offsets = g_renew(struct walk_offset, clock->offsets, clock->n + 1);
	clock->offsets[clock->n++] = (struct walk_offset){from_s, offset_s};
}

int main(void)
{
	char line[128], name[64];
	struct zone_under_test test = {0};
	unsigned n_zones = 0;
	bool failed = false;
	while (fgets(line, sizeof line, stdin)) {
		int64_t at_s;
		int offset_s;
		if (sscanf(line, "zone %63s", name) == 1) {
			failed |= test.failed;
			zone_begin(&test, name);
			n_zones++;
		} else if (sscanf(line, "offset %" SCNd64 " %d", &at_s, &offset_s) == 2) {
			offset_add(&test, at_s, offset_s);
		} else if (sscanf(line, "around %" SCNd64, &at_s) == 1) {
			test.n_changes++;
			for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
				compare(&test, &rows[i], at_s);
		}
	}
	failed |= test.failed;
	zone_end(&test);
	printf("1..%u\n", n_zones);
	return failed || n_zones == 0;
}
