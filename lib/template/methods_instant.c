/* SPDX-License-Identifier: MIT */
/* Attributes, methods and filters of instants and durations, as Pendulum has them. */
#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/schedule.h"
#include "lib/template/render.h"

static char *zone_text(const struct template_value *instant)
{
	if (instant->zone)
		return g_strdup(zone_name(instant->zone));
	int minutes = ABS(instant->offset_s) / 60;
	return minutes == 0 ? g_strdup("UTC")
			    : g_strdup_printf("%c%02d:%02d", instant->offset_s < 0 ? '-' : '+',
				    minutes / 60, minutes % 60);
}

/* The instant by a strftime format. */
static bool give_strftime(struct call *call, const char *format)
{
	const struct template_value *instant = call->subject;
	g_autofree char *zone = zone_text(instant);
	g_autoptr(GString) out = g_string_new(NULL);

	if (instant->kind != VALUE_INSTANT)
		return render_fail(call->render, "%s wants an instant, not %s", call->builtin->name,
			value_kind_name(instant));
	return strftime_format(
		       call->render, format, instant_wall(instant), instant->offset_s, zone, out)
		&& value_set_text(call->render, call->out, out->str, out->len);
}

static bool give_iso(struct call *call)
{
	if (call->subject->kind != VALUE_INSTANT)
		return render_fail(call->render, "%s wants an instant, not %s", call->builtin->name,
			value_kind_name(call->subject));
	json_t *iso = value_json(call->render, call->subject);
	value_set_json(call->out, iso);
	return true;
}

static bool filter_ds(struct call *call)
{
	return give_strftime(call, "%Y-%m-%d");
}

static bool filter_ds_nodash(struct call *call)
{
	return give_strftime(call, "%Y%m%d");
}

static bool filter_ts_nodash(struct call *call)
{
	return give_strftime(call, "%Y%m%dT%H%M%S");
}

/* ISO less its dashes and colons; the sign of an offset to the west goes, too, as in Airflow. */
static bool filter_ts_nodash_with_tz(struct call *call)
{
	g_autoptr(GString) text = g_string_new(NULL);
	if (!give_iso(call))
		return false;
	for (const char *at = json_string_value(call->out->json); *at; at++) {
		if (*at != '-' && *at != ':')
			g_string_append_c(text, *at);
	}
	template_value_clear(call->out);
	return value_set_text(call->render, call->out, text->str, text->len);
}

const struct builtin instant_filters[] = {
	{"ds", "", filter_ds},
	{"ds_nodash", "", filter_ds_nodash},
	{"ts", "", give_iso},
	{"ts_nodash", "", filter_ts_nodash},
	{"ts_nodash_with_tz", "", filter_ts_nodash_with_tz},
	{NULL},
};

static int64_t floor_second(int64_t at)
{
	return at / SECOND_US - (at % SECOND_US < 0);
}

bool instant_attribute(
	const struct template_value *value, const char *name, struct template_value *out)
{
	struct civil civil = civil_from_wall(instant_wall(value));
	struct civil first = {.year = civil.year, .month = 1, .day = 1};
	const struct {
		const char *name;
		int64_t number;
	} numbers[] = {{"year", civil.year}, {"month", civil.month}, {"day", civil.day},
		{"hour", civil.hour}, {"minute", civil.minute}, {"second", civil.second},
		{"microsecond", civil.microsecond}, {"quarter", (civil.month + 2) / 3},
		{"day_of_week", (civil_weekday(&civil) + 6) % 7},
		{"day_of_year", (instant_wall(value) - civil_to_wall(&first)) / DAY_US + 1},
		{"days_in_month", civil_days_in_month(civil.year, civil.month)},
		{"int_timestamp", floor_second(value->at)}, {"offset", value->offset_s}};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			value_set_json(out, json_integer(numbers[i].number));
			return true;
		}
	}
	if (strcmp(name, "timezone_name") != 0)
		return false;
	g_autofree char *zone = zone_text(value);
	value_set_json(out, json_string(zone));
	return true;
}

static bool method_strftime(struct call *call)
{
	const char *format;
	return call_text(call, 0, NULL, &format) && give_strftime(call, format);
}

static bool method_format(struct call *call)
{
	const char *format;
	g_autofree char *zone = zone_text(call->subject);
	g_autoptr(GString) out = g_string_new(NULL);
	return call_text(call, 0, NULL, &format)
		&& token_format(call->render, format, instant_wall(call->subject),
			call->subject->offset_s, zone, out)
		&& value_set_text(call->render, call->out, out->str, out->len);
}

static bool method_date(struct call *call)
{
	return give_strftime(call, "%Y-%m-%d");
}

static bool method_time(struct call *call)
{
	bool has_fraction = call->subject->at % SECOND_US != 0;
	return give_strftime(call, has_fraction ? "%H:%M:%S.%f" : "%H:%M:%S");
}

static bool method_datetime_text(struct call *call)
{
	return give_strftime(call, "%Y-%m-%d %H:%M:%S");
}

