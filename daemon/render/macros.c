/* SPDX-License-Identifier: MIT */
/* Airflow's macros: small functions on dates, and two ways to be different each time. */
#include <time.h>

#include "daemon/render/scope.h"
#include "lib/base/instant.h"

static bool wrong(GError **error, const char *usage)
{
	g_set_error(error, LIB_ERROR, 0, "expected macros.%s", usage);
	return false;
}

/* The argument by place or by name. */
static json_t *argument(json_t *arguments, json_t *keywords, size_t i, const char *name)
{
	json_t *value = json_array_get(arguments, i);
	return value ? value : json_object_get(keywords, name);
}

static bool ds_add(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	const char *ds = json_string_value(argument(arguments, keywords, 0, "ds"));
	json_t *days = argument(arguments, keywords, 1, "days");
	int64_t wall;
	bool has_offset;
	int offset_s;
	if (!ds || !json_is_integer(days) || ABS(json_integer_value(days)) > 3000000)
		return wrong(error, "ds_add(ds, days)");
	if (!instant_parse(ds, &wall, &has_offset, &offset_s, error))
		return false;
	struct civil day = civil_from_wall(wall + json_integer_value(days) * DAY_US);
	if (day.year < 1 || day.year > 9999) {
		g_set_error(error, LIB_ERROR, 0, "the day is outside of the years 1 to 9999");
		return false;
	}
	g_autofree char *text = g_strdup_printf("%04d-%02d-%02d", day.year, day.month, day.day);
	return set_text(out, text);
}

static bool ds_format(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	const char *ds = json_string_value(argument(arguments, keywords, 0, "ds"));
	const char *input = json_string_value(argument(arguments, keywords, 1, "input_format"));
	const char *output = json_string_value(argument(arguments, keywords, 2, "output_format"));
	struct tm day = {.tm_mday = 1};
	if (!ds || !input || !output)
		return wrong(error, "ds_format(ds, input_format, output_format)");
	const char *end = strptime(ds, input, &day);
	if (!end || *end) {
		g_set_error(error, LIB_ERROR, 0, "\"%s\" does not have the form \"%s\"", ds, input);
		return false;
	}
	g_autoptr(GDateTime) date = g_date_time_new_utc(day.tm_year + 1900, day.tm_mon + 1,
		day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec);
	g_autofree char *text = date ? g_date_time_format(date, output) : NULL;
	if (text)
		return set_text(out, text);
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is no format for a date", output);
	return false;
}

static bool timedelta(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {{"days", DAY_US}, {"seconds", SECOND_US}, {"microseconds", 1},
		{"milliseconds", 1000}, {"minutes", MINUTE_US}, {"hours", HOUR_US},
		{"weeks", 7 * DAY_US}};
	double total = 0;
	size_t n_known = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		json_t *value = argument(arguments, keywords, i, units[i].name);
		if (value && !json_is_number(value))
			return wrong(error, "timedelta(days=1, hours=2, ...) with numbers");
		total += json_number_value(value) * (double)units[i].us;
		n_known += json_object_get(keywords, units[i].name) != NULL;
	}
	if (n_known != json_object_size(keywords) || total > 1e17 || total < -1e17)
		return wrong(error, "timedelta(weeks=, days=, hours=, minutes=, seconds=)");
	*out = (struct template_value){.kind = VALUE_DURATION, .at = (int64_t)total};
	return true;
}

static bool random_number(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	return set_json(out, json_real(g_random_double()));
}

static bool uuid4(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	g_autofree char *text = g_uuid_string_random();
	return set_text(out, text);
}

static bool uuid_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	return g_str_equal(name, "uuid4")
		&& set_object(object_of(base)->scope, out, NULL, uuid4, NULL);
}

bool macros_get(const struct template_object *base, const char *name, struct template_value *out,
	GError **error)
{
	static const struct {
		const char *name;
		object_get *get;
		object_call *call;
	} macros[] = {{"ds_add", NULL, ds_add}, {"ds_format", NULL, ds_format},
		{"timedelta", NULL, timedelta}, {"random", NULL, random_number},
		{"uuid", uuid_get, NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(macros); i++)
		if (g_str_equal(name, macros[i].name))
			return set_object(
				object_of(base)->scope, out, macros[i].get, macros[i].call, NULL);
	return false;
}
