/* SPDX-License-Identifier: MIT */
/* Operators between two values, with Python's rules; what would overflow is refused. */
#include <math.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/template/render.h"

static const char *sign_text(enum sign sign)
{
	static const char *const texts[] = {"+", "-", "*", "/", "//", "%", "**", "~",
		"==", "!=", "<", "<=", ">", ">=", "in", "not in"};
	return texts[sign];
}

static bool refuse(struct render *render, enum sign sign, const struct template_value *left,
	const struct template_value *right)
{
	return render_fail(render, "\"%s\" does not work between %s and %s", sign_text(sign),
		value_kind_name(left), value_kind_name(right));
}

static bool set_real(struct render *render, double number, struct template_value *out)
{
	if (!isfinite(number))
		return render_fail(render, "the result is too large");
	value_set_json(out, json_real(number));
	return true;
}

static bool power(struct render *render, int64_t base, int64_t exponent, int64_t *out)
{
	*out = 1;
	for (; exponent > 0; exponent >>= 1) {
		if ((exponent & 1) && __builtin_mul_overflow(*out, base, out))
			return render_fail(render, "the result is too large");
		if (exponent > 1 && __builtin_mul_overflow(base, base, &base))
			return render_fail(render, "the result is too large");
	}
	return true;
}

static bool operate_integers(struct render *render, enum sign sign, int64_t left, int64_t right,
	struct template_value *out)
{
	int64_t result = 0;
	bool is_too_large = false;

	if ((sign == SIGN_FLOOR_DIVIDE || sign == SIGN_MODULO) && right == 0)
		return render_fail(render, "division by zero");
	if (sign == SIGN_ADD) {
		is_too_large = __builtin_add_overflow(left, right, &result);
	} else if (sign == SIGN_SUBTRACT) {
		is_too_large = __builtin_sub_overflow(left, right, &result);
	} else if (sign == SIGN_MULTIPLY) {
		is_too_large = __builtin_mul_overflow(left, right, &result);
	} else if (sign == SIGN_POWER) {
		if (!power(render, left, right, &result))
			return false;
	} else if (right == -1) { /* INT64_MIN / -1 does not fit */
		is_too_large = sign == SIGN_FLOOR_DIVIDE && left == INT64_MIN;
		result = sign == SIGN_FLOOR_DIVIDE && !is_too_large ? -left : 0;
	} else {
		int64_t rest = left % right;
		bool is_below = rest != 0 && (rest < 0) != (right < 0);
		result = sign == SIGN_MODULO ? rest + (is_below ? right : 0)
					     : left / right - is_below;
	}
	if (is_too_large)
		return render_fail(render, "the result is too large");
	value_set_json(out, json_integer(result));
	return true;
}

static bool operate_numbers(struct render *render, enum sign sign,
	const struct template_value *left, const struct template_value *right,
	struct template_value *out)
{
	double a = value_real(left), b = value_real(right);
	bool are_integers = !json_is_real(left->json) && !json_is_real(right->json);

	if (are_integers && sign != SIGN_DIVIDE && !(sign == SIGN_POWER && b < 0))
		return operate_integers(render, sign,
			json_is_integer(left->json) ? json_integer_value(left->json) : (int64_t)a,
			json_is_integer(right->json) ? json_integer_value(right->json) : (int64_t)b,
			out);
	bool divides = sign == SIGN_DIVIDE || sign == SIGN_FLOOR_DIVIDE || sign == SIGN_MODULO;
	if (b == 0 && divides)
		return render_fail(render, "division by zero");
	if (sign == SIGN_ADD)
		return set_real(render, a + b, out);
	if (sign == SIGN_SUBTRACT)
		return set_real(render, a - b, out);
	if (sign == SIGN_MULTIPLY)
		return set_real(render, a * b, out);
	if (sign == SIGN_DIVIDE)
		return set_real(render, a / b, out);
	if (sign == SIGN_POWER)
		return set_real(render, pow(a, b), out);
	double rest = fmod(a, b);
	if (rest != 0 && (rest < 0) != (b < 0))
		rest += b;
	if (sign == SIGN_MODULO)
		return set_real(render, rest, out);
	return set_real(render, floor((a - rest) / b + 0.5), out);
}

static bool set_duration(struct render *render, double us, struct template_value *out)
{
	if (!(fabs(us) < 9e18))
		return render_fail(render, "the duration is too long");
	*out = (struct template_value){.kind = VALUE_DURATION, .at = llround(us)};
	return true;
}

/* At least one of the two is a duration, and none is an instant. */
static bool operate_duration(struct render *render, enum sign sign,
	const struct template_value *left, const struct template_value *right,
	struct template_value *out)
{
	bool both = left->kind == right->kind;

