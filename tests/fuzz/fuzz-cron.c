/* SPDX-License-Identifier: MIT */
/*
 * Whatever the expression, the zone and the instant are: the next slot is later, its reading of the
 * wall clock matches or was jumped over, and asking for the latest slot agrees with asking for the
 * next.
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/zone.h"

enum { HEADER_SIZE = 9 };

static const struct zone *zone_pick(uint8_t number)
{
	static const char *const names[] = {"UTC", "America/New_York", "Europe/Berlin",
		"Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
		"Asia/Kathmandu", "Antarctica/Troll", "America/Caracas", "Pacific/Kwajalein",
		"Asia/Pyongyang", "Africa/Monrovia"};
	const struct zone *zone = zone_get(names[number % G_N_ELEMENTS(names)], NULL);
	g_assert_nonnull(zone);
	return zone;
}

/* Mostly from 1900 to 2100, sometimes anything. */
static int64_t instant_pick(int64_t bits)
{
	int64_t hundred_years_us = 36525 * DAY_US;
	if (bits % 16 == 0)
		return bits;
	return bits % hundred_years_us + hundred_years_us * 3 / 10;
}

static bool matches(const struct cron *cron, int64_t wall)
{
	return cron_match(cron, wall, wall + 1) != INSTANT_NEVER;
}

static void check_slot(const struct cron *cron, const struct zone *zone, int64_t slot)
{
	int64_t wall = slot + zone_offset_s(zone, slot) * SECOND_US;
	int64_t wall_before = slot - 1 + zone_offset_s(zone, slot - 1) * SECOND_US;
	bool jumped_over = cron->fixed && wall - wall_before > 1
		&& cron_match(cron, wall_before, wall) != INSTANT_NEVER;
	g_assert_true(matches(cron, wall) || jumped_over);
}

static void check_search(const struct schedule *schedule, const struct cron *cron,
	const struct zone *zone, int64_t after)
{
	int64_t next = schedule_next(schedule, INSTANT_NONE, after);
	g_assert_cmpint(next, >, after);
	if (next == INSTANT_NEVER)
		return;
	check_slot(cron, zone, next);
	int64_t second = schedule_next(schedule, INSTANT_NONE, next);
	int64_t between = after + (next - MAX(after, next - DAY_US)) / 2;
	g_assert_cmpint(second, >, next);
	g_assert_cmpint(schedule_next(schedule, INSTANT_NONE, next - 1), ==, next);
	g_assert_cmpint(schedule_next(schedule, INSTANT_NONE, between), ==, next);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, next, after), ==, next);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, next - 1, after), ==, INSTANT_NONE);
	g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, next, next), ==, INSTANT_NONE);
	if (second != INSTANT_NEVER)
		g_assert_cmpint(schedule_latest(schedule, INSTANT_NONE, second - 1, INSTANT_NONE),
			==, next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < HEADER_SIZE)
		return 0;
	int64_t bits;
	memcpy(&bits, data, sizeof(bits));
	const struct zone *zone = zone_pick(data[8]);
	g_autofree char *expression =
		g_strndup((const char *)data + HEADER_SIZE, len - HEADER_SIZE);
	g_autofree char *warning = NULL;
	g_autoptr(GError) error = NULL;
	struct cron cron;
	enum cron_form form = data[8] & 0x80 ? CRON_SECONDS : CRON_MINUTES;
	bool is_cron = cron_parse(expression, form, &cron, &warning, &error);
	g_assert_true(is_cron == (error == NULL));
	if (!is_cron) {
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		g_assert_null(strchr(error->message, '\n'));
		return 0;
	}
	struct schedule *schedule = schedule_new(&(struct schedule_spec){.kind = SCHEDULE_CRON,
		.text = expression,
		.zone = zone,
		.n_crons = 1,
		.crons = &cron,
		.start = INSTANT_NONE,
		.end = INSTANT_NONE});
	check_search(schedule, &cron, zone, instant_pick(bits));
	schedule_free(schedule);
	return 0;
}
