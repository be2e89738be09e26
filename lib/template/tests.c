/* SPDX-License-Identifier: MIT */
/* What may follow `is`. */
#include <string.h>

#include "lib/template/render.h"

static bool answer(struct call *call, bool holds)
{
	value_set_bool(call->out, holds);
	return !call->render->error;
}

static bool is_json(const struct call *call, json_type type)
{
	return call->subject->kind == VALUE_JSON && json_typeof(call->subject->json) == type;
}

static bool test_defined(struct call *call)
{
	return answer(call, call->subject->kind != VALUE_UNDEFINED);
}

static bool test_undefined(struct call *call)
{
	return answer(call, call->subject->kind == VALUE_UNDEFINED);
}

static bool test_none(struct call *call)
{
	return answer(call, is_json(call, JSON_NULL));
}

static bool test_true(struct call *call)
{
	return answer(call, is_json(call, JSON_TRUE));
}

static bool test_false(struct call *call)
{
	return answer(call, is_json(call, JSON_FALSE));
}

static bool test_boolean(struct call *call)
{
	return answer(call, is_json(call, JSON_TRUE) || is_json(call, JSON_FALSE));
}

static bool test_integer(struct call *call)
{
	return answer(call, is_json(call, JSON_INTEGER));
}

static bool test_float(struct call *call)
{
	return answer(call, is_json(call, JSON_REAL));
}

static bool test_number(struct call *call)
{
	return answer(call, value_is_number(call->subject));
}

static bool test_string(struct call *call)
{
	return answer(call, value_is_text(call->subject));
}

static bool test_mapping(struct call *call)
{
	return answer(call, is_json(call, JSON_OBJECT));
}

/* As in Python: whatever has a length and items. */
static bool test_sequence(struct call *call)
{
	return answer(call,
		is_json(call, JSON_ARRAY) || is_json(call, JSON_OBJECT)
			|| is_json(call, JSON_STRING));
}

/* -1 and 1 divide everything, and INT64_MIN % -1 traps. */
static int64_t modulo(int64_t number, int64_t divisor)
{
	return divisor == -1 ? 0 : number % divisor;
}

static bool give_divisible(struct call *call, int64_t divisor, int64_t rest)
{
	if (!is_json(call, JSON_INTEGER))
		return render_fail(call->render, "%s wants a whole number, not %s",
			call->builtin->name, value_kind_name(call->subject));
	if (divisor == 0)
		return render_fail(call->render, "division by zero");
	int64_t found = modulo(json_integer_value(call->subject->json), divisor);
	return answer(call, (found < 0 ? -found : found) == rest);
}

static bool test_divisibleby(struct call *call)
{
	int64_t divisor;
	return call_integer(call, 0, 0, &divisor) && give_divisible(call, divisor, 0);
}

static bool test_even(struct call *call)
{
	return give_divisible(call, 2, 0);
}

static bool test_odd(struct call *call)
{
	return give_divisible(call, 2, 1);
}

/* Whether there are letters and all are of one case, as Python's isupper(). */
static bool give_case(
	struct call *call, gboolean (*is_wrong)(gunichar c), gboolean (*is_right)(gunichar c))
{
	const char *text;
	bool has_letter = false;
	if (!call_subject_text(call, &text))
		return false;
	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		if (is_wrong(c) || g_unichar_istitle(c))
			return answer(call, false);
		has_letter |= is_right(c);
	}
	return answer(call, has_letter);
}

static bool test_lower(struct call *call)
{
	return give_case(call, g_unichar_isupper, g_unichar_islower);
}

static bool test_upper(struct call *call)
{
	return give_case(call, g_unichar_islower, g_unichar_isupper);
}

static bool give_comparison(struct call *call, enum sign sign)
{
	bool holds;
	return compare(call->render, sign, call->subject, &call->arguments[0], &holds)
		&& answer(call, holds);
}

static bool test_eq(struct call *call)
{
	return give_comparison(call, SIGN_EQUAL);
}

static bool test_ne(struct call *call)
{
	return give_comparison(call, SIGN_NOT_EQUAL);
}

static bool test_lt(struct call *call)
{
	return give_comparison(call, SIGN_LESS);
}

static bool test_le(struct call *call)
{
	return give_comparison(call, SIGN_LESS_EQUAL);
}

static bool test_gt(struct call *call)
{
	return give_comparison(call, SIGN_GREATER);
}

static bool test_ge(struct call *call)
{
	return give_comparison(call, SIGN_GREATER_EQUAL);
}

static bool test_in(struct call *call)
{
	return give_comparison(call, SIGN_IN);
}

static bool test_filter(struct call *call)
{
	return answer(call,
		value_is_text(call->subject)
			&& builtin_find(BUILTIN_FILTER, json_string_value(call->subject->json)));
}

static bool test_test(struct call *call)
{
	return answer(call,
		value_is_text(call->subject)
			&& builtin_find(BUILTIN_TEST, json_string_value(call->subject->json)));
}

const struct builtin value_tests[] = {
	{"boolean", "", test_boolean},
	{"defined", "", test_defined, true},
	{"divisibleby", "num", test_divisibleby},
	{"eq", "other", test_eq},
	{"equalto", "other", test_eq},
	{"even", "", test_even},
	{"false", "", test_false},
	{"filter", "", test_filter},
	{"float", "", test_float},
	{"ge", "other", test_ge},
	{"greaterthan", "other", test_gt},
	{"gt", "other", test_gt},
	{"in", "seq", test_in},
	{"integer", "", test_integer},
	{"iterable", "", test_sequence},
	{"le", "other", test_le},
	{"lessthan", "other", test_lt},
	{"lower", "", test_lower},
	{"lt", "other", test_lt},
	{"mapping", "", test_mapping},
	{"ne", "other", test_ne},
	{"none", "", test_none},
	{"number", "", test_number},
	{"odd", "", test_odd},
	{"sequence", "", test_sequence},
	{"string", "", test_string},
	{"test", "", test_test},
	{"true", "", test_true},
	{"undefined", "", test_undefined, true},
	{"upper", "", test_upper},
	{NULL},
};
