/* SPDX-License-Identifier: MIT */
/* What an operator is given, checked against the type that its manifest says. */
#include <string.h>

#include "lib/base/ident.h"
#include "lib/base/size.h"
#include "lib/dag/value.h"
#include "lib/template/template.h"

static bool constant_set(struct reading *reading, struct value *value, json_t *constant)
{
	value->constant = arena_json(reading->arena, constant);
	return constant != NULL;
}

static bool argument_text(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	const char *text;
	if (!node_text(node, parameter->name, &text, reading->problems))
		return false;
	if (parameter->choices && !g_strv_contains(parameter->choices, text)) {
		g_autofree char *all = g_strjoinv(", ", (char **)parameter->choices);
		g_autofree char *message = g_strdup_printf(
			"%s: expected one of %s, found \"%s\"", parameter->name, all, text);
		return reading_refuse(reading, node->place, text, parameter->choices, message);
	}
	return constant_set(reading, value, json_string(text));
}

static bool argument_connection(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	const char *text;
	g_autoptr(GError) error = NULL;
	if (!node_text(node, parameter->name, &text, reading->problems))
		return false;
	if (!ident_check("connection", text, &error)) {
		problem_add(reading->problems, node->place, "%s", error->message);
		problem_hint(reading->problems,
			"\"%s\" names a connection, which `dagctl connections add` makes",
			parameter->name);
		return false;
	}
	return constant_set(reading, value, json_string(text));
}

static bool argument_integer(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	int64_t number;
	if (!node_int(node, parameter->name, INT64_MIN, INT64_MAX, &number, reading->problems))
		return false;
	return constant_set(reading, value, json_integer(number));
}

static bool argument_number(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	json_t *number = node->kind == NODE_SCALAR ? node_json(node, reading->problems) : NULL;
	if (json_is_number(number))
		return constant_set(reading, value, number);
	json_decref(number);
	/* Not a fraction, so it is no integer either, which says best what is wrong with it. */
	int64_t unused;
	if (node_int(node, parameter->name, INT64_MIN, INT64_MAX, &unused, reading->problems))
		return constant_set(reading, value, json_integer(unused));
	return false;
}

static bool argument_boolean(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	bool truth;
	if (!node_bool(node, parameter->name, &truth, reading->problems))
		return false;
	return constant_set(reading, value, json_boolean(truth));
}

static bool argument_duration(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	int64_t duration_us;
	if (!node_duration(node, parameter->name, &duration_us, reading->problems))
		return false;
	json_t *seconds = duration_us % SECOND_US ? json_real((double)duration_us / SECOND_US)
						  : json_integer(duration_us / SECOND_US);
	return constant_set(reading, value, seconds);
}

static bool argument_size(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	int64_t bytes;
	g_autoptr(GError) error = NULL;
	if (node->kind != NODE_SCALAR)
		return problem_add(reading->problems, node->place,
			"%s: expected a size such as 10MiB, found %s", parameter->name,
			node_kind_name(node));
	if (!size_parse(node->text, &bytes, &error))
		return problem_add(
			reading->problems, node->place, "%s: %s", parameter->name, error->message);
	return constant_set(reading, value, json_integer(bytes));
}

static bool argument_container(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	enum node_kind wanted = parameter->type == PARAMETER_LIST ? NODE_LIST : NODE_MAP;
	if (node->kind == wanted)
		return value_read(reading, node, value);
	problem_add(reading->problems, node->place, "%s: expected %s, found %s", parameter->name,
		wanted == NODE_LIST ? "a list" : "a map", node_kind_name(node));
	if (wanted == NODE_LIST && node->kind == NODE_SCALAR)
		problem_hint(reading->problems, "a list of one is written [%s]", node->text);
	return false;
}

static bool constant_argument(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	switch (parameter->type) {
	case PARAMETER_TEXT:
	case PARAMETER_SHELL:
		return argument_text(reading, parameter, node, value);
	case PARAMETER_INTEGER:
		return argument_integer(reading, parameter, node, value);
	case PARAMETER_NUMBER:
		return argument_number(reading, parameter, node, value);
	case PARAMETER_BOOLEAN:
		return argument_boolean(reading, parameter, node, value);
	case PARAMETER_DURATION:
		return argument_duration(reading, parameter, node, value);
	case PARAMETER_SIZE:
		return argument_size(reading, parameter, node, value);
	case PARAMETER_LIST:
	case PARAMETER_MAP:
		return argument_container(reading, parameter, node, value);
	case PARAMETER_ANY:
		return value_read(reading, node, value);
	case PARAMETER_CONNECTION:
		return argument_connection(reading, parameter, node, value);
	}
	g_assert_not_reached();
}

bool argument_read(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	*value = (struct value){.place = reading_place(reading, node)};
	if (node_is_null(node))
		return true;
	if (node->kind == NODE_SCALAR && template_is_needed(node->text)) {
		if (!value_read(reading, node, value))
			return false;
		unsigned n_errors = reading->problems->n_errors;
		if (parameter->type == PARAMETER_SHELL)
			template_check_shell(value->template, reading->problems);
		return reading->problems->n_errors == n_errors;
	}
	return constant_argument(reading, parameter, node, value);
}
