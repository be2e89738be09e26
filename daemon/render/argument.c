/* SPDX-License-Identifier: MIT */
#include "daemon/render/argument.h"

#include <math.h>
#include <string.h>

#include "daemon/render/mask.h"
#include "lib/base/instant.h"
#include "lib/base/size.h"

/* So much of a value that does not fit is quoted. */
enum { FOUND_MAX = 100 };

/* The value for an error text. */
static char *found_text(const struct scope *scope, const json_t *value)
{
	json_t *shown = json_masked(value, scope->masks);
	g_autofree char *text = json_dumps(shown, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(shown);
	return g_utf8_strlen(text, -1) > FOUND_MAX ? g_utf8_substring(text, 0, FOUND_MAX)
						   : g_steal_pointer(&text);
}

static json_t *refuse(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	g_autofree char *text = found_text(scope, value);
	if (parameter->secret)
		g_set_error(error, LIB_ERROR, 0, "%s: expected %s", parameter->name,
			parameter_type_name(parameter->type));
	else
		g_set_error(error, LIB_ERROR, 0, "%s: expected %s, found %s", parameter->name,
			parameter_type_name(parameter->type), text);
	json_decref(value);
	return NULL;
}

static json_t *fit_text(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	if (json_is_object(value) || json_is_array(value))
		return refuse(scope, parameter, value, error);
	if (!json_is_string(value)) {
		g_autofree char *text = template_text(value);
		json_decref(value);
		value = json_string(text);
	}
	if (!parameter->choices || g_strv_contains(parameter->choices, json_string_value(value)))
		return value;
	g_autofree char *all = g_strjoinv(", ", (char **)parameter->choices);
	g_autofree char *text = found_text(scope, value);
	g_set_error(error, LIB_ERROR, 0, "%s: expected one of %s, found %s", parameter->name, all,
		text);
	json_decref(value);
	return NULL;
}

/* Text that is a number or a boolean of JSON is that: `{{ var.value.PORT }}` is always text. */
static json_t *read_scalar(json_t *value)
{
	g_autofree char *text =
		json_is_string(value) ? g_strstrip(g_strdup(json_string_value(value))) : NULL;
	json_t *read = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
	if (!read || json_is_object(read) || json_is_array(read)) {
		json_decref(read);
		return value;
	}
	json_decref(value);
	return read;
}

static json_t *fit_integer(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	value = read_scalar(value);
	if (json_is_real(value) && floor(json_real_value(value)) == json_real_value(value)
		&& fabs(json_real_value(value)) < 9e15) {
		json_t *whole = json_integer((json_int_t)json_real_value(value));
		json_decref(value);
		return whole;
	}
	return json_is_integer(value) ? value : refuse(scope, parameter, value, error);
}

static json_t *fit_boolean(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	const char *text = json_string_value(value);
	if (text && (g_str_equal(text, "True") || g_str_equal(text, "False"))) {
		json_t *truth = json_boolean(g_str_equal(text, "True"));
		json_decref(value);
		return truth;
	}
	value = read_scalar(value);
	return json_is_boolean(value) ? value : refuse(scope, parameter, value, error);
}

static json_t *fit_duration(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	int64_t us;
	if (json_is_number(value) && json_number_value(value) >= 0)
		return value;
	if (!json_is_string(value) || !duration_parse(json_string_value(value), &us, NULL))
		return refuse(scope, parameter, value, error);
	json_decref(value);
	return us % SECOND_US ? json_real((double)us / SECOND_US) : json_integer(us / SECOND_US);
}

static json_t *fit_size(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	int64_t bytes;
	if (json_is_integer(value) && json_integer_value(value) >= 0)
		return value;
	if (!json_is_string(value) || !size_parse(json_string_value(value), &bytes, NULL))
		return refuse(scope, parameter, value, error);
	json_decref(value);
	return json_integer(bytes);
}

/* A list or map may come as the text of one: `{{ var.value.TABLES }}`. */
static json_t *fit_container(
	const struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	bool wants_list = parameter->type == PARAMETER_LIST;
	json_t *read = json_is_string(value) ? json_loads(json_string_value(value), 0, NULL) : NULL;
	if (read) {
		json_decref(value);
		value = read;
	}
	bool fits = wants_list ? json_is_array(value) : json_is_object(value);
	return fits ? value : refuse(scope, parameter, value, error);
}

static json_t *fit_connection(
	struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	g_autofree char *conn_id = g_strdup(json_string_value(value));
	if (!conn_id)
		return refuse(scope, parameter, value, error);
	json_decref(value);
	json_t *connection = connection_resolve(scope, conn_id, error);
	if (!connection)
		g_prefix_error(error, "%s: ", parameter->name);
	return connection;
}

/* A limit that a template makes nothing of would be none at all, without anyone noticing. */
static bool is_empty(const json_t *value)
{
	const char *text = json_string_value(value);
	return json_is_null(value) || (text && !*text);
}

json_t *argument_fit(
	struct scope *scope, const struct parameter *parameter, json_t *value, GError **error)
{
	if (parameter->not_empty && is_empty(value)) {
		g_set_error(error, LIB_ERROR, 0,
			"%s: it is written, but comes out %s; give it a value, or leave it out of "
			"the task",
			parameter->name, json_is_null(value) ? "null" : "empty");
		json_decref(value);
		return NULL;
	}
	if (json_is_null(value))
		return value;
	if (parameter->secret)
		mask_add(scope->masks, json_string_value(value));
	switch (parameter->type) {
	case PARAMETER_TEXT:
	case PARAMETER_SHELL:
		return fit_text(scope, parameter, value, error);
	case PARAMETER_INTEGER:
		return fit_integer(scope, parameter, value, error);
	case PARAMETER_NUMBER:
		value = read_scalar(value);
		return json_is_number(value) ? value : refuse(scope, parameter, value, error);
	case PARAMETER_BOOLEAN:
		return fit_boolean(scope, parameter, value, error);
	case PARAMETER_DURATION:
		return fit_duration(scope, parameter, value, error);
	case PARAMETER_SIZE:
		return fit_size(scope, parameter, value, error);
	case PARAMETER_LIST:
	case PARAMETER_MAP:
		return fit_container(scope, parameter, value, error);
	case PARAMETER_ANY:
		return value;
	case PARAMETER_CONNECTION:
		return fit_connection(scope, parameter, value, error);
	}
	g_assert_not_reached();
}