static bool method_timestamp(struct call *call)
{
	value_set_json(call->out, json_real(call->subject->at / 1e6));
	return true;
}

static bool method_weekday(struct call *call)
{
	struct civil civil = civil_from_wall(instant_wall(call->subject));
	value_set_json(call->out, json_integer((civil_weekday(&civil) + 6) % 7));
	return true;
}

static bool method_isoweekday(struct call *call)
{
	struct civil civil = civil_from_wall(instant_wall(call->subject));
	value_set_json(call->out, json_integer((civil_weekday(&civil) + 6) % 7 + 1));
	return true;
}

/* The arguments of add(), subtract() and replace(), by these names. */
static const char moments[] = "years? months? weeks? days? hours? minutes? seconds? microseconds?";
enum { YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS, MICROSECONDS, N_MOMENTS };
static const int64_t moments_us[N_MOMENTS] = {
	0, 0, 7 * DAY_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, 1};

/* How far a template may go at once: what is longer leaves the calendar anyway. */
enum { YEARS_MAX = 10000 };

static bool moments_read(struct call *call, int64_t sign, int64_t amounts[N_MOMENTS])
{
	for (size_t i = 0; i < N_MOMENTS; i++) {
		int64_t unit_us = i == YEARS ? 365 * DAY_US
			: i == MONTHS        ? 30 * DAY_US
					     : moments_us[i];
		if (!call_integer(call, i, 0, &amounts[i]))
			return false;
		int64_t limit = YEARS_MAX * (365 * DAY_US / unit_us) + 1;
		if (unit_us == 1)
			limit = YEARS_MAX * 365 * DAY_US;
		if (amounts[i] > limit || amounts[i] < -limit)
			return render_fail(
				call->render, "the instant is outside of the years 1 to 9999");
		amounts[i] *= sign;
	}
	return true;
}

/* Years to days move the wall clock, hours and less are elapsed time. */
static bool give_moved(struct call *call, int64_t sign)
{
	int64_t amounts[N_MOMENTS], elapsed_us = 0;
	struct civil civil = civil_from_wall(instant_wall(call->subject));

	if (!moments_read(call, sign, amounts))
		return false;
	int64_t month = civil.year * 12 + civil.month - 1 + amounts[YEARS] * 12 + amounts[MONTHS];
	if (month < 12 || month >= 12 * 10000)
		return render_fail(call->render, "the instant is outside of the years 1 to 9999");
	civil.year = (int)(month / 12);
	civil.month = (int)(month % 12) + 1;
	civil.day = MIN(civil.day, civil_days_in_month(civil.year, civil.month));
	int64_t wall = civil_to_wall(&civil) + amounts[WEEKS] * 7 * DAY_US + amounts[DAYS] * DAY_US;
	for (size_t i = HOURS; i < N_MOMENTS; i++)
		elapsed_us += amounts[i] * moments_us[i];
	struct template_value moved = {0};
	bool is_moved = amounts[YEARS] || amounts[MONTHS] || amounts[WEEKS] || amounts[DAYS];
	if (!is_moved)
		moved = *call->subject;
	else if (!value_set_instant(call->render, &moved, wall, call->subject))
		return false;
	if (elapsed_us == 0) {
		*call->out = moved;
		return true;
	}
	/* Elapsed: by way of UTC, then shown in its zone again. */
	struct template_value utc = {.kind = VALUE_INSTANT};
	if (!value_set_instant(call->render, &utc, moved.at + elapsed_us, &utc))
		return false;
	*call->out = utc;
	call->out->zone = moved.zone;
	call->out->offset_s = moved.zone ? zone_offset_s(moved.zone, utc.at) : moved.offset_s;
	return true;
}

static bool method_add(struct call *call)
{
	return give_moved(call, 1);
}

static bool method_subtract(struct call *call)
{
	return give_moved(call, -1);
}

static bool civil_is_valid(const struct civil *civil)
{
	return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12
		&& civil->day >= 1 && civil->day <= civil_days_in_month(civil->year, civil->month)
		&& civil->hour >= 0 && civil->hour < 24 && civil->minute >= 0 && civil->minute < 60
		&& civil->second >= 0 && civil->second < 60 && civil->microsecond >= 0
		&& civil->microsecond < 1000000;
}

static bool method_replace(struct call *call)
{
	struct civil civil = civil_from_wall(instant_wall(call->subject));
	int *const fields[] = {&civil.year, &civil.month, &civil.day, &civil.hour, &civil.minute,
		&civil.second, &civil.microsecond};

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		int64_t number;
		if (!call_integer(call, i, *fields[i], &number))
			return false;
		*fields[i] = (int)CLAMP(number, -1, 1000000);
	}
	if (!civil_is_valid(&civil))
		return render_fail(call->render, "there is no such date and time");
	return value_set_instant(call->render, call->out, civil_to_wall(&civil), call->subject);
}

