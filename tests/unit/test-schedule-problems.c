/* SPDX-License-Identifier: MIT */
/* What is wrong with schedules, dates, calendars and catchup in DAG files, told word by word. */
#include "tests/unit/wrong_dags.h"

#define ONE_TASK "tasks:\n  - {task_id: a, operator: empty}\n"

static const struct wrong wrong_schedules[] = {
	{"schedule: dayly\n" ONE_TASK,
		"1:11: \"dayly\" is no schedule: expected a cron expression, a preset or a "
		"duration; did you mean \"daily\"?"},
	{"schedule: none\n" ONE_TASK,
		"1:11: \"none\" is no schedule: expected a cron expression, a preset or a duration "
		"| for no schedule write null"},
	{"schedule: \"0 25 * * *\"\n" ONE_TASK,
		"1:11: \"0 25 * * *\" is not a cron expression: hour 25 is outside 0-23"},
	{"schedule: 5 minutes\n" ONE_TASK,
		"1:11: \"5 minutes\" is not a cron expression: it has 2 fields, 5 were expected "
		"(minute, hour, day of month, month, day of week)"},
	{"schedule: 5x\n" ONE_TASK,
		"1:11: schedule: \"5x\" is not a duration: \"x\" is no unit, or stands in the "
		"wrong order; the units are w d h m s ms, as in 1h30m"},
	{"schedule: 0\n" ONE_TASK,
		"1:11: an interval of 0s is too short, at least 1s was expected"},
	{"schedule: \"@onec\"\n" ONE_TASK,
		"1:11: \"@onec\" is no schedule: expected a cron expression, a preset or a "
		"duration; did you mean \"once\"?"},
	{"schedule: [1d]\n" ONE_TASK,
		"1:12: \"1d\" is not a cron expression: expected five fields (minute, hour, day of "
		"month, month, day of week) or a preset such as @daily"},
	{"schedule: []\n" ONE_TASK,
		"1:11: a schedule that is a list needs at least one cron expression"},
	{"schedule: [\"@daily\", [x]]\n" ONE_TASK, "1:22: cron: expected text, found a list"},
	{"schedule: {cron: \"0 0 3 * * *\"}\n" ONE_TASK,
		"1:18: \"0 0 3 * * *\" is not a cron expression: it has 6 fields, 5 were expected "
		"(minute, hour, day of month, month, day of week); if the first one is seconds, "
		"write \"0 3 * * *\", or {cron: \"0 0 3 * * *\", seconds: true} to be due at those "
		"seconds"},
	{"schedule: {cron: \"0 3 * * *\", seconds: true}\n" ONE_TASK,
		"1:18: \"0 3 * * *\" is not a cron expression: it has 5 fields, with \"seconds: "
		"true\" 6 were expected (second, minute, hour, day of month, month, day of week); "
		"write \"0 0 3 * * *\", or take \"seconds\" out"},
	{"schedule: {cron: \"@daily\", seconds: true}\n" ONE_TASK,
		"1:18: \"@daily\" is not a cron expression: it is a preset, which has no seconds; "
		"take \"seconds\" out"},
	{"schedule: {every: 1d, seconds: true}\n" ONE_TASK,
		"1:32: seconds: it is about cron expressions, this schedule has none"},
	{"schedule: {cron: \"@daily\", seconds: yes}\n" ONE_TASK,
		"1:37: seconds: expected true or false, but \"yes\" could be the boolean true or "
		"the text \"yes\" | write true"},
	{"schedule: {at: 2026-01-01}\n" ONE_TASK,
		"1:16: at: expected a list of instants, found text"},
	{"schedule: {at: []}\n" ONE_TASK, "1:16: at: expected at least one instant"},
	{"schedule: {at: [2026-01-01, null]}\n" ONE_TASK,
		"1:29: at: expected an instant, found null"},
	{"schedule: {at: [2026-02-30]}\n" ONE_TASK,
		"1:17: at: \"2026-02-30\" is not a date: there is no 2026-02-30"},
	{"schedule: {at: [2026-01-01], interval: true}\n" ONE_TASK,
		"1:40: interval: the instants of \"at\" are points in time; it is for \"cron\" and "
		"\"every\""},
	{"schedule: {cron: \"@daily\", interval: 1d}\n" ONE_TASK,
		"1:38: interval: expected true or false, found text \"1d\""},
	{"schedule: {cron: \"@daily\", dst: never}\n" ONE_TASK,
		"1:33: dst: expected one of cron, skip, utc, found \"never\""},
	{"schedule: {every: 1d, dst: skip}\n" ONE_TASK,
		"1:28: dst: it is about cron expressions, this schedule has none"},
	{"schedule: {cron: \"@daily\", dst: utc, timezone: Asia/Tokyo}\n" ONE_TASK,
		"1:33: dst: utc reads the expression by the clock of UTC, \"timezone\" by another: "
		"write one of the two"},
	{"schedule: {cron: \"@daily\", jitter: 1.5s}\n" ONE_TASK,
		"1:36: jitter: expected whole seconds"},
	{"schedule: {cron: \"@daily\", jitter: soon}\n" ONE_TASK,
		"1:36: jitter: \"soon\" is not a duration: expected something like 30s, 5m, 1h30m, "
		"2d, PT5M, or a number of seconds"},
	{"schedule: {cron: \"@daily\", exclude: []}\n" ONE_TASK,
		"1:37: exclude: expected at least one day"},
	{"schedule: {cron: \"@daily\", exclude: [sut]}\n" ONE_TASK,
		"1:38: exclude: \"sut\" is no weekday (sun, mon, ...), no date and no name in "
		"\"calendars\"; did you mean \"sun\"?"},
	{"calendars: {holidays: [2026-12-25]}\n"
	 "schedule: {cron: \"@daily\", exclude: [holydays, holidays]}\n" ONE_TASK,
		"2:38: exclude: \"holydays\" is no weekday (sun, mon, ...), no date and no name in "
		"\"calendars\"; did you mean \"holidays\"?"},
	{"schedule: {cron: \"@daily\", exclude: {shift: next}}\n" ONE_TASK,
		"1:37: exclude: expected \"days\" with a list in the map"},
	{"schedule: {cron: \"@daily\", exclude: {days: [sat], shift: later}}\n" ONE_TASK,
		"1:58: shift: expected one of next, previous, found \"later\""},
	{"schedule: {cron: \"@hourly\", exclude: {days: [sat], shift: next}}\n" ONE_TASK,
		"1:38: shift moves a time of day to another day: it needs cron expressions whose "
		"minute and hour do not begin with \"*\""},
	{"schedule: {cron: \"@daily\", exclude: {days: [sat], shift: next}, only: {days: [mon], "
	 "shift: previous}}\n" ONE_TASK,
		"1:92: shift: \"exclude\" and \"only\" move slots in opposite directions"},
	{"schedule: {cron: \"@daily\", only: [mon], exclude: mon}\n" ONE_TASK,
		"1:11: warning: the schedule is never due: no day is left for it"},
	{"schedule: \"@daily\"\nstart_date: 2026-01-01T03:00\nend_date: "
	 "2026-01-01T04:00\n" ONE_TASK,
		"1:11: warning: the schedule is never due between start_date and end_date"},
	{"schedule: {at: [2026-01-01]}\nstart_date: 2026-01-02\n" ONE_TASK,
		"1:11: warning: the schedule is never due between start_date and end_date"},
	{"schedule: 0 0 30 2 *\n" ONE_TASK,
		"1:11: warning: \"0 0 30 2 *\" is never due: no month has such a day"},
	{"calendars: [x]\n" ONE_TASK,
		"1:12: calendars: expected a map of names to lists of dates, found a list"},
	{"calendars: {a: 2026-01-01}\n" ONE_TASK,
		"1:13: warning: no schedule names the calendar \"a\" in \"exclude\" or \"only\"\n"
		"1:16: calendar \"a\": expected a list of dates, found text"},
	{"calendars: {sat: [2026-01-01]}\nschedule: {cron: daily, only: sat}\n" ONE_TASK,
		"1:13: a calendar cannot be called \"sat\": that is a weekday"},
	{"calendars: {a: [2026-01-01T03:00, 2026-13-01]}\nschedule: {cron: daily, only: "
	 "a}\n" ONE_TASK,
		"1:17: a: expected a date alone, such as 2026-01-01, found \"2026-01-01T03:00\"\n"
		"1:35: a: \"2026-13-01\" is not a date: there is no 2026-13-01\n2:11: warning: the "
		"schedule is never due: no day is left for it"},
	{"schedule: \"@continuous\"\nmax_active_runs: 2\n" ONE_TASK,
		"2:18: a DAG that is @continuous has one run at a time: expected max_active_runs "
		"1, "
		"found 2"},
	{"schedule: daily\ncatchup: {max_runs: 3}\n" ONE_TASK,
		"2:10: catchup: expected \"mode\" in the map: false, latest or true"},
	{"schedule: daily\ncatchup: {mode: latest, max_runs: 3}\n" ONE_TASK,
		"2:35: max_runs limits the runs of mode: true; latest runs one slot at most"},
	{"schedule: daily\ncatchup: {mode: true, max_runs: 0}\n" ONE_TASK,
		"2:33: max_runs: expected a whole number from 1 to 1000, found 0"},
	{"schedule: daily\noverlap: skipp\n" ONE_TASK,
		"2:10: overlap: expected one of queue, skip, cancel_running, found \"skipp\"; did "
		"you mean \"skip\"?"},
	{"schedule: daily\ncatchup: true\noverlap: skip\n" ONE_TASK,
		"3:10: overlap: skip leaves slots undone, catchup: true is to run each: write one "
		"of "
		"the two"},
	{"schedule: {cron: \"@daily\", every: 1d}\n" ONE_TASK,
		"1:11: a schedule has one of \"cron\", \"every\" and \"at\", not several"},
	{"schedule: {timezone: UTC}\n" ONE_TASK,
		"1:11: schedule: expected \"cron\", \"every\" or \"at\" in the map"},
	{"schedule: {crn: \"@daily\"}\n" ONE_TASK,
		"1:12: unknown key \"crn\"; did you mean \"cron\"?"},
	{"timezone: Europe/Berln\n" ONE_TASK,
		"1:11: unknown time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?"},
	{"schedule: {cron: \"@daily\", timezone: Mars}\n" ONE_TASK,
		"1:38: unknown time zone \"Mars\"; expected a name such as UTC or Europe/Berlin"},
	{"start_date: 2026-02-30\n" ONE_TASK,
		"1:13: start_date: \"2026-02-30\" is not a date: there is no 2026-02-30"},
	{"start_date: [1]\n" ONE_TASK, "1:13: start_date: expected text, found a list"},
	{"start_date: 2026-02-01\nend_date: 2026-01-01\n" ONE_TASK,
		"2:11: end_date is before start_date"},
};

static struct wrong_table tables[] = {
	{"/dag/problems/schedules_and_dates", wrong_schedules, G_N_ELEMENTS(wrong_schedules), NULL},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	struct operators *operators = fixture_operators();
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
