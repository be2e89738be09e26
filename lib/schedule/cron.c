/* SPDX-License-Identifier: MIT */
/*
 * `minute hour day-of-month month day-of-week`, with the second before them where that was asked
 * for; each field is a list of items, each item a value, a range or `*`, with a step behind it or
 * not. What other crons write differently (Quartz' `?`, ranges over midnight) gets an error that
 * says what to write.
 */
#include "lib/schedule/cron.h"

#include <string.h>

#include "lib/base/instant.h"
#include "lib/base/problem.h"

/* Larger than any value or step; more digits do not make it larger. */
enum { NUMBER_MAX = 9999 };
#define ORDER "minute, hour, day of month, month, day of week"
enum { SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY, N_FIELDS };

struct field {
	const char *name;
	int minimum, maximum;
	const char *const *names; /* of its values from `minimum` on, NULL-terminated; or NULL */
};

static const char *const month_names[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field fields[N_FIELDS] = {
	[SECOND] = {"second", 0, 59, NULL},
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
			"\"%s\" is no %s; the working day nearest to the 15th is written 15W, the "
			"last one LW",
			item, field->name);
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

/* `15W`, `LW`. */
static bool read_workday(struct parser *parser, const char *item)
{
	const char *at = item;
	int day;
	if (g_ascii_strcasecmp(item, "LW") == 0)
		return parser->cron->last_workday = true;
	if (!read_value(parser, &at, &day) || g_ascii_strcasecmp(at, "W") != 0)
		return refuse_item(parser, item);
	if (!check_value(parser, day))
		return false;
	parser->cron->workdays_near |= UINT32_C(1) << day;
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
	if (parser->field == &fields[DAY] && strpbrk(item, "Ww"))
		return read_workday(parser, item);
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

/* The texts of all fields, from the second on. */
static bool read_fields(struct parser *parser, const char *const *texts)
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
	cron->seconds = bits[SECOND];
	cron->minutes = bits[MINUTE];
	cron->hours = (uint32_t)bits[HOUR];
	cron->days = (uint32_t)bits[DAY];
	cron->months = (uint16_t)bits[MONTH];
	cron->weekdays = (bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f; /* 7 is Sunday, too */
	cron->any_day = any[DAY];
	cron->any_weekday = any[WEEKDAY];
	cron->fixed = *texts[SECOND] != '*' && *texts[MINUTE] != '*' && *texts[HOUR] != '*';
	warn_of_two_days(parser, step[DAY] || step[WEEKDAY]);
	return true;
}

/* Six fields where five were wanted, or the other way round: both readings. */
static bool refuse_form(const struct parser *parser, char **words, enum cron_form form)
{
	g_autofree char *text = g_strjoinv(" ", words);
	if (form == CRON_SECONDS)
		return refuse(parser,
			"it has 5 fields, with \"seconds: true\" 6 were expected (second, " ORDER
			"); write \"0 %s\", or take \"seconds\" out",
			text);
	g_autofree char *five = g_strjoinv(" ", words + 1);
	return refuse(parser,
		"it has 6 fields, 5 were expected (" ORDER "); if the first one is seconds, "
		"write \"%s\", or {cron: \"%s\", seconds: true} to be due at those seconds",
		five, text);
}

/* One word that is no preset. */
static bool refuse_word(const struct parser *parser, const char *word)
{
	const char *names[G_N_ELEMENTS(presets) + 1] = {NULL};
	bool marked = word[0] == '@';
	if (strcmp(word, "@once") == 0 || strcmp(word, "@continuous") == 0)
		return refuse(parser, "write it alone: schedule: \"%s\"", word);
	if (strcmp(word, "@reboot") == 0)
		return refuse(parser, "a DAG is not started by a reboot");
	for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
		names[i] = presets[i].name;
	const char *similar = suggest(word + marked, names);
	if (similar)
		return refuse(parser, "did you mean \"%s%s\"?", marked ? "@" : "", similar);
	return refuse(parser, "expected five fields (" ORDER ") or a preset such as @daily");
}

static const char *preset_find(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
		if (strcmp(word + (*word == '@'), presets[i].name) == 0)
			return presets[i].expression;
	return NULL;
}

/* Any other number of fields: what was meant, as far as that can be told. */
static bool refuse_count(const struct parser *parser, char **words, unsigned n, enum cron_form form)
{
	if (n && strcmp(words[0], "@every") == 0)
		return refuse(parser, "for an interval write the duration alone, such as 5m");
	if (n && strchr(words[0], '='))
		return refuse(parser, "a time zone is a key of its own (timezone), not part of it");
	if (n == 5 || n == 6)
		return refuse_form(parser, words, form);
	if (n == 1 && form == CRON_SECONDS && preset_find(words[0]))
		return refuse(parser, "it is a preset, which has no seconds; take \"seconds\" out");
	if (n == 1)
		return refuse_word(parser, words[0]);
	return form == CRON_SECONDS
		? refuse(parser, "it has %u fields, 6 were expected (second, " ORDER ")", n)
		: refuse(parser, "it has %u fields, 5 were expected (" ORDER ")", n);
}

bool cron_is_preset(const char *word)
{
	return preset_find(word) != NULL;
}

/* The words between spaces and tabs. */
static char **split(const char *text)
{
	g_auto(GStrv) parts = g_strsplit_set(text, " \t\r\n", -1);
	GPtrArray *words = g_ptr_array_new();
	for (char **part = parts; *part; part++)
		if (**part)
			g_ptr_array_add(words, g_strdup(*part));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static void warn_if_never(struct parser *parser)
{
	int64_t from = civil_to_wall(&(struct civil){.year = 2000, .month = 1, .day = 1});
	int64_t until = civil_to_wall(&(struct civil){.year = 2040, .month = 1, .day = 1});
	if (cron_match(parser->cron, from, until) == INSTANT_NEVER)
		warn(parser, "\"%s\" is never due: no month has such a day", parser->expression);
}

bool cron_parse(const char *expression, enum cron_form form, struct cron *cron, char **warning,
	GError **error)
{
	g_autoptr(GString) warnings = g_string_new(NULL);
	struct parser parser = {
		.expression = expression, .cron = cron, .warning = warnings, .error = error};
	const char *texts[N_FIELDS] = {"0"};
	g_auto(GStrv) words = split(expression);
	const char *preset =
		words[0] && !words[1] && form == CRON_MINUTES ? preset_find(words[0]) : NULL;
	if (preset) {
		g_strfreev(words);
		words = split(preset);
	}
	unsigned n = g_strv_length(words);
	unsigned n_given = form == CRON_SECONDS ? N_FIELDS : N_FIELDS - 1;
	*cron = (struct cron){0};
	*warning = NULL;
	if (n != n_given)
		return refuse_count(&parser, words, n, form);
	for (unsigned i = 0; i < n; i++)
		texts[N_FIELDS - n + i] = words[i];
	if (!read_fields(&parser, texts))
		return false;
	warn_if_never(&parser);
	*warning = warnings->len ? g_strdup(warnings->str) : NULL;
	return true;
}
