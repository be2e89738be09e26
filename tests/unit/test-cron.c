/* SPDX-License-Identifier: MIT */
/* What cron expressions mean, and the sentences for those that mean nothing. */
#include "lib/base/instant.h"
#include "lib/schedule/cron.h"
#include "lib/schedule/schedule.h"

/* The first slots after 2026-01-01 00:00 UTC, a Thursday, less the year unless it is another. */
static const struct {
	const char *expression, *slots;
} rows[] = {
	{"0 0 * * *", "01-02T00:00 01-03T00:00"},
	{"5 4 * * *", "01-01T04:05 01-02T04:05"},
	{" \t5  4\t* * * ", "01-01T04:05 01-02T04:05"},
	{"*/15 * * * *", "01-01T00:15 01-01T00:30 01-01T00:45 01-01T01:00"},
	{"5/15 * * * *", "01-01T00:05 01-01T00:20 01-01T00:35 01-01T00:50 01-01T01:05"},
	{"10-30/10 8 * * *", "01-01T08:10 01-01T08:20 01-01T08:30 01-02T08:10"},
	{"1,3,2-4 0 * * *", "01-01T00:01 01-01T00:02 01-01T00:03 01-01T00:04 01-02T00:01"},
	{"59 23 31 12 *", "12-31T23:59 2027-12-31T23:59"},
	{"0 0 1 JAN,jul *", "07-01T00:00 2027-01-01T00:00"},
	{"0 0 1 feb-apr/2 *", "02-01T00:00 04-01T00:00 2027-02-01T00:00"},
	{"0 0 1 10/1 *", "10-01T00:00 11-01T00:00 12-01T00:00 2027-10-01T00:00"},
	/* The month has its last day, whichever it is. */
	{"0 0 L * *", "01-31T00:00 02-28T00:00 03-31T00:00"},
	{"0 0 1,l 2 *", "02-01T00:00 02-28T00:00"},
	{"0 0 31 * *", "01-31T00:00 03-31T00:00 05-31T00:00"},
	{"0 0 29 2 *", "2028-02-29T00:00 2032-02-29T00:00"},
	/* The working day that is nearest, in the same month. */
	{"0 0 15W * *", "01-15T00:00 02-16T00:00 03-16T00:00 04-15T00:00"},
	{"0 0 1W * *", "02-02T00:00 03-02T00:00 04-01T00:00 05-01T00:00"},
	{"0 0 31w 1,2,5 *", "01-30T00:00 05-29T00:00 2027-01-29T00:00"},
	{"0 0 1w 8 *", "08-03T00:00 2027-08-02T00:00"},
	{"0 0 LW * *", "01-30T00:00 02-27T00:00 03-31T00:00 04-30T00:00 05-29T00:00"},
	{"0 0 3,LW 1,2 *", "01-03T00:00 01-30T00:00 02-03T00:00 02-27T00:00"},
	/* Sunday is 0 and 7. */
	{"0 0 * * 0", "01-04T00:00 01-11T00:00"},
	{"0 0 * * 7", "01-04T00:00 01-11T00:00"},
	{"0 0 * * 5-7", "01-02T00:00 01-03T00:00 01-04T00:00 01-09T00:00"},
	{"0 0 * * FRI-SUN", "01-02T00:00 01-03T00:00 01-04T00:00 01-09T00:00"},
	{"0 0 * * sun-tue", "01-04T00:00 01-05T00:00 01-06T00:00 01-11T00:00"},
	{"0 0 * * 0-7", "01-02T00:00 01-03T00:00 01-04T00:00"},
	{"0 0 * * */3", "01-03T00:00 01-04T00:00 01-07T00:00 01-10T00:00"},
	{"0 0 * * 7/2", "01-04T00:00 01-11T00:00"},
	/* The n-th and the last weekday. */
	{"0 0 * * 5#2", "01-09T00:00 02-13T00:00"},
	{"0 0 * * FRI#5", "01-30T00:00 05-29T00:00"},
	{"0 0 * * 7#1,mon#1", "01-04T00:00 01-05T00:00 02-01T00:00 02-02T00:00"},
	{"0 0 * * L5", "01-30T00:00 02-27T00:00"},
	{"0 0 * 12 L5", "12-25T00:00 2027-12-31T00:00"},
	{"0 0 * * lfri,1#1", "01-05T00:00 01-30T00:00 02-02T00:00"},
	/* Both days restricted: either matches. */
	{"0 0 13 * FRI", "01-02T00:00 01-09T00:00 01-13T00:00 01-16T00:00"},
	{"0 0 L * MON#1", "01-05T00:00 01-31T00:00 02-02T00:00"},
	{"0 0 */10 * 1", "01-05T00:00 01-11T00:00 01-12T00:00"},
	{"0 0 30 2 1#1", "02-02T00:00 2027-02-01T00:00"},
	/* Presets, with the mark or without. */
	{"@hourly", "01-01T01:00 01-01T02:00"},
	{"hourly", "01-01T01:00 01-01T02:00"},
	{"@daily", "01-02T00:00 01-03T00:00"},
	{"daily", "01-02T00:00 01-03T00:00"},
	{"@midnight", "01-02T00:00 01-03T00:00"},
	{"@weekly", "01-04T00:00 01-11T00:00"},
	{"@monthly", "02-01T00:00 03-01T00:00"},
	{"quarterly", "04-01T00:00 07-01T00:00 10-01T00:00 2027-01-01T00:00"},
	{"@yearly", "2027-01-01T00:00 2028-01-01T00:00"},
	{"@annually", "2027-01-01T00:00 2028-01-01T00:00"},
};

