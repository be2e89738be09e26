/* SPDX-License-Identifier: MIT */
/* Expressions to values. */
#include <string.h>

#include "lib/template/render.h"

static bool arguments_evaluate(struct render *render, const struct expression *call,
	struct template_value *arguments, struct template_value *keyword_values)
{
	for (size_t i = 1; i < call->n; i++) {
		if (!evaluate_defined(render, call->parts[i], &arguments[i - 1]))
			return false;
	}
	for (size_t i = 0; i < call->n_keywords; i++) {
		if (!evaluate_defined(render, call->keyword_values[i], &keyword_values[i]))
			return false;
	}
	return true;
}

static bool object_call(struct render *render, const struct template_object *object,
	const struct expression *call, const struct template_value *arguments,
	const struct template_value *keyword_values, struct template_value *out)
{
	json_t *list = json_array(), *map = json_object();
	g_autoptr(GError) error = NULL;
	bool ok = true;

	for (size_t i = 0; i + 1 < call->n && ok; i++)
		ok = json_array_append_new(list, value_json(render, &arguments[i])) == 0;
	for (size_t i = 0; i < call->n_keywords && ok; i++)
		ok = json_object_set_new(
			     map, call->keywords[i], value_json(render, &keyword_values[i]))
			== 0;
	if (ok && !object->call(object, list, map, out, &error)) {
		ok = false;
		render_fail(render, "%s", error ? error->message : "the call has no result");
	}
	json_decref(list);
	json_decref(map);
	return ok;
}

/* What is called: a row of a table with its subject, or an object. */
struct callee {
	const struct builtin *builtin;
	struct template_value value;
};

static bool method_kind(const struct template_value *subject, enum builtin_kind *kind)
{
	switch (subject->kind) {
	case VALUE_INSTANT:
		*kind = BUILTIN_INSTANT_METHOD;
		return true;
	case VALUE_DURATION:
		*kind = BUILTIN_DURATION_METHOD;
		return true;
	case VALUE_JSON:
		*kind = json_is_string(subject->json)  ? BUILTIN_TEXT_METHOD
			: json_is_array(subject->json) ? BUILTIN_LIST_METHOD
						       : BUILTIN_DICT_METHOD;
		return json_is_string(subject->json) || json_is_array(subject->json)
			|| json_is_object(subject->json);
	case VALUE_OBJECT:
	case VALUE_UNDEFINED:
	case VALUE_NAMESPACE:
		break;
	}
	return false;
}

static bool method_find(
	struct render *render, const struct expression *attribute, struct callee *callee)
{
	enum builtin_kind kind;
	value_auto subject = {0};

	if (!evaluate_defined(render, attribute->parts[0], &subject))
		return false;
	if (method_kind(&subject, &kind)) {
		callee->builtin = builtin_find(kind, attribute->name);
		if (callee->builtin) {
			value_copy(&callee->value, &subject);
			return true;
		}
		g_autofree const char **names = builtin_names(kind);
		const char *near = suggest(attribute->name, names);
		return render_fail(render, "%s has no method \"%s\"%s%s%s",
			value_kind_name(&subject), attribute->name, near ? "; did you mean \"" : "",
			near ? near : "", near ? "\"?" : "");
	}
	return attribute_get(render, &subject, attribute->name, &callee->value);
}

static bool callee_find(
	struct render *render, const struct expression *expression, struct callee *callee)
{
	bool ok;

	if (expression->kind == EXPR_ATTRIBUTE) {
		ok = method_find(render, expression, callee);
	} else if (expression->kind == EXPR_NAME) {
		if (variable_get(render, expression->name, &callee->value))
			ok = true;
		else if (render->error)
			return false;
		else if ((callee->builtin = builtin_find(BUILTIN_GLOBAL, expression->name)))
			return true;
		else
			return render_fail(render, "\"%s\" is not defined", expression->name);
	} else {
		ok = evaluate_defined(render, expression, &callee->value);
	}
	if (!ok || callee->builtin)
		return ok;
	if (callee->value.kind == VALUE_UNDEFINED)
		return render_fail(render, "%s", json_string_value(callee->value.json));
	if (callee->value.kind == VALUE_OBJECT && callee->value.object->call)
		return true;
	return render_fail(render, "%s cannot be called", value_kind_name(&callee->value));
}

