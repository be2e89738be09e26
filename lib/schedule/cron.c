/* SPDX-License-Identifier: MIT */
/*
 * `minute hour day-of-month month day-of-week`; each field is a list of items, each item a value, a
 * range or `*`, with a step behind it or not. What other crons write differently (Quartz' `?` and
 * `W`, seconds, ranges over midnight) gets an error that says what to write.
 */
#include "lib/schedule/cron.h"

#include <string.h>

#include "lib/base/instant.h"
#include "lib/base/problem.h"

/* Larger than any value or step; more digits do not make it larger. */
enum { NUMBER_MAX = 9999 };
enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, N_FIELDS };

struct field {
	const char *name;
	int minimum, maximum;
	const char *const *names; /* of its values from `minimum` on, NULL-terminated; or NULL */
};

static const char *const month_names[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field fields[N_FIELDS] = {
	[MINUTE] = {"minute", 0, 59, NULL},
	[HOUR] = {"hour", 0, 23, NULL},
	[DAY] = {"day of month", 1, 31, NULL},
	[MONTH] = {"month", 1, 12, month_names},
	[WEEKDAY] = {"day of week", 0, 7, weekday_names},
};

static const struct preset {
	const char *name, *expression;
} presets[] = {
	{"hourly", "0 * * * *"},
	{"daily", "0 0 * * *"},
	{"midnight", "0 0 * * *"},
	{"weekly", "0 0 * * 0"},
	{"monthly", "0 0 1 * *"},
	{"quarterly", "0 0 1 */3 *"},
	{"yearly", "0 0 1 1 *"},
	{"annually", "0 0 1 1 *"},
};

struct parser {
	const char *expression;
	const struct field *field;
	struct cron *cron;
	uint64_t bits; /* of the field so far */
	bool any;      /* the field has `*` in it, without a step */
	bool step;     /* ... with a step */
	GString *warning;
	GError **error;
};

/* An item: `first-last/step` once it is read. */
struct range {
	int first, last, step;
	bool is_range;
};

G_GNUC_PRINTF(2, 3)
static bool refuse(const struct parser *parser, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return error_say(
		parser->error, "\"%s\" is not a cron expression: %s", parser->expression, why);
}

G_GNUC_PRINTF(2, 3)
static void warn(struct parser *parser, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (parser->warning->len)
		g_string_append(parser->warning, "; ");
	g_string_append_vprintf(parser->warning, format, arguments);
	va_end(arguments);
}

static bool is_weekday(const struct parser *parser)
{
	return parser->field == &fields[WEEKDAY];
}

static bool refuse_item(const struct parser *parser, const char *item)
{
	const struct field *field = parser->field;
	if (strchr(item, '?'))
		return refuse(parser, "\"?\" is Quartz' word for any %s; write \"*\"", field->name);
	if (field == &fields[DAY] && strpbrk(item, "Ww"))
		return refuse(parser,
			"the nearest working day (\"%s\") is not supported; name the days, or let "
			"the first task check the date",
			item);
	if (is_weekday(parser) && g_ascii_isdigit(item[0]) && g_ascii_toupper(item[1]) == 'L')
		return refuse(parser, "the last weekday of a month is written L%c, not \"%s\"",
			item[0], item);
	if (field == &fields[DAY] && g_ascii_toupper(item[0]) == 'L')
		return refuse(parser, "\"%s\" is no %s; \"L\" alone is the last day of the month",
			item, field->name);
	return refuse(parser,
		"\"%s\" is no %s; expected %d-%d%s%s, \"*\", a range or a step such as \"*/2\"",
		item, field->name, field->minimum, field->maximum,
		field->names ? " or a name such as " : "", field->names ? field->names[1] : "");
}

/* A number or a name at *at, which moves behind it. */
static bool read_value(const struct parser *parser, const char **at, int *value)
{
	const struct field *field = parser->field;
	const char *start = *at;
	for (*value = 0; g_ascii_isdigit(**at); (*at)++)
		*value = MIN(*value * 10 + g_ascii_digit_value(**at), NUMBER_MAX);
	if (*at > start)
		return *at - start < 4;
	for (int i = 0; field->names && field->names[i]; i++) {
		if (g_ascii_strncasecmp(*at, field->names[i], 3) != 0)
			continue;
		*value = field->minimum + i;
		*at += 3;
		return true;
	}
	return false;
}

static bool check_value(const struct parser *parser, int value)
{
	const struct field *field = parser->field;
	return (value >= field->minimum && value <= field->maximum)
		|| refuse(parser, "%s %d is outside %d-%d", field->name, value, field->minimum,
			field->maximum);
}

/* `22-2`: what to write for it. */
static bool refuse_wrap(const struct parser *parser, const struct range *range)
{
	const struct field *field = parser->field;
	int last = is_weekday(parser) ? 6 : field->maximum;
	return refuse(parser, "%s range %d-%d runs backwards; write %d-%d,%d-%d", field->name,
		range->first, range->last, range->first, last, field->minimum, range->last);
}

/* What stands before the step: `*`, `3`, `3-5`. */
static bool read_base(struct parser *parser, const char *item, const char **at, struct range *range)
{
	const struct field *field = parser->field;
	if (**at == '*') {
		(*at)++;
		/* Sunday is there once. */
		*range = (struct range){
			field->minimum, field->maximum - is_weekday(parser), 1, true};
		return true;
	}
	if (!read_value(parser, at, &range->first))
		return refuse_item(parser, item);
	range->last = range->first;
	range->is_range = **at == '-';
	if (range->is_range) {
		(*at)++;
		const char *word = *at;
		if (!read_value(parser, at, &range->last))
			return refuse_item(parser, item);
		/* `FRI-SUN`: as the end of a range, Sunday is the seventh day. */
		bool is_sunday = is_weekday(parser) && g_ascii_isalpha(*word) && range->last == 0;
		if (is_sunday && range->first > 0)
			range->last = 7;
	}
	return check_value(parser, range->first) && check_value(parser, range->last)
		&& (range->first <= range->last || refuse_wrap(parser, range));
}

static bool read_step(struct parser *parser, const char *item, const char **at, struct range *range)
{
	const struct field *field = parser->field;
	(*at)++;
	const char *digits = *at;
	for (range->step = 0; g_ascii_isdigit(**at); (*at)++)
		range->step = MIN(range->step * 10 + g_ascii_digit_value(**at), NUMBER_MAX);
	if (*at == digits)
		return refuse_item(parser, item);
	if (range->step == 0)
		return refuse(parser, "%s \"%s\" has a step of 0", field->name, item);
	if (!range->is_range) /* `5/15` is `5-59/15` */
		range->last = MAX(range->first, field->maximum - is_weekday(parser));
	if (range->step > field->maximum - field->minimum)
		warn(parser,
			"%s \"%s\" is due at %d only, because a step begins anew with each round; "
			"for an interval write a duration such as 90m",
			field->name, item, range->first);
	return true;
}

/* `L5`, `LFRI`: bits of the weekdays that are wanted once, the last in the month. */
static bool read_last_weekday(struct parser *parser, const char *item)
{
	const char *at = item + 1;
	int weekday;
	if (!read_value(parser, &at, &weekday) || *at)
		return refuse(parser, "\"%s\" is no %s; the last Friday is written L5", item,
			parser->field->name);
	if (!check_value(parser, weekday))
		return false;
	parser->cron->last_weekdays |= 1 << weekday % 7;
	return true;
}

/* `5#2`, `FRI#2`. */
static bool read_nth_weekday(struct parser *parser, const char *item)
{
	const char *at = item;
	int weekday;
	if (!read_value(parser, &at, &weekday) || *at != '#')
		return refuse_item(parser, item);
	if (!check_value(parser, weekday))
		return false;
	if (at[1] < '1' || at[1] > '5' || at[2])
		return refuse(parser, "%s \"%s\": expected 1 to 5 behind \"#\"",
			parser->field->name, item);
	parser->cron->nth_weekdays[at[1] - '1'] |= 1 << weekday % 7;
	return true;
}

static bool read_item(struct parser *parser, const char *item)
{
	if (parser->field == &fields[DAY] && g_ascii_strcasecmp(item, "L") == 0)
		return parser->cron->last_day = true;
	if (is_weekday(parser) && g_ascii_toupper(*item) == 'L')
		return read_last_weekday(parser, item);
	if (is_weekday(parser) && strchr(item, '#'))
		return read_nth_weekday(parser, item);
	struct range range = {.step = 1};
	const char *at = item;
	if (!read_base(parser, item, &at, &range))
		return false;
	if (*item == '*')
		*(*at == '/' ? &parser->step : &parser->any) = true;
	if (*at == '/' && !read_step(parser, item, &at, &range))
		return false;
	if (*at)
		return refuse_item(parser, item);
	for (int value = range.first; value <= range.last; value += range.step)
		parser->bits |= UINT64_C(1) << value;
	return true;
}

static bool read_field(struct parser *parser, const struct field *field, const char *text)
{
	parser->field = field;
	parser->bits = 0;
	parser->any = parser->step = false;
	g_auto(GStrv) items = g_strsplit_set(text, ",", -1);
	for (char **item = items; *item; item++) {
		if (!**item)
			return refuse(parser, "%s \"%s\" has an empty place in its list",
				field->name, text);
		if (!read_item(parser, *item))
			return false;
	}
	return true;
}

/* Where cron and Airflow part: for cron a step of `*` does not restrict, and both must match. */
static void warn_of_two_days(struct parser *parser, bool is_step)
{
	if (is_step && !parser->cron->any_day && !parser->cron->any_weekday)
		warn(parser,
			"day of month and day of week are both restricted: it is due when either "
			"matches, as in Airflow; cron would want both, because of the \"*\"");
}

static bool read_fields(struct parser *parser, char **texts)
{
	uint64_t bits[N_FIELDS];
	bool any[N_FIELDS], step[N_FIELDS];
	for (int i = 0; i < N_FIELDS; i++) {
		if (!read_field(parser, &fields[i], texts[i]))
			return false;
		bits[i] = parser->bits;
		any[i] = parser->any;
		step[i] = parser->step;
	}
	struct cron *cron = parser->cron;
	cron->minutes = bits[MINUTE];
	cron->hours = bits[HOUR];
	cron->days = bits[DAY];
	cron->months = bits[MONTH];
	cron->weekdays = (bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f; /* 7 is Sunday, too */
	cron->any_day = any[DAY];
	cron->any_weekday = any[WEEKDAY];
	cron->fixed = *texts[MINUTE] != '*' && *texts[HOUR] != '*';
	warn_of_two_days(parser, step[DAY] || step[WEEKDAY]);
	return true;
}

/* Anything but five fields: what was meant, as far as that can be told. */
static bool refuse_count(const struct parser *parser, char **words, unsigned n)
{
	static const char order[] = "minute, hour, day of month, month, day of week";
	if (n && strcmp(words[0], "@every") == 0)
		return refuse(parser, "for an interval write the duration alone, such as 5m");
	if (n && strchr(words[0], '='))
		return refuse(parser, "a time zone is a key of its own (timezone), not part of it");
	if (n == 6) {
		g_autofree char *five = g_strjoinv(" ", words + 1);
		return refuse(parser,
			"it has 6 fields, 5 were expected (%s); if the first one is seconds, "
			"write \"%s\"",
			order, five);
	}
	if (n != 1)
		return refuse(parser, "it has %u fields, 5 were expected (%s)", n, order);
	if (strcmp(words[0], "@reboot") == 0)
		return refuse(parser, "a DAG is not started by a reboot");
	const char *names[G_N_ELEMENTS(presets) + 1] = {NULL};
	for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
		names[i] = presets[i].name;
	bool marked = words[0][0] == '@';
	const char *similar = suggest(words[0] + marked, names);
	if (similar)
		return refuse(parser, "did you mean \"%s%s\"?", marked ? "@" : "", similar);
	return refuse(parser, "expected five fields (%s) or a preset such as @daily", order);
}

/* The words between spaces and tabs; presets are replaced by what they stand for. */
static char **split(const char *expression)
{
	g_auto(GStrv) parts = g_strsplit_set(expression, " \t\r\n", -1);
	GPtrArray *words = g_ptr_array_new();
	for (char **part = parts; *part; part++)
		if (**part)
			g_ptr_array_add(words, g_strdup(*part));
	g_ptr_array_add(words, NULL);
	char **split = (char **)g_ptr_array_free(words, FALSE);
	for (size_t i = 0; g_strv_length(split) == 1 && i < G_N_ELEMENTS(presets); i++) {
		if (strcmp(split[0] + (split[0][0] == '@'), presets[i].name) != 0)
			continue;
		g_strfreev(split);
		return g_strsplit(presets[i].expression, " ", -1);
	}
	return split;
}

bool cron_parse(const char *expression, struct cron *cron, char **warning, GError **error)
{
	g_autoptr(GString) warnings = g_string_new(NULL);
	struct parser parser = {
		.expression = expression, .cron = cron, .warning = warnings, .error = error};
	g_auto(GStrv) words = split(expression);
	unsigned n = g_strv_length(words);
	*cron = (struct cron){0};
	*warning = NULL;
	if (n != N_FIELDS)
		return refuse_count(&parser, words, n);
	if (!read_fields(&parser, words))
		return false;
	int64_t from = civil_to_wall(&(struct civil){.year = 2000, .month = 1, .day = 1});
	int64_t until = civil_to_wall(&(struct civil){.year = 2040, .month = 1, .day = 1});
	if (cron_match(cron, from, until) == INSTANT_NEVER)
		warn(&parser, "\"%s\" is never due: no month has such a day", expression);
	*warning = warnings->len ? g_strdup(warnings->str) : NULL;
	return true;
}
