/* SPDX-License-Identifier: MIT */
/* Filters on numbers, and `default`. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/template/render.h"

static bool filter_default(struct call *call)
{
	bool is_missing = call->subject->kind == VALUE_UNDEFINED
		|| (call_truth(call, 1, false) && !value_truth(call->subject));

	if (!is_missing)
		value_copy(call->out, call->subject);
	else if (call_has(call, 0))
		value_copy(call->out, &call->arguments[0]);
	else
		value_set_json(call->out, json_string(""));
	return true;
}

static bool filter_abs(struct call *call)
{
	const struct template_value *subject = call->subject;
	if (!value_is_number(subject) || json_is_boolean(subject->json))
		return render_fail(
			call->render, "abs wants a number, not %s", value_kind_name(subject));
	if (json_is_real(subject->json)) {
		value_set_json(call->out, json_real(fabs(json_real_value(subject->json))));
		return true;
	}
	int64_t number = json_integer_value(subject->json);
	if (number == INT64_MIN)
		return render_fail(call->render, "the result is too large");
	value_set_json(call->out, json_integer(number < 0 ? -number : number));
	return true;
}

/* A whole text as a decimal number, blanks around it aside. */
static bool text_real(const char *text, double *number)
{
	g_autofree char *bare = g_strstrip(g_strdup(text));
	if (!*bare || bare[strspn(bare, "0123456789+-.eE")])
		return false;
	char *end;
	*number = g_ascii_strtod(bare, &end);
	return end > bare && !*end && isfinite(*number);
}

static bool text_integer(const char *text, int64_t base, int64_t *number)
{
	g_autofree char *bare = g_strstrip(g_strdup(text));
	const char *at = bare + (*bare == '+' || *bare == '-');
	const char *prefix = base == 16 ? "x" : base == 8 ? "o" : base == 2 ? "b" : "";
	char *end;

	if (*prefix && at[0] == '0' && g_ascii_tolower(at[1]) == *prefix)
		at += 2;
	if (!g_ascii_isalnum(*at))
		return false;
	errno = 0;
	guint64 digits = g_ascii_strtoull(at, &end, (guint)base);
	if (*end || errno || digits > INT64_MAX)
		return false;
	*number = *bare == '-' ? -(int64_t)digits : (int64_t)digits;
	return true;
}

/* Where Jinja2 silently takes 0 or the default, only a default that is written is taken. */
static bool give_default(struct call *call, size_t i)
{
	if (!call_has(call, i))
		return render_fail(call->render, "the %s is not a number; give a default: %s(0)",
			value_is_text(call->subject) ? "text" : "value", call->builtin->name);
	value_copy(call->out, &call->arguments[i]);
	return true;
}

static bool filter_int(struct call *call)
{
	const struct template_value *subject = call->subject;
	int64_t base, number;
	double real;

	if (!call_integer(call, 1, 10, &base))
		return false;
	if (base < 2 || base > 36)
		return render_fail(call->render, "the base must be 2 to 36");
	if (value_is_number(subject) && json_is_integer(subject->json)) {
		value_copy(call->out, subject);
		return true;
	}
	if (value_is_text(subject)
		&& text_integer(json_string_value(subject->json), base, &number)) {
		value_set_json(call->out, json_integer(number));
		return true;
	}
	bool is_real = value_is_text(subject)
		? base == 10 && text_real(json_string_value(subject->json), &real)
		: value_is_number(subject);
	if (!is_real)
		return give_default(call, 0);
	if (value_is_number(subject))
		real = value_real(subject);
	if (fabs(real) >= 9.2e18)
		return render_fail(call->render, "the number is too large");
	value_set_json(call->out, json_integer((json_int_t)real));
	return true;
}

static bool filter_float(struct call *call)
{
	const struct template_value *subject = call->subject;
	double number;

	if (value_is_number(subject))
		number = value_real(subject);
	else if (!value_is_text(subject) || !text_real(json_string_value(subject->json), &number))
		return give_default(call, 0);
	value_set_json(call->out, json_real(number));
	return true;
}

static bool filter_round(struct call *call)
{
	int64_t precision;
	const char *method;
	char digits[400];

	if (!value_is_number(call->subject))
		return render_fail(call->render, "round wants a number, not %s",
			value_kind_name(call->subject));
	if (!call_integer(call, 0, 0, &precision) || !call_text(call, 1, "common", &method))
		return false;
	if (precision < 0 || precision > 15)
		return render_fail(call->render, "round wants 0 to 15 digits");
	double number = value_real(call->subject), scale = pow(10, (double)precision);
	if (strcmp(method, "ceil") == 0) {
		number = ceil(number * scale) / scale;
	} else if (strcmp(method, "floor") == 0) {
		number = floor(number * scale) / scale;
	} else if (strcmp(method, "common") == 0) {
		snprintf(digits, sizeof(digits), "%.*f", (int)precision, number);
		number = g_ascii_strtod(digits, NULL);
	} else {
		return render_fail(call->render, "round knows \"common\", \"ceil\" and \"floor\"");
	}
	if (!isfinite(number))
		return render_fail(call->render, "the result is too large");
	value_set_json(call->out, json_real(number));
	return true;
}

const struct builtin number_filters[] = {
	{"abs", "", filter_abs},
	{"d", "default_value? boolean?", filter_default, true},
	{"default", "default_value? boolean?", filter_default, true},
	{"float", "default?", filter_float},
	{"int", "default? base?", filter_int},
	{"round", "precision? method?", filter_round},
	{NULL},
};