static void values_clear(struct template_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		template_value_clear(&values[i]);
}

/* CALL, FILTER and TEST: `builtin` and `subject`, or else the object `subject`, on their arguments.
 */
static bool call_run(struct render *render, const struct expression *call,
	const struct builtin *builtin, const struct template_value *subject,
	struct template_value *out)
{
	size_t n = call->n - 1;
	g_autofree struct template_value *arguments = g_new0(struct template_value, n + 1);
	g_autofree struct template_value *values =
		g_new0(struct template_value, call->n_keywords + 1);
	bool ok = arguments_evaluate(render, call, arguments, values);

	if (ok && builtin)
		ok = builtin_run(render, builtin, subject, arguments, n, call->keywords, values,
			call->n_keywords, out);
	else if (ok)
		ok = object_call(render, subject->object, call, arguments, values, out);
	values_clear(arguments, n);
	values_clear(values, call->n_keywords);
	return ok;
}

static bool evaluate_call(
	struct render *render, const struct expression *call, struct template_value *out)
{
	struct callee callee = {0};
	bool ok = callee_find(render, call->parts[0], &callee)
		&& call_run(render, call, callee.builtin, &callee.value, out);
	template_value_clear(&callee.value);
	return ok;
}

static bool evaluate_builtin(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto subject = {0};
	bool ok = expression->builtin->takes_undefined
		? evaluate(render, expression->parts[0], &subject)
		: evaluate_defined(render, expression->parts[0], &subject);
	return ok && call_run(render, expression, expression->builtin, &subject, out);
}

static bool evaluate_name(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	if (!variable_get(render, expression->name, out) && !render->error)
		value_set_undefined(
			out, g_strdup_printf("\"%s\" is not defined", expression->name));
	return !render->error;
}

/* `"params" has no "dbb"; did you mean "db"?` */
static void name_what_lacks(const struct expression *expression,
	const struct template_value *subject, const char *name, struct template_value *out)
{
	if (out->is_explained)
		return;
	g_autofree char *chain = expression_chain(expression->parts[0]);
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	const char *key, *near = NULL;
	json_t *item;

	if (subject->kind == VALUE_JSON && json_is_object(subject->json)) {
		json_object_foreach(subject->json, key, item) g_ptr_array_add(keys, (char *)key);
		g_ptr_array_add(keys, NULL);
		near = suggest(name, (const char *const *)keys->pdata);
	}
	template_value_clear(out);
	value_set_undefined(out,
		g_strdup_printf("%s%s%s has no \"%s\"%s%s%s", chain ? "\"" : "",
			chain ? chain : value_kind_name(subject), chain ? "\"" : "", name,
			near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : ""));
}

static bool evaluate_attribute(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto subject = {0};

	if (!evaluate_defined(render, expression->parts[0], &subject)
		|| !attribute_get(render, &subject, expression->name, out))
		return false;
	enum builtin_kind kind;
	if (out->kind != VALUE_UNDEFINED)
		return true;
	if (method_kind(&subject, &kind) && builtin_find(kind, expression->name))
		return render_fail(render, "\"%s\" is a method; write %s()", expression->name,
			expression->name);
	name_what_lacks(expression, &subject, expression->name, out);
	return true;
}

static bool evaluate_index(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto subject = {0}, index = {0};

	if (!evaluate_defined(render, expression->parts[0], &subject)
		|| !evaluate_defined(render, expression->parts[1], &index)
		|| !item_get(render, &subject, &index, out))
		return false;
	const struct expression *key = expression->parts[1];
	if (out->kind == VALUE_UNDEFINED && key->kind == EXPR_LITERAL
		&& json_is_string(key->literal))
		name_what_lacks(expression, &subject, json_string_value(key->literal), out);
	return true;
}