static struct schedule *schedule_need(const char *expression, enum cron_form form, char **warning)
{
	struct cron cron;
	g_autoptr(GError) error = NULL;
	cron_parse(expression, form, &cron, warning, &error);
	g_assert_no_error(error);
	return schedule_new(&(struct schedule_spec){.kind = SCHEDULE_CRON,
		.text = expression,
		.zone = zone_utc(),
		.n_crons = 1,
		.crons = &cron,
		.start = INSTANT_NONE,
		.end = INSTANT_NONE});
}

static char *slots_text(const struct schedule *schedule, unsigned n)
{
	int64_t at = civil_to_wall(&(struct civil){.year = 2026, .month = 1, .day = 1});
	g_autoptr(GString) text = g_string_new(NULL);
	for (unsigned i = 0; i < n; i++) {
		at = schedule_next(schedule, INSTANT_NONE, at);
		g_autofree char *iso = instant_iso(at);
		const char *shown = g_str_has_prefix(iso, "2026-") ? iso + 5 : iso;
		g_string_append_printf(text, "%s%.*s", i ? " " : "",
			(int)(strlen(shown) - strlen(":00+00:00")), shown);
	}
	return g_strdup(text->str);
}

static void an_expression_means_what_the_table_says(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *warning = NULL;
		struct schedule *schedule =
			schedule_need(rows[i].expression, CRON_MINUTES, &warning);
		g_auto(GStrv) wanted = g_strsplit(rows[i].slots, " ", -1);
		g_autofree char *slots = slots_text(schedule, g_strv_length(wanted));
		g_test_message("%s", rows[i].expression);
		g_assert_cmpstr(slots, ==, rows[i].slots);
		schedule_free(schedule);
	}
}

