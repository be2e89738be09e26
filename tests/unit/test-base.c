/* SPDX-License-Identifier: MIT */
/* Arenas, durations, instants, names, problems as text, suggestions. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"
#include "lib/base/problem.h"

static void memory_of_an_arena_is_zeroed_aligned_and_apart(void)
{
	static const size_t sizes[] = {0, 1, 7, 16, 100, 4096, 4097, 20000, 1, 16384, 300000, 3};
	struct arena *arena = arena_new();
	for (size_t round = 0; round < 20; round++) {
		for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
			unsigned char *memory = arena_alloc(arena, sizes[i]);
			g_assert_cmpuint((guintptr)memory % _Alignof(max_align_t), ==, 0);
			for (size_t j = 0; j < sizes[i]; j++)
				g_assert_cmpint(memory[j], ==, 0);
			memset(memory, 0xa5, sizes[i]);
		}
	}
	arena_free(arena);
	arena_free(NULL);
}

static void an_arena_copies_text(void)
{
	struct arena *arena = arena_new();
	g_assert_cmpstr(arena_strdup(arena, ""), ==, "");
	g_assert_cmpstr(arena_strdup(arena, "abc"), ==, "abc");
	g_assert_cmpstr(arena_strndup(arena, "abcdef", 3), ==, "abc");
	g_assert_cmpstr(arena_strndup(arena, "ab\0cd", 5), ==, "ab");
	g_assert_cmpstr(arena_printf(arena, "%d-%s", 7, "x"), ==, "7-x");
	int *numbers = arena_array(arena, 10, sizeof(int));
	g_assert_cmpint(numbers[9], ==, 0);
	arena_free(arena);
}

struct note {
	GString *order;
	char name;
};

static void note_release(void *object)
{
	struct note *note = object;
	g_string_append_c(note->order, note->name);
}

static void what_an_arena_adopted_is_released_last_one_first(void)
{
	g_autoptr(GString) order = g_string_new(NULL);
	struct arena *arena = arena_new();
	struct note *notes = arena_array(arena, 3, sizeof(*notes));
	for (int i = 0; i < 3; i++) {
		notes[i].order = order;
		notes[i].name = 'a' + i;
		arena_adopt(arena, &notes[i], note_release);
	}
	arena_free(arena);
	g_assert_cmpstr(order->str, ==, "cba");
}

static void durations_are_read_and_written_shortly(void)
{
	static const struct {
		const char *text;
		int64_t us;
		const char *shown;
	} rows[] = {
		{"30s", 30 * SECOND_US, "30s"},
		{"5m", 5 * MINUTE_US, "5m"},
		{"1h30m", 90 * MINUTE_US, "1h30m"},
		{"1h 30m", 90 * MINUTE_US, "1h30m"},
		{"2d", 2 * DAY_US, "2d"},
		{"1w", 7 * DAY_US, "7d"},
		{"100ms", 100000, "0.1s"},
		{"1us", 1, "0.000001s"},
		{"0", 0, "0s"},
		{"90", 90 * SECOND_US, "1m30s"},
		{"1.5", 1500000, "1.5s"},
		{"0.1s", 100000, "0.1s"},
		{"1.5h", 90 * MINUTE_US, "1h30m"},
		{"0.0000019s", 1, "0.000001s"},
		{"PT5M", 5 * MINUTE_US, "5m"},
		{"P1DT2H", 26 * HOUR_US, "1d2h"},
		{"P2W", 14 * DAY_US, "14d"},
		{"PT0.5S", 500000, "0.5s"},
		{"36525d", 36525 * DAY_US, "36525d"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t us = -1;
		g_autoptr(GError) error = NULL;
		duration_parse(rows[i].text, &us, &error);
		g_assert_no_error(error);
		g_assert_cmpint(us, ==, rows[i].us);
		g_autofree char *shown = duration_text(us);
		g_assert_cmpstr(shown, ==, rows[i].shown);
	}
	g_autofree char *negative = duration_text(-90 * SECOND_US);
	g_assert_cmpstr(negative, ==, "-1m30s");
	g_autofree char *longest = duration_text(INT64_MIN);
	g_assert_cmpstr(longest, ==, "-106751991d4h54.775808s");
}

static void what_is_no_duration_is_refused(void)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{"", "is not a duration"},
		{"s", "is not a duration"},
		{"5x", "\"x\" is no unit"},
		{"5 m", "is not a duration"},
		{"30m1h", "\"h\" is no unit, or stands in the wrong order"},
		{"1h1h", "wrong order"},
		{"1h30", "is not a duration"},
		{"1.", "is not a duration"},
		{".5", "is not a duration"},
		{"1.2.3", "is not a duration"},
		{"1e3", "\"e\" is no unit"},
		{"-5m", "is negative"},
		{"-PT5M", "is negative"},
		{"-", "is not a duration"},
		{"+5m", "is not a duration"},
		{"5M", "\"M\" is no unit"},
		{"5min", "\"min\" is no unit"},
		{"P", "is not a duration"},
		{"PT", "is not a duration"},
		{"P1DT", "is not a duration"},
		{"P1Y", "years or months"},
		{"P1M", "years or months"},
		{"P1H", "is not a duration"},
		{"PT1M1H", "is not a duration"},
		{"36526d", "more than a hundred years"},
		{"99999999999999999999999999", "more than a hundred years"},
		{"99999999999999999999999999w1d", "more than a hundred years"},
		{"P99999999999999999999W", "more than a hundred years"},
		{"\xc3\xa9", "is not a duration"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t us;
		g_autoptr(GError) error = NULL;
		g_test_message("%s", rows[i].text);
		g_assert_false(duration_parse(rows[i].text, &us, &error));
		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error->message, rows[i].part));
		g_assert_nonnull(strstr(error->message, rows[i].text));
	}
}

static void instants_are_read_and_written_in_iso_8601(void)
{
	static const struct {
		const char *text, *shown; /* the instant, or with ? the wall clock of no zone */
	} rows[] = {
		{"2026-11-24", "?2026-11-24T00:00:00Z"},
		{"2026-11-24T03:00", "?2026-11-24T03:00:00Z"},
		{"2026-11-24 03:00:05", "?2026-11-24T03:00:05Z"},
		{"2026-11-24T03:00Z", "2026-11-24T03:00:00Z"},
		{"2026-11-24t03:00:00.5z", "2026-11-24T03:00:00.500000Z"},
		{"2026-11-24T03:00:00.123456789+02:00", "2026-11-24T01:00:00.123456Z"},
		{"2026-11-24T03:00:00+0530", "2026-11-23T21:30:00Z"},
		{"2026-11-24T03:00:00-05", "2026-11-24T08:00:00Z"},
		{"2024-02-29", "?2024-02-29T00:00:00Z"},
		{"2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z"},
		{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
		{"0001-01-01T00:00Z", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t wall;
		bool has_offset;
		int offset_s;
		g_autoptr(GError) error = NULL;
		instant_parse(rows[i].text, &wall, &has_offset, &offset_s, &error);
		g_assert_no_error(error);
		g_assert_true(has_offset == (rows[i].shown[0] != '?'));
		g_autofree char *shown = instant_iso_z(wall - offset_s * SECOND_US);
		g_assert_cmpstr(shown, ==, rows[i].shown + !has_offset);
	}
}

static void a_sentence_is_one_line_whatever_it_quotes(void)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{"plain \xc3\xa9", "plain \xc3\xa9"},
		{"a\tb\r\n", "a\\tb\\r\\n"},
		{"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
		{"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
		{"back \xe2\x80\xae", "back \\u202e"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_false(error_say(&error, "%s", rows[i].text));
		g_assert_cmpstr(error->message, ==, rows[i].line);
		g_assert_true(error->domain == LIB_ERROR);
	}
	g_assert_false(error_say(NULL, "nobody listens"));
}

static void what_is_no_instant_is_refused(void)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{"", "is not an instant"},
		{"today", "is not an instant"},
		{"2026-1-1", "is not an instant"},
		{"26-01-01", "is not an instant"},
		{"2026-01-01T", "is not an instant"},
		{"2026-01-01T03", "is not an instant"},
		{"2026-01-01T03:00:00.", "is not an instant"},
		{"2026-01-01T03:00:00.1234567890", "is not an instant"},
		{"2026-01-01T03:00:00+", "is not an instant"},
		{"2026-01-01T03:00:00+1", "is not an instant"},
		{"2026-01-01T03:00:00 UTC", "is not an instant"},
		{"2026-01-01Z", "is not an instant"},
		{"2026-01-01T03:00Zx", "is not an instant"},
		{"2026-13-01", "there is no 2026-13-01"},
		{"2026-02-29", "there is no 2026-02-29"},
		{"1900-02-29", "there is no 1900-02-29"},
		{"2026-00-01", "there is no 2026-00-01"},
		{"2026-04-31", "there is no 2026-04-31"},
		{"0000-01-01", "there is no 0000-01-01"},
		{"2026-01-01T24:00", "hours go to 23"},
		{"2026-01-01T23:60", "minutes and seconds to 59"},
		{"2026-01-01T23:59:60", "minutes and seconds to 59"},
		{"2026-01-01T00:00+24:00", "beyond 23:59"},
		{"2026-01-01T00:00+01:60", "beyond 23:59"},
		{"0001-01-01T00:00+00:01", "outside of the years 1 to 9999"},
		{"9999-12-31T23:59:59-00:01", "outside of the years 1 to 9999"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int64_t wall;
		bool has_offset;
		int offset_s;
		g_autoptr(GError) error = NULL;
		g_test_message("%s", rows[i].text);
		g_assert_false(instant_parse(rows[i].text, &wall, &has_offset, &offset_s, &error));
		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error->message, rows[i].part));
	}
}