/* One bound of a slice, within 0 and n as Python clips it. */
static bool slice_bound(
	struct render *render, const struct expression *bound, int64_t otherwise, int64_t *out)
{
	value_auto value = {0};

	*out = otherwise;
	if (!bound)
		return true;
	if (!evaluate_defined(render, bound, &value))
		return false;
	if (value.kind != VALUE_JSON || !(json_is_integer(value.json) || json_is_null(value.json)))
		return render_fail(
			render, "a slice wants whole numbers, not %s", value_kind_name(&value));
	if (json_is_integer(value.json))
		*out = json_integer_value(value.json);
	return true;
}

static int64_t slice_clip(int64_t bound, int64_t n, int64_t step)
{
	if (bound < 0)
		bound = bound + n < 0 ? (step < 0 ? -1 : 0) : bound + n;
	return MIN(bound, step < 0 ? n - 1 : n);
}

static bool evaluate_slice(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto subject = {0};
	int64_t start, stop, step;
	struct expression *const *parts = expression->parts;

	if (!evaluate_defined(render, parts[0], &subject)
		|| !slice_bound(render, parts[3], 1, &step))
		return false;
	if (step == 0)
		return render_fail(render, "the step of a slice cannot be 0");
	if (!slice_bound(render, parts[1], step < 0 ? INT64_MAX : 0, &start)
		|| !slice_bound(render, parts[2], step < 0 ? INT64_MIN : INT64_MAX, &stop))
		return false;
	bool is_text = value_is_text(&subject);
	if (!is_text && !(subject.kind == VALUE_JSON && json_is_array(subject.json)))
		return render_fail(render, "only a text or a list has slices, not %s",
			value_kind_name(&subject));
	json_t *items = value_items(render, &subject), *list = json_array();
	g_autoptr(GString) text = g_string_new(NULL);
	int64_t n = (int64_t)json_array_size(items);
	start = slice_clip(start, n, step);
	stop = stop == INT64_MIN ? -1 : slice_clip(stop, n, step);
	/* A step beyond the length behaves as one of that length, and cannot overflow. */
	step = CLAMP(step, -n - 1, n + 1);
	for (int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
		json_t *item = json_array_get(items, (size_t)i);
		if (is_text)
			g_string_append(text, json_string_value(item));
		else
			json_array_append(list, item);
	}
	json_decref(items);
	if (render->error || is_text) {
		json_decref(list);
		return !render->error && value_set_text(render, out, text->str, text->len);
	}
	value_set_json(out, list);
	return true;
}

static bool evaluate_list(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_set_json(out, json_array());
	for (size_t i = 0; i < expression->n; i++) {
		value_auto item = {0};
		if (!evaluate_defined(render, expression->parts[i], &item)
			|| json_array_append_new(out->json, value_json(render, &item)) != 0)
			return false;
	}
	return true;
}

static bool evaluate_dict(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_set_json(out, json_object());
	for (size_t i = 0; i < expression->n; i += 2) {
		value_auto key = {0}, item = {0};
		if (!evaluate_defined(render, expression->parts[i], &key)
			|| !evaluate_defined(render, expression->parts[i + 1], &item))
			return false;
		if (!value_is_text(&key))
			return render_fail(
				render, "a key must be a text, not %s", value_kind_name(&key));
		json_t *json = value_json(render, &item);
		if (!json)
			return false;
		json_object_setn_new(
			out->json, json_string_value(key.json), json_string_length(key.json), json);
	}
	return true;
}

static bool evaluate_sign(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto operand = {0}, zero = {0};

	if (!evaluate_defined(render, expression->parts[0], &operand))
		return false;
	if (operand.kind == VALUE_DURATION && operand.at != INT64_MIN) {
		*out = operand;
		if (expression->kind == EXPR_MINUS)
			out->at = -out->at;
		return true;
	}
	if (!value_is_number(&operand))
		return render_fail(render, "%s has no sign", value_kind_name(&operand));
	/* -0.0 is not 0 - 0.0 */
	if (json_is_real(operand.json)) {
		double number = json_real_value(operand.json);
		value_set_json(out, json_real(expression->kind == EXPR_MINUS ? -number : number));
		return true;
	}
	value_set_json(&zero, json_integer(0));
	return operate(render, expression->kind == EXPR_MINUS ? SIGN_SUBTRACT : SIGN_ADD, &zero,
		&operand, out);
}

