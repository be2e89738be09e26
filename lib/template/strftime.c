/* SPDX-License-Identifier: MIT */
/* Dates as text: C's strftime, and Pendulum's tokens. English names, whatever the locale. */
#include <string.h>

#include "lib/base/instant.h"
#include "lib/template/render.h"

static const char *const day_names[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December"};

/* A wall clock and what is derived from it. */
struct clock {
	struct civil civil;
	int weekday, day_of_year; /* 0 is Sunday; 0 is 1 January */
	int64_t wall_us;
	int offset_s;
	const char *zone; /* its name */
};

static int day_of_year(const struct civil *civil)
{
	struct civil first = {.year = civil->year, .month = 1, .day = 1};
	struct civil day = {.year = civil->year, .month = civil->month, .day = civil->day};
	return (int)((civil_to_wall(&day) - civil_to_wall(&first)) / DAY_US);
}

static struct clock clock_make(int64_t wall_us, int offset_s, const char *zone)
{
	struct clock clock = {.civil = civil_from_wall(wall_us),
		.wall_us = wall_us,
		.offset_s = offset_s,
		.zone = zone};
	clock.weekday = civil_weekday(&clock.civil);
	clock.day_of_year = day_of_year(&clock.civil);
	return clock;
}

/* The ISO week: that of the Thursday of the same week. */
static void iso_week(const struct clock *clock, int *year, int *week)
{
	int since_monday = (clock->weekday + 6) % 7;
	struct civil thursday = civil_from_wall(clock->wall_us + (3 - since_monday) * DAY_US);
	*year = thursday.year;
	*week = day_of_year(&thursday) / 7 + 1;
}

static void print_offset(const struct clock *clock, const char *colon, GString *out)
{
	int minutes = ABS(clock->offset_s) / 60;
	g_string_append_printf(out, "%c%02d%s%02d", clock->offset_s < 0 ? '-' : '+', minutes / 60,
		colon, minutes % 60);
}

static int hour_12(const struct clock *clock)
{
	return clock->civil.hour % 12 == 0 ? 12 : clock->civil.hour % 12;
}

/* Directives that stand for a number, with its width and filling. */
static bool print_number(const struct clock *clock, char directive, bool is_bare, GString *out)
{
	const struct civil *civil = &clock->civil;
	int year, week;

	iso_week(clock, &year, &week);
	const struct {
		char directive;
		int number, width;
		char fill;
	} numbers[] = {{'C', civil->year / 100, 2, '0'}, {'d', civil->day, 2, '0'},
		{'e', civil->day, 2, ' '}, {'f', civil->microsecond, 6, '0'}, {'G', year, 4, '0'},
		{'g', year % 100, 2, '0'}, {'H', civil->hour, 2, '0'},
		{'I', hour_12(clock), 2, '0'}, {'j', clock->day_of_year + 1, 3, '0'},
		{'k', civil->hour, 2, ' '}, {'l', hour_12(clock), 2, ' '},
		{'m', civil->month, 2, '0'}, {'M', civil->minute, 2, '0'},
		{'S', civil->second, 2, '0'},
		{'u', clock->weekday == 0 ? 7 : clock->weekday, 1, '0'},
		{'U', (clock->day_of_year + 7 - clock->weekday) / 7, 2, '0'}, {'V', week, 2, '0'},
		{'w', clock->weekday, 1, '0'},
		{'W', (clock->day_of_year + 7 - (clock->weekday + 6) % 7) / 7, 2, '0'},
		{'y', civil->year % 100, 2, '0'}, {'Y', civil->year, 4, '0'}};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (numbers[i].directive != directive)
			continue;
		if (is_bare)
			g_string_append_printf(out, "%d", numbers[i].number);
		else if (numbers[i].fill == '0')
			g_string_append_printf(out, "%0*d", numbers[i].width, numbers[i].number);
		else
			g_string_append_printf(out, "%*d", numbers[i].width, numbers[i].number);
		return true;
	}
	return false;
}