	if (both && (sign == SIGN_ADD || sign == SIGN_SUBTRACT)) {
		*out = (struct template_value){.kind = VALUE_DURATION};
		bool is_too_large = sign == SIGN_ADD
			? __builtin_add_overflow(left->at, right->at, &out->at)
			: __builtin_sub_overflow(left->at, right->at, &out->at);
		return !is_too_large || render_fail(render, "the duration is too long");
	}
	if (sign == SIGN_MULTIPLY && value_is_number(left))
		return set_duration(render, value_real(left) * (double)right->at, out);
	if (sign == SIGN_MULTIPLY && value_is_number(right))
		return set_duration(render, (double)left->at * value_real(right), out);
	if (sign == SIGN_DIVIDE
		&& (both ? right->at == 0 : value_is_number(right) && value_real(right) == 0))
		return render_fail(render, "division by zero");
	if (sign == SIGN_DIVIDE && both)
		return set_real(render, (double)left->at / (double)right->at, out);
	if (sign == SIGN_DIVIDE && value_is_number(right))
		return set_duration(render, (double)left->at / value_real(right), out);
	return refuse(render, sign, left, right);
}

/* A duration is elapsed on the wall clock, as in Python: a day later is the same time of day. */
static bool operate_instant(struct render *render, enum sign sign,
	const struct template_value *left, const struct template_value *right,
	struct template_value *out)
{
	if (sign == SIGN_SUBTRACT && left->kind == right->kind) {
		*out = (struct template_value){.kind = VALUE_DURATION, .at = left->at - right->at};
		return true;
	}
	const struct template_value *instant = left->kind == VALUE_INSTANT ? left : right;
	const struct template_value *duration = left->kind == VALUE_INSTANT ? right : left;
	bool is_sum = sign == SIGN_ADD || (sign == SIGN_SUBTRACT && instant == left);
	int64_t wall;
	if (!is_sum || duration->kind != VALUE_DURATION)
		return refuse(render, sign, left, right);
	bool is_too_large = sign == SIGN_ADD
		? __builtin_add_overflow(instant_wall(instant), duration->at, &wall)
		: __builtin_sub_overflow(instant_wall(instant), duration->at, &wall);
	if (is_too_large)
		return render_fail(render, "the instant is outside of the years 1 to 9999");
	return value_set_instant(render, out, wall, instant);
}

static bool concat(struct render *render, const struct template_value *left,
	const struct template_value *right, struct template_value *out)
{
	g_autoptr(GString) text = g_string_new(NULL);
	return value_print(render, left, text) && value_print(render, right, text)
		&& value_set_text(render, out, text->str, text->len);
}

/* A text or list so many times. */
static bool repeat(struct render *render, const json_t *what, int64_t n, struct template_value *out)
{
	size_t size = json_is_string(what) ? json_string_length(what) : json_array_size(what);
	if (n < 0)
		n = 0;
	if (size > 0 && n > (int64_t)(TEMPLATE_OUTPUT_MAX / size))
		return render_fail(render, "the result is too large");
	if (!render_work(render, (size_t)n * size * (json_is_string(what) ? 1 : 8)))
		return false;
	if (json_is_array(what)) {
		json_t *list = json_array();
		for (int64_t i = 0; i < n && size > 0; i++)
			json_array_extend(list, (json_t *)what);
		value_set_json(out, list);
		return true;
	}
	g_autoptr(GString) text = g_string_new(NULL);
	for (int64_t i = 0; i < n && size > 0; i++)
		g_string_append_len(text, json_string_value(what), (gssize)size);
	return value_set_text(render, out, text->str, text->len);
}

static bool add_lists(
	struct render *render, const json_t *left, const json_t *right, struct template_value *out)
{
	if (!render_work(render, 8 * (json_array_size(left) + json_array_size(right))))
		return false;
	json_t *list = json_copy((json_t *)left);
	json_array_extend(list, (json_t *)right);
	value_set_json(out, list);
	return true;
}

bool operate(struct render *render, enum sign sign, const struct template_value *left,
	const struct template_value *right, struct template_value *out)
{
	if (sign == SIGN_CONCAT)
		return concat(render, left, right, out);
	if (left->kind == VALUE_INSTANT || right->kind == VALUE_INSTANT)
		return operate_instant(render, sign, left, right, out);
	if (left->kind == VALUE_DURATION || right->kind == VALUE_DURATION)
		return operate_duration(render, sign, left, right, out);
	if (value_is_number(left) && value_is_number(right))
		return operate_numbers(render, sign, left, right, out);
	if (left->kind != VALUE_JSON || right->kind != VALUE_JSON)
		return refuse(render, sign, left, right);
	if (sign == SIGN_ADD && json_is_string(left->json) && json_is_string(right->json))
		return concat(render, left, right, out);
	if (sign == SIGN_ADD && json_is_array(left->json) && json_is_array(right->json))
		return add_lists(render, left->json, right->json, out);
	bool repeats = json_is_string(left->json) || json_is_array(left->json);
	if (sign == SIGN_MULTIPLY && repeats && json_is_integer(right->json))
		return repeat(render, left->json, json_integer_value(right->json), out);
	refuse(render, sign, left, right);
	return false;
}