static bool evaluate_binary(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto left = {0}, right = {0};
	return evaluate_defined(render, expression->parts[0], &left)
		&& evaluate_defined(render, expression->parts[1], &right)
		&& operate(render, expression->sign, &left, &right, out);
}

static bool evaluate_compare(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto left = {0};
	bool holds = true;

	if (!evaluate_defined(render, expression->parts[0], &left))
		return false;
	for (size_t i = 1; i < expression->n && holds; i++) {
		value_auto right = {0};
		if (!evaluate_defined(render, expression->parts[i], &right)
			|| !compare(render, expression->signs[i - 1], &left, &right, &holds))
			return false;
		template_value_clear(&left);
		value_copy(&left, &right);
	}
	value_set_bool(out, holds);
	return true;
}

/* As in Python, the operand that decided is the result. */
static bool evaluate_logic(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	if (!evaluate_defined(render, expression->parts[0], out))
		return false;
	if (value_truth(out) == (expression->kind == EXPR_OR))
		return true;
	template_value_clear(out);
	return evaluate_defined(render, expression->parts[1], out);
}

static bool evaluate_not(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto operand = {0};
	if (!evaluate_defined(render, expression->parts[0], &operand))
		return false;
	value_set_bool(out, !value_truth(&operand));
	return true;
}

static bool evaluate_if(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	value_auto condition = {0};
	if (!evaluate_defined(render, expression->parts[0], &condition))
		return false;
	const struct expression *branch = expression->parts[value_truth(&condition) ? 1 : 2];
	if (branch)
		return evaluate(render, branch, out);
	value_set_undefined(out, g_strdup("the condition is false and there is no else"));
	return true;
}

static bool evaluate_kind(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	switch (expression->kind) {
	case EXPR_LITERAL:
		value_set_json(out, json_incref(expression->literal));
		return true;
	case EXPR_NAME:
		return evaluate_name(render, expression, out);
	case EXPR_ATTRIBUTE:
		return evaluate_attribute(render, expression, out);
	case EXPR_INDEX:
		return evaluate_index(render, expression, out);
	case EXPR_SLICE:
		return evaluate_slice(render, expression, out);
	case EXPR_CALL:
		return evaluate_call(render, expression, out);
	case EXPR_FILTER:
	case EXPR_TEST:
		return evaluate_builtin(render, expression, out);
	case EXPR_NOT:
		return evaluate_not(render, expression, out);
	case EXPR_MINUS:
	case EXPR_PLUS:
		return evaluate_sign(render, expression, out);
	case EXPR_BINARY:
		return evaluate_binary(render, expression, out);
	case EXPR_COMPARE:
		return evaluate_compare(render, expression, out);
	case EXPR_AND:
	case EXPR_OR:
		return evaluate_logic(render, expression, out);
	case EXPR_IF:
		return evaluate_if(render, expression, out);
	case EXPR_LIST:
	case EXPR_TUPLE:
		return evaluate_list(render, expression, out);
	case EXPR_DICT:
		return evaluate_dict(render, expression, out);
	}
	return false;
}

bool evaluate(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	struct place place = render->place;

	if (!render_work(render, STEP_WORK / 4))
		return false;
	render->place = expression->place;
	if (!evaluate_kind(render, expression, out)) {
		template_value_clear(out);
		return false;
	}
	render->place = place;
	return true;
}

bool evaluate_defined(
	struct render *render, const struct expression *expression, struct template_value *out)
{
	if (!evaluate(render, expression, out))
		return false;
	if (out->kind != VALUE_UNDEFINED)
		return true;
	render->place = expression->place;
	render_fail(render, "%s", json_string_value(out->json));
	template_value_clear(out);
	return false;
}