static bool print_word(const struct clock *clock, char directive, GString *out)
{
	const char *day = day_names[clock->weekday], *month = month_names[clock->civil.month - 1];
	int64_t at = clock->wall_us - clock->offset_s * SECOND_US;

	switch (directive) {
	case 'a':
		g_string_append_len(out, day, 3);
		return true;
	case 'A':
		g_string_append(out, day);
		return true;
	case 'b':
	case 'h':
		g_string_append_len(out, month, 3);
		return true;
	case 'B':
		g_string_append(out, month);
		return true;
	case 'p':
		g_string_append(out, clock->civil.hour < 12 ? "AM" : "PM");
		return true;
	case 's':
		g_string_append_printf(out, "%" PRId64, at / SECOND_US - (at % SECOND_US < 0));
		return true;
	case 'z':
		print_offset(clock, "", out);
		return true;
	case 'Z':
		g_string_append(out, clock->zone);
		return true;
	case '%':
	case 'n':
	case 't':
		g_string_append_c(out, directive == '%' ? '%' : directive == 'n' ? '\n' : '\t');
		return true;
	default:
		return false;
	}
}

static const char *composite(char directive)
{
	switch (directive) {
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'r':
		return "%I:%M:%S %p";
	case 'R':
		return "%H:%M";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	default:
		return NULL;
	}
}

static bool print_format(
	struct render *render, const struct clock *clock, const char *format, GString *out)
{
	for (; *format; format++) {
		if (!render_work(render, 8))
			return false;
		if (*format != '%') {
			g_string_append_c(out, *format);
			continue;
		}
		bool is_bare = format[1] == '-', has_colon = format[1] == ':';
		char directive = format[1 + (is_bare || has_colon)];
		if (has_colon && directive == 'z') {
			print_offset(clock, ":", out);
		} else if (!has_colon && !is_bare && composite(directive)) {
			print_format(render, clock, composite(directive), out);
		} else if (has_colon
			|| !(print_number(clock, directive, is_bare, out)
				|| (!is_bare && print_word(clock, directive, out)))) {
			g_autofree char *written = g_utf8_substring(format, 0,
				MIN(g_utf8_strlen(format, -1), 2 + (is_bare || has_colon)));
			return render_fail(
				render, "\"%s\" is not a directive of strftime", written);
		}
		format += 1 + (is_bare || has_colon);
	}
	return true;
}

bool strftime_format(struct render *render, const char *format, int64_t wall_us, int offset_s,
	const char *zone, GString *out)
{
	struct clock clock = clock_make(wall_us, offset_s, zone);
	return print_format(render, &clock, format, out);
}

bool token_format(struct render *render, const char *format, int64_t wall_us, int offset_s,
	const char *zone, GString *out)
{
	static const struct {
		const char *token, *directives;
	} tokens[] = {{"YYYY", "%Y"}, {"YY", "%y"}, {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"},
		{"M", "%-m"}, {"DDDD", "%j"}, {"DDD", "%-j"}, {"DD", "%d"}, {"D", "%-d"},
		{"dddd", "%A"}, {"ddd", "%a"}, {"E", "%u"}, {"HH", "%H"}, {"H", "%-H"},
		{"hh", "%I"}, {"h", "%-I"}, {"mm", "%M"}, {"m", "%-M"}, {"ss", "%S"}, {"s", "%-S"},
		{"SSSSSS", "%f"}, {"A", "%p"}, {"ZZ", "%z"}, {"Z", "%:z"}, {"zz", "%Z"},
		{"z", "%Z"}, {"X", "%s"}};
	struct clock clock = clock_make(wall_us, offset_s, zone);

	while (*format) {
		size_t i = 0, len;
		while (i < G_N_ELEMENTS(tokens) && !g_str_has_prefix(format, tokens[i].token))
			i++;
		if (i < G_N_ELEMENTS(tokens)) {
			if (!print_format(render, &clock, tokens[i].directives, out))
				return false;
			format += strlen(tokens[i].token);
			continue;
		}
		const char *end = *format == '[' ? strchr(format, ']') : NULL;
		if (end) { /* [text] stands for itself */
			g_string_append_len(out, format + 1, end - format - 1);
			format = end + 1;
			continue;
		}
		len = (size_t)(g_utf8_next_char(format) - format);
		if (g_ascii_isalpha(*format))
			return render_fail(render,
				"\"%c\" is not a token of format; write text in [ ]", *format);
		g_string_append_len(out, format, (gssize)len);
		format += len;
	}
	return true;
}