static void offsets_are_written_with_their_sign(void)
{
	static const struct {
		int offset_s;
		const char *shown;
	} rows[] = {
		{0, "1970-01-01T00:00:00+00:00"},
		{7200, "1970-01-01T02:00:00+02:00"},
		{-18000, "1969-12-31T19:00:00-05:00"},
		{20700, "1970-01-01T05:45:00+05:45"},
		{-1800, "1969-12-31T23:30:00-00:30"},
		{-75, "1969-12-31T23:58:45-00:01:15"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *shown = instant_iso_offset(0, rows[i].offset_s);
		g_assert_cmpstr(shown, ==, rows[i].shown);
	}
	g_autofree char *iso = instant_iso(1500000);
	g_assert_cmpstr(iso, ==, "1970-01-01T00:00:01.500000+00:00");
}

/* Against GLib's calendar, which is another's work, every 97 minutes and 13 days of 1,200 years. */
static void the_calendar_agrees_with_glib(void)
{
	int64_t step_us = 13 * DAY_US + 97 * MINUTE_US;
	struct civil first = {.year = 1500, .month = 1, .day = 1};
	struct civil end = {.year = 2700, .month = 1, .day = 1};
	for (int64_t at = civil_to_wall(&first); at < civil_to_wall(&end); at += step_us) {
		struct civil civil = civil_from_wall(at);
		g_autoptr(GDateTime) other = g_date_time_new_from_unix_utc(at / SECOND_US);
		g_assert_cmpint(civil.year, ==, g_date_time_get_year(other));
		g_assert_cmpint(civil.month, ==, g_date_time_get_month(other));
		g_assert_cmpint(civil.day, ==, g_date_time_get_day_of_month(other));
		g_assert_cmpint(civil.hour, ==, g_date_time_get_hour(other));
		g_assert_cmpint(civil.minute, ==, g_date_time_get_minute(other));
		g_assert_cmpint(civil_weekday(&civil), ==, g_date_time_get_day_of_week(other) % 7);
		g_assert_cmpint(civil_to_wall(&civil), ==, at);
		g_assert_cmpint(civil_days_in_month(civil.year, civil.month), ==,
			g_date_get_days_in_month(civil.month, civil.year));
	}
}

static void names_that_could_be_a_path_or_break_a_line_are_refused(void)
{
	static const char *const good[] = {"a", "restore_db", "A.b-c_1", "_x", "1", "a..b"};
	static const char *const bad[] = {"", ".", "..", ".hidden", "-rf", "a/b", "a b", "a\nb",
		"\xc3\xa9t\xc3\xa9", "a\xff", "a\xc3", "a:b", "a%", "a\\b", "a\x01"};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_assert_true(ident_check("dag_id", good[i], NULL));
		g_assert_true(run_id_check(good[i], NULL));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_false(ident_check("dag_id", bad[i], &error));
		g_assert_true(g_str_has_prefix(error->message, "dag_id "));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		g_assert_null(strpbrk(error->message, "\n\x01"));
	}
	g_assert_true(run_id_check("manual__2026-11-24T03:00:00+00:00~a@b=c", NULL));
	g_assert_false(run_id_check("a/b", NULL));
	g_assert_false(run_id_check("~", NULL));
	g_autofree char *longest = g_strnfill(240, 'x'), *too_long = g_strnfill(241, 'x');
	g_assert_true(ident_check("dag_id", longest, NULL));
	g_assert_false(ident_check("dag_id", too_long, NULL));
	g_assert_false(run_id_check(too_long, NULL));
}

