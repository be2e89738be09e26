/* SPDX-License-Identifier: MIT */
/* What an operator is given, checked against the type that its manifest says. */
#include <math.h>
#include <string.h>

#include "lib/base/ident.h"
#include "lib/base/size.h"
#include "lib/dag/value.h"
#include "lib/template/template.h"
#include "lib/yaml/scalar.h"

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

/* What is no id may be a URI with a password in it: it is not repeated. */
static bool argument_connection(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	const char *text;
	if (!node_text(node, parameter->name, &text, reading->problems))
		return false;
	if (ident_check("connection", text, NULL))
		return constant_set(reading, value, json_string(text));
	problem_add(reading->problems, node->place,
		"%s: expected the id of a connection: letters, digits, \"_\", \"-\", \".\"",
		parameter->name);
	problem_hint(reading->problems, "`dagctl connections add` makes a connection");
	return false;
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
	struct scalar scalar;
	enum scalar_kind kind =
		node->kind == NODE_SCALAR ? scalar_read(node, &scalar) : SCALAR_NULL;
	g_autofree char *readings = NULL, *clear = NULL;
	bool is_finite = kind == SCALAR_INT || (kind == SCALAR_FLOAT && isfinite(scalar.number));
	if (node->kind == NODE_SCALAR && scalar_is_ambiguous(node, &readings, &clear)) {
		problem_add(reading->problems, node->place, "%s: expected a number, but \"%s\" %s",
			parameter->name, node->text, readings);
		problem_hint(reading->problems, "write %s", clear);
		return false;
	}
	if (is_finite)
		return constant_set(reading, value, node_json(node, reading->problems));
	return problem_add(reading->problems, node->place,
		"%s: expected a finite number, found %s%s%s", parameter->name, node_kind_name(node),
		node->kind == NODE_SCALAR ? " " : "", node->kind == NODE_SCALAR ? node->text : "");
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

/* In code, a template would turn a value into code. */
static bool code_check(
	struct reading *reading, const struct parameter *parameter, const struct node *node)
{
	bool ok = true;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		ok &= code_check(reading, parameter, node->items[i]);
	if (node->kind != NODE_SCALAR || !template_is_needed(node->text))
		return ok;
	problem_add(reading->problems, node->place,
		"%s: no template may stand here, for what it gives would be read as code",
		parameter->name);
	problem_hint(reading->problems, "pass the value in \"%s\"", parameter->values_in);
	return false;
}

static bool is_free_of_templates(
	struct reading *reading, const struct parameter *parameter, const struct node *node)
{
	bool ok = true;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		ok &= is_free_of_templates(reading, parameter, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
		ok &= is_free_of_templates(reading, parameter, node->pairs[i].value);
	if (node->kind != NODE_SCALAR || !template_is_needed(node->text))
		return ok;
	return problem_add(reading->problems, node->place,
		"%s: no template may stand here, for it is needed before anything is rendered",
		parameter->name);
}

bool argument_read(struct reading *reading, const struct parameter *parameter,
	const struct node *node, struct value *value)
{
	*value = (struct value){.place = reading_place(reading, node)};
	if (node_is_null(node))
		return true;
	if (parameter->values_in && !code_check(reading, parameter, node))
		return false;
	if (parameter->is_constant && !is_free_of_templates(reading, parameter, node))
		return false;
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