/* The unit of start_of() and end_of(), from the smallest. */
static int unit_read(struct call *call)
{
	static const char *const units[] = {
		"second", "minute", "hour", "day", "week", "month", "year", NULL};
	const char *unit;
	if (!call_text(call, 0, NULL, &unit))
		return -1;
	for (int i = 0; units[i]; i++) {
		if (strcmp(units[i], unit) == 0)
			return i;
	}
	render_fail(
		call->render, "the unit must be second, minute, hour, day, week, month or year");
	return -1;
}

static struct civil unit_begin(struct civil civil, int unit)
{
	civil.microsecond = 0;
	civil.second = unit >= 1 ? 0 : civil.second;
	civil.minute = unit >= 2 ? 0 : civil.minute;
	civil.hour = unit >= 3 ? 0 : civil.hour;
	if (unit == 4)
		return civil_from_wall(
			civil_to_wall(&civil) - (civil_weekday(&civil) + 6) % 7 * DAY_US);
	civil.day = unit >= 5 ? 1 : civil.day;
	civil.month = unit >= 6 ? 1 : civil.month;
	return civil;
}

static bool method_start_of(struct call *call)
{
	int unit = unit_read(call);
	struct civil civil = unit_begin(civil_from_wall(instant_wall(call->subject)), unit);
	return unit >= 0
		&& value_set_instant(call->render, call->out, civil_to_wall(&civil), call->subject);
}

/* The last microsecond before the next unit begins. */
static bool method_end_of(struct call *call)
{
	static const int64_t lengths_us[] = {SECOND_US, MINUTE_US, HOUR_US, DAY_US, 7 * DAY_US};
	int unit = unit_read(call);
	if (unit < 0)
		return false;
	struct civil civil = unit_begin(civil_from_wall(instant_wall(call->subject)), unit);
	int64_t wall;
	if (unit < 5) {
		wall = civil_to_wall(&civil) + lengths_us[unit];
	} else {
		civil.month = unit == 6 ? 12 : civil.month;
		civil.day = civil_days_in_month(civil.year, civil.month);
		wall = civil_to_wall(&civil) + DAY_US;
	}
	return value_set_instant(call->render, call->out, wall - 1, call->subject);
}

static bool method_in_timezone(struct call *call)
{
	const char *name;
	g_autoptr(GError) error = NULL;
	if (!call_text(call, 0, NULL, &name))
		return false;
	const struct zone *zone = zone_get(name, &error);
	if (!zone)
		return render_fail(call->render, "%s", error->message);
	*call->out = *call->subject;
	call->out->zone = zone;
	call->out->offset_s = zone_offset_s(zone, call->subject->at);
	return true;
}

const struct builtin instant_methods[] = {
	{"add", moments, method_add},
	{"date", "", method_date},
	{"end_of", "unit", method_end_of},
	{"format", "fmt", method_format},
	{"in_timezone", "tz", method_in_timezone},
	{"in_tz", "tz", method_in_timezone},
	{"isoformat", "", give_iso},
	{"isoweekday", "", method_isoweekday},
	{"replace", "year? month? day? hour? minute? second? microsecond?", method_replace},
	{"start_of", "unit", method_start_of},
	{"strftime", "fmt", method_strftime},
	{"subtract", moments, method_subtract},
	{"time", "", method_time},
	{"timestamp", "", method_timestamp},
	{"to_date_string", "", method_date},
	{"to_datetime_string", "", method_datetime_text},
	{"to_iso8601_string", "", give_iso},
	{"weekday", "", method_weekday},
	{NULL},
};

bool duration_attribute(
	const struct template_value *value, const char *name, struct template_value *out)
{
	int64_t days = value->at / DAY_US - (value->at % DAY_US < 0);
	int64_t rest = value->at - days * DAY_US;
	bool is_days = strcmp(name, "days") == 0, is_seconds = strcmp(name, "seconds") == 0;

	if (!is_days && !is_seconds && strcmp(name, "microseconds") != 0)
		return false;
	value_set_json(out,
		json_integer(is_days         ? days
				: is_seconds ? rest / SECOND_US
					     : rest % SECOND_US));
	return true;
}

static bool method_total_seconds(struct call *call)
{
	value_set_json(call->out, json_real(call->subject->at / 1e6));
	return true;
}

static bool give_whole(struct call *call, int64_t unit_us)
{
	value_set_json(call->out, json_integer(call->subject->at / unit_us));
	return true;
}

static bool method_in_seconds(struct call *call)
{
	return give_whole(call, SECOND_US);
}

static bool method_in_minutes(struct call *call)
{
	return give_whole(call, MINUTE_US);
}

static bool method_in_hours(struct call *call)
{
	return give_whole(call, HOUR_US);
}

static bool method_in_days(struct call *call)
{
	return give_whole(call, DAY_US);
}

const struct builtin duration_methods[] = {
	{"in_days", "", method_in_days},
	{"in_hours", "", method_in_hours},
	{"in_minutes", "", method_in_minutes},
	{"in_seconds", "", method_in_seconds},
	{"total_seconds", "", method_total_seconds},
	{NULL},
};