static void a_wrong_expression_is_refused_with_what_to_write(void)
{
	static const struct {
		const char *expression, *part;
	} wrong[] = {
		{"", "0 fields, 5 were expected (minute, hour, day of month, month, day of week)"},
		{" \n", "0 fields"},
		{"* * * *", "4 fields"},
		{"0 */5 * * * *", "if the first one is seconds, write \"*/5 * * * *\""},
		{"0 0 0 1 1 ? 2026", "7 fields"},
		{"30 25 * * *", "hour 25 is outside 0-23"},
		{"60 * * * *", "minute 60 is outside 0-59"},
		{"* * 0 * *", "day of month 0 is outside 1-31"},
		{"* * 32 * *", "day of month 32 is outside 1-31"},
		{"* * * 13 *", "month 13 is outside 1-12"},
		{"* * * * 8", "day of week 8 is outside 0-7"},
		{"* * * * 8#1", "day of week 8 is outside 0-7"},
		{"* * * * L9", "day of week 9 is outside 0-7"},
		{"0 22-2 * * *", "hour range 22-2 runs backwards; write 22-23,0-2"},
		{"0 0 * * FRI-MON", "day of week range 5-1 runs backwards; write 5-6,0-1"},
		{"*/0 * * * *", "minute \"*/0\" has a step of 0"},
		{"*/ * * * *", "\"*/\" is no minute"},
		{"*/x * * * *", "\"*/x\" is no minute"},
		{"1- * * * *", "\"1-\" is no minute"},
		{"-1 * * * *", "\"-1\" is no minute"},
		{"1-2-3 * * * *", "\"1-2-3\" is no minute"},
		{"*5 * * * *", "\"*5\" is no minute"},
		{"1.5 * * * *", "\"1.5\" is no minute"},
		{"99999999999999999999 * * * *", "is no minute; expected 0-59"},
		{"1,,2 * * * *", "minute \"1,,2\" has an empty place in its list"},
		{", * * * *", "has an empty place"},
		{"mon * * * *", "\"mon\" is no minute"},
		{"0 0 * foo *", "\"foo\" is no month; expected 1-12 or a name such as feb"},
		{"0 0 * * monday", "\"monday\" is no day of week"},
		{"0 0 * * 5#6", "expected 1 to 5 behind \"#\""},
		{"0 0 * * 5#", "expected 1 to 5 behind \"#\""},
		{"0 0 * * #1", "\"#1\" is no day of week"},
		{"0 0 * * 5L", "written L5, not \"5L\""},
		{"0 0 * * L", "the last Friday is written L5"},
		{"0 0 L-3 * *", "\"L\" alone is the last day of the month"},
		{"0 0 1-5W * *", "the working day nearest to the 15th is written 15W"},
		{"0 0 WL * *", "the last one LW"},
		{"0 0 W * *", "the last one LW"},
		{"0 0 32W * *", "day of month 32 is outside 1-31"},
		{"@once", "write it alone: schedule: \"@once\""},
		{"0 0 ? * MON", "\"?\" is Quartz' word for any day of month; write \"*\""},
		{"H * * * *", "\"H\" is no minute"},
		{"@dialy", "did you mean \"@daily\"?"},
		{"weekli", "did you mean \"weekly\"?"},
		{"@reboot", "not started by a reboot"},
		{"@every 5m", "write the duration alone"},
		{"CRON_TZ=UTC 0 0 * * *", "a time zone is a key of its own"},
		{"every day", "2 fields"},
		{"\xff\xfe * * * *", "is no minute"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *warning = NULL;
		struct cron cron;
		g_test_message("%s", wrong[i].expression);
		g_assert_false(
			cron_parse(wrong[i].expression, CRON_MINUTES, &cron, &warning, &error));
		g_assert_null(warning);
		g_assert_nonnull(error);
		g_test_message("%s", error->message);
		g_assert_nonnull(strstr(error->message, wrong[i].part));
		g_autofree char *quoted = text_one_line(wrong[i].expression);
		g_assert_nonnull(strstr(error->message, quoted));
	}
}

static void what_other_crons_read_differently_gets_a_warning(void)
{
	static const struct {
		const char *expression, *part; /* NULL: no warning */
	} warned[] = {
		{"0 0 */2 * 1", "due when either matches, as in Airflow"},
		{"0 0 1 * */2", "due when either matches, as in Airflow"},
		{"0 0 */2 * *", NULL},
		{"0 0 * * */2", NULL},
		{"0 0 13 * 5", NULL},
		{"0 0 31 2 *", "is never due"},
		{"0 0 30-31 2 *", "is never due"},
		{"0 0 31 4,6,9,11 *", "is never due"},
		{"0 0 29 2 *", NULL},
		{"*/90 * * * *", "minute \"*/90\" is due at 0 only"},
		{"*/59 * * * *", NULL},
		{"0 5/24 * * *", "hour \"5/24\" is due at 5 only"},
		{"@daily", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(warned); i++) {
		g_autofree char *warning = NULL;
		schedule_free(schedule_need(warned[i].expression, CRON_MINUTES, &warning));
		g_test_message("%s: %s", warned[i].expression, warning ? warning : "no warning");
		if (warned[i].part)
			g_assert_true(warning && strstr(warning, warned[i].part));
		else
			g_assert_null(warning);
	}
}

static void a_huge_expression_is_no_trouble(void)
{
	g_autoptr(GString) minutes = g_string_new("0");
	for (int i = 0; i < 100000; i++)
		g_string_append_printf(minutes, ",%d", i % 60);
	g_string_append(minutes, " * * * *");
	g_autofree char *warning = NULL;
	struct schedule *schedule = schedule_need(minutes->str, CRON_MINUTES, &warning);
	g_autofree char *slots = slots_text(schedule, 2);
	g_assert_cmpstr(slots, ==, "01-01T00:01 01-01T00:02");
	schedule_free(schedule);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cron/an_expression_means_what_the_table_says",
		an_expression_means_what_the_table_says);
	g_test_add_func("/cron/a_wrong_expression_is_refused_with_what_to_write",
		a_wrong_expression_is_refused_with_what_to_write);
	g_test_add_func("/cron/what_other_crons_read_differently_gets_a_warning",
		what_other_crons_read_differently_gets_a_warning);
	g_test_add_func("/cron/a_huge_expression_is_no_trouble", a_huge_expression_is_no_trouble);
	return g_test_run();
}