static void names_of_secrets_are_known(void)
{
	static const char *const secret[] = {"POSTGRES_PASS", "password", "db_passwd", "API_KEY",
		"aws_secret_access_key", "token", "pwd", "Authorization", "private_key",
		"X-Api-Key"};
	static const char *const open[] = {
		"POSTGRES_USER", "host", "bypass", "compass", "passenger", "keyboard", ""};
	for (size_t i = 0; i < G_N_ELEMENTS(secret); i++)
		g_assert_true(name_is_sensitive(secret[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
		g_assert_false(name_is_sensitive(open[i]));
}

static void a_problem_shows_its_line_with_a_caret(void)
{
	static const struct {
		const char *source;
		unsigned line, column;
		const char *text;
	} rows[] = {
		{"a: 1\nretires: 3\n", 2, 1, "f:2:1: m\n    retires: 3\n    ^\n"},
		{"a: 1\r\nb: 2\r\n", 2, 4, "f:2:4: m\n    b: 2\n       ^\n"},
		{"a: 1\rb: 2", 2, 4, "f:2:4: m\n    b: 2\n       ^\n"},
		{"\tx: 1", 1, 2, "f:1:2: m\n    \tx: 1\n    \t^\n"},
		{"\xc3\xa9: 1", 1, 4, "f:1:4: m\n    \xc3\xa9: 1\n       ^\n"},
		{"\xe6\x97\xa5: 1", 1, 4, "f:1:4: m\n    \xe6\x97\xa5: 1\n        ^\n"},
		{"\xef\xbb\xbf"
		 "a: 1",
			1, 4, "f:1:4: m\n    a: 1\n       ^\n"},
		{"a\x1b[1m", 1, 2, "f:1:2: m\n    a\xef\xbf\xbd[1m\n     ^\n"},
		{"a\xff", 1, 2, "f:1:2: m\n    a\xef\xbf\xbd\n     ^\n"},
		{"a: [", 1, 5, "f:1:5: m\n    a: [\n        ^\n"},
		{"a", 3, 1, "f:3:1: m\n"},
		{"a", 0, 0, "f: m\n"},
		{"a", 1, 0, "f:1: m\n"},
		{NULL, 2, 1, "f:2:1: m\n"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct problem problem = {.file = (char *)"f",
			.line = rows[i].line,
			.column = rows[i].column,
			.message = (char *)"m"};
		g_autofree char *text = problem_text(&problem, rows[i].source);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static void a_problem_carries_hint_and_severity(void)
{
	struct problems *problems = problems_new();
	struct place place = {"b.yaml", 2, 1};
	g_assert_false(problem_add(problems, place, "unknown key \"%s\"", "x\x1b\ny"));
	problem_warn(problems, (struct place){"a.yaml", 9, 9}, "w");
	problem_hint(problems, "first");
	problem_hint(problems, "do %s", "this");
	problem_add(problems, (struct place){"b.yaml", 1, 7}, "e");
	problem_add(problems, (struct place){"b.yaml", 2, 1}, "later");
	g_assert_cmpuint(problems->n_errors, ==, 3);
	problems_sort(problems);
	static const char *const texts[] = {"a.yaml:9:9: warning: w\n    hint: do this\n",
		"b.yaml:1:7: e\n", "b.yaml:2:1: unknown key \"x\\x1b\\ny\"\n",
		"b.yaml:2:1: later\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = problem_text(problems->list->pdata[i], NULL);
		g_assert_cmpstr(text, ==, texts[i]);
	}
	problems_free(problems);
	problems_free(NULL);
}

static void of_very_many_problems_the_first_are_kept(void)
{
	struct problems *problems = problems_new();
	problem_add(problems, (struct place){"a", 1, 1}, "of another file");
	problems_cap(problems, 2);
	for (unsigned i = 1; i <= 4; i++) {
		problem_add(problems, (struct place){"f", i, 1}, "e%u", i);
		problem_hint(problems, "h%u", i);
	}
	problem_warn(problems, (struct place){"f", 5, 1}, "w");
	g_assert_cmpuint(problems->n_errors, ==, 5);
	problems_uncap(problems, "f");
	problem_add(problems, (struct place){"g", 1, 1}, "kept again");
	static const char *const texts[] = {"a:1:1: of another file\n", "f:1:1: e1\n    hint: h1\n",
		"f:2:1: e2\n    hint: h2\n", "f: 3 more mistakes are not told\n",
		"g:1:1: kept again\n"};
	g_assert_cmpuint(problems->list->len, ==, G_N_ELEMENTS(texts));
	g_assert_cmpuint(problems->n_errors, ==, G_N_ELEMENTS(texts));
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = problem_text(problems->list->pdata[i], NULL);
		g_assert_cmpstr(text, ==, texts[i]);
	}
	problems_free(problems);
}

static void shortened_is(const char *word, size_t n, const char *expected)
{
	struct problems *problems = problems_new();
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < n; i++)
		g_string_append(text, word);
	problem_add(problems, (struct place){"f", 1, 1}, "begin %s end", text->str);
	const struct problem *problem = problems->list->pdata[0];
	g_assert_cmpint(g_utf8_strlen(problem->message, -1), <, 700);
	g_assert_cmpuint(strlen(problem->message), >=, strlen(expected));
	g_assert_true(g_str_has_prefix(problem->message, "begin "));
	g_assert_true(g_str_has_suffix(problem->message, " end"));
	g_assert_nonnull(strstr(problem->message, expected));
	problems_free(problems);
}

/* And no word is cut, which might be a secret. */
static void a_very_long_message_loses_the_words_in_its_middle(void)
{
	shortened_is("x", 100000, "begin … end");
	shortened_is("words ", 100000, "words … words ");
	shortened_is("ü€ ", 600, "ü€ … ü€ ");
	shortened_is("x", 500, "xxx end");
}

static void the_nearest_name_is_suggested(void)
{
	static const char *const names[] = {
		"retries", "retry_delay", "schedule", "tags", "env", "on", NULL};
	static const struct {
		const char *word, *name;
	} rows[] = {
		{"retires", "retries"},
		{"RETRIES", "retries"},
		{"retry-delay", "retry_delay"},
		{"shedule", "schedule"},
		{"scheduel", "schedule"},
		{"tag", "tags"},
		{"enb", "env"},
		{"xyz", NULL},
		{"", NULL},
		{"x", NULL},
		{"completely_different", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(suggest(rows[i].word, names), ==, rows[i].name);
	g_autofree char *huge = g_strnfill(100000, 'r');
	g_assert_null(suggest(huge, names));
	g_assert_null(suggest("a", (const char *const[]){NULL}));
	g_assert_null(suggest_within("shedul", names, 1));
	g_assert_cmpstr(suggest_within("shedul", names, 2), ==, "schedule");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(topic, function) g_test_add_func("/" topic "/" #function, function)
	ADD("arena", memory_of_an_arena_is_zeroed_aligned_and_apart);
	ADD("arena", an_arena_copies_text);
	ADD("arena", what_an_arena_adopted_is_released_last_one_first);
	ADD("duration", durations_are_read_and_written_shortly);
	ADD("duration", what_is_no_duration_is_refused);
	ADD("instant", instants_are_read_and_written_in_iso_8601);
	ADD("instant", what_is_no_instant_is_refused);
	ADD("instant", offsets_are_written_with_their_sign);
	ADD("instant", the_calendar_agrees_with_glib);
	ADD("error", a_sentence_is_one_line_whatever_it_quotes);
	ADD("ident", names_that_could_be_a_path_or_break_a_line_are_refused);
	ADD("ident", names_of_secrets_are_known);
	ADD("problem", a_problem_shows_its_line_with_a_caret);
	ADD("problem", a_problem_carries_hint_and_severity);
	ADD("problem", of_very_many_problems_the_first_are_kept);
	ADD("problem", a_very_long_message_loses_the_words_in_its_middle);
	ADD("suggest", the_nearest_name_is_suggested);
	return g_test_run();
}
