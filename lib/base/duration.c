/* SPDX-License-Identifier: MIT */
/*
 * Durations as people write them. A value is read digit by digit into whole units and millionths of
 * one, so that `0.1s` is exactly 100,000 microseconds.
 */
#include <string.h>

#include "lib/base/instant.h"

/* A hundred years: what is longer is a mistake, and an instant plus a duration never overflows. */
#define DURATION_MAX (36525 * DAY_US)

struct unit {
	const char *name;
	int64_t us;
};

/* In the order they must be written in. */
static const struct unit units[] = {{"w", 7 * DAY_US}, {"d", DAY_US}, {"h", HOUR_US},
	{"m", MINUTE_US}, {"s", SECOND_US}, {"ms", 1000}, {"us", 1}};
static const struct unit iso_date_units[] = {{"W", 7 * DAY_US}, {"D", DAY_US}};
static const struct unit iso_time_units[] = {{"H", HOUR_US}, {"M", MINUTE_US}, {"S", SECOND_US}};

/* `12` or `1.5`: `whole` units and `millionths` of one. False: no number here. */
static bool read_number(const char **at, int64_t *whole, int64_t *millionths)
{
	const char *start = *at;
	*whole = *millionths = 0;
	for (; g_ascii_isdigit(**at); (*at)++)
		if (*whole <= DURATION_MAX) /* more digits would only make it longer still */
			*whole = *whole * 10 + g_ascii_digit_value(**at);
	if (*at == start || **at != '.')
		return *at != start;
	(*at)++;
	int64_t scale = 100000;
	const char *fraction = *at;
	for (; g_ascii_isdigit(**at); (*at)++, scale /= 10)
		*millionths += scale * g_ascii_digit_value(**at);
	return *at != fraction;
}

/* Adds a number of units; too long stays too long. */
static void add(int64_t *total, int64_t whole, int64_t millionths, int64_t unit_us)
{
	if (whole > DURATION_MAX / unit_us) {
		*total = DURATION_MAX + 1;
		return;
	}
	/* A millionth of a week is 604,800 us and less than 10^6 of them are added: no overflow. */
	*total = MIN(*total + whole * unit_us + millionths * unit_us / 1000000, DURATION_MAX + 1);
}

static bool refuse(const char *text, GError **error)
{
	return error_say(error,
		"\"%s\" is not a duration: expected something like 30s, 5m, 1h30m, 2d, PT5M, or a "
		"number of seconds",
		text);
}

static bool refuse_unit(const char *text, const char *unit, GError **error)
{
	int n = 0;
	while (g_ascii_isalpha(unit[n]))
		n++;
	if (n == 0)
		return refuse(text, error);
	return error_say(error,
		"\"%s\" is not a duration: \"%.*s\" is no unit, or stands in the wrong order; the "
		"units are w d h m s ms, as in 1h30m",
		text, n, unit);
}

/* The letters at `at` as one of the units from `from` on; NULL when they are none. */
static const struct unit *find_unit(const char *at, const struct unit *list, size_t n, size_t from)
{
	size_t len = 0;
	while (g_ascii_isalpha(at[len]))
		len++;
	for (size_t i = from; i < n; i++)
		if (strlen(list[i].name) == len && strncmp(list[i].name, at, len) == 0)
			return &list[i];
	return NULL;
}

/* `1h30m`, `1h 30m`, `1.5h`, `90`; the units get smaller from left to right. */
static bool parse_short(const char *text, int64_t *total, GError **error)
{
	const char *at = text;
	size_t next = 0;
	do {
		int64_t whole, millionths;
		if (!read_number(&at, &whole, &millionths))
			return refuse(text, error);
		if (!*at && next == 0) {
			add(total, whole, millionths, SECOND_US);
			return true;
		}
		const struct unit *unit = find_unit(at, units, G_N_ELEMENTS(units), next);
		if (!unit)
			return refuse_unit(text, at, error);
		add(total, whole, millionths, unit->us);
		next = unit - units + 1;
		at += strlen(unit->name);
		if (*at == ' ')
			at++;
	} while (*at);
	return true;
}

/* Numbers with units of one half of `P1DT2H30M`, up to its end; false: not a duration. */
static bool parse_iso_half(
	const char **at, const struct unit *list, size_t n, int64_t *total, unsigned *n_read)
{
	size_t next = 0;
	while (**at && **at != 'T') {
		int64_t whole, millionths;
		if (!read_number(at, &whole, &millionths))
			return false;
		const struct unit *unit = NULL;
		for (size_t i = next; i < n && !unit; i++)
			if (list[i].name[0] == **at)
				unit = &list[i];
		if (!unit)
			return false;
		add(total, whole, millionths, unit->us);
		next = unit - list + 1;
		(*at)++;
		(*n_read)++;
	}
	return true;
}

static bool parse_iso(const char *text, int64_t *total, GError **error)
{
	const char *at = text + 1, *t = strchr(text, 'T');
	const char *long_unit = strpbrk(text, "YM");
	if (long_unit && (*long_unit == 'Y' || !t || long_unit < t)) {
		return error_say(error,
			"\"%s\" has years or months, which have no fixed length; write days", text);
	}
	unsigned n_read = 0;
	bool ok = parse_iso_half(&at, iso_date_units, G_N_ELEMENTS(iso_date_units), total, &n_read);
	if (ok && *at == 'T') {
		unsigned n_time = 0;
		at++;
		ok = parse_iso_half(
			     &at, iso_time_units, G_N_ELEMENTS(iso_time_units), total, &n_time)
			&& n_time > 0;
		n_read += n_time;
	}
	return (ok && !*at && n_read > 0) || refuse(text, error);
}

bool duration_parse(const char *text, int64_t *duration_us, GError **error)
{
	int64_t total = 0;
	if (text[0] == '-' && (g_ascii_isdigit(text[1]) || text[1] == 'P')) {
		return error_say(error, "\"%s\" is negative; a duration is zero or more", text);
	}
	bool ok =
		text[0] == 'P' ? parse_iso(text, &total, error) : parse_short(text, &total, error);
	if (!ok)
		return false;
	if (total > DURATION_MAX) {
		return error_say(error, "\"%s\" is more than a hundred years", text);
	}
	*duration_us = total;
	return true;
}

/* `1.5s`: seconds below a minute, the fraction without its trailing zeros. */
static void append_seconds(GString *out, uint64_t us)
{
	g_string_append_printf(out, "%" G_GUINT64_FORMAT, us / SECOND_US);
	if (us % SECOND_US) {
		g_string_append_printf(out, ".%06d", (int)(us % SECOND_US));
		while (out->str[out->len - 1] == '0')
			g_string_truncate(out, out->len - 1);
	}
	g_string_append_c(out, 's');
}

char *duration_text(int64_t duration_us)
{
	static const struct unit shown[] = {{"d", DAY_US}, {"h", HOUR_US}, {"m", MINUTE_US}};
	GString *out = g_string_new(duration_us < 0 ? "-" : NULL);
	uint64_t rest = duration_us < 0 ? -(uint64_t)duration_us : (uint64_t)duration_us;
	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
		uint64_t n = rest / shown[i].us;
		if (n)
			g_string_append_printf(out, "%" G_GUINT64_FORMAT "%s", n, shown[i].name);
		rest -= n * shown[i].us;
	}
	if (rest || duration_us == 0)
		append_seconds(out, rest);
	return g_string_free(out, FALSE);
}
