/* SPDX-License-Identifier: MIT */
/* Variables, connections and results of other tasks: read when a template asks for them. */
#include <string.h>

#include "daemon/render/mapped.h"
#include "daemon/render/mask.h"
#include "daemon/render/scope.h"
#include "daemon/render/source.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"
#include "lib/base/problem.h"

static struct lookup lookup_of(const struct scope *scope)
{
	const struct render_request *request = scope->request;
	return (struct lookup){request->sources, request->answers, request->reader};
}

/* ---- var.value.KEY, var.json.KEY, and .get(KEY, default) of both ---- */

/* Nobody can tell so short a word from others. It is told once, however often it is asked for. */
static void secret_add(struct scope *scope, const char *what, const char *name, const char *secret)
{
	if (mask_add(scope->masks, secret) || !scope->unhidden)
		return;
	g_autofree char *told = g_strdup_printf("%s \"%s\"", what, name);
	if (!g_ptr_array_find_with_equal_func(scope->unhidden, told, g_str_equal, NULL))
		g_ptr_array_add(scope->unhidden, g_steal_pointer(&told));
}

/* False without an error: there is none. */
static bool variable_set(struct scope *scope, const char *key, bool as_json,
	struct template_value *out, GError **error)
{
	struct variable variable;
	enum source source;
	struct lookup lookup = lookup_of(scope);
	if (variable_look_up(&lookup, key, &variable, &source, error) != FOUND)
		return false;
	json_error_t why;
	json_t *json = json_loads(variable.value, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
	mask_add_urls(scope->masks, variable.value);
	mask_add_sensitive(scope->masks, json);
	if (name_is_sensitive(key) || text_is_dubious(variable.value)) {
		secret_add(scope, "the secret variable", key, variable.value);
		mask_add_all(scope->masks, json);
	}
	if (!as_json)
		set_text(out, variable.value);
	else if (json)
		set_json(out, json_incref(json));
	else /* What the parser says quotes a part of it. */
		g_set_error(error, LIB_ERROR, 0,
			"the variable \"%s\" is no JSON (line %d, column %d)", key, why.line,
			why.column);
	bool is_set = !as_json || json;
	json_decref(json);
	variable_clear(&variable);
	return is_set;
}

static bool is_json(const struct template_object *base)
{
	return g_str_equal(object_of(base)->key, "json");
}

/* The key and what to take when there is nothing of that name. */
static bool get_arguments(
	json_t *arguments, json_t *keywords, const char **key, json_t **otherwise, GError **error)
{
	static const char *const names[] = {"default", "default_var", "default_conn"};
	*key = json_string_value(json_array_get(arguments, 0));
	*otherwise = json_array_get(arguments, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(names) && !*otherwise; i++)
		*otherwise = json_object_get(keywords, names[i]);
	if (!*key)
		g_set_error(error, LIB_ERROR, 0, "get() wants a name, and perhaps a default");
	return *key != NULL;
}

/* Nothing of that name: undefined, with a sentence; frees the names. A `default` filter may follow.
 */
static bool set_missing(
	struct template_value *out, const char *noun, const char *name, char **names)
{
	const char *meant = names ? suggest(name, (const char *const *)names) : NULL;
	g_autofree char *sentence = meant
		? g_strdup_printf("there is no %s \"%s\"; did you mean \"%s\"?", noun, name, meant)
		: g_strdup_printf("there is no %s \"%s\"", noun, name);
	g_strfreev(names);
	*out = (struct template_value){.kind = VALUE_UNDEFINED, .json = json_string(sentence)};
	return true;
}

/* `.get(NAME, DEFAULT)`: what is found, else the default, else undefined as for `.NAME`. */
static bool get_or_default(object_get *get, const struct template_object *base, json_t *arguments,
	json_t *keywords, struct template_value *out, GError **error)
{
	const char *name;
	json_t *otherwise;
	if (!get_arguments(arguments, keywords, &name, &otherwise, error)
		|| !get(base, name, out, error))
		return false;
	if (out->kind != VALUE_UNDEFINED || !otherwise)
		return true;
	template_value_clear(out);
	return set_json(out, json_incref(otherwise));
}

static bool variable_find(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	struct scope *scope = object_of(base)->scope;
	GError *failed = NULL;
	if (variable_set(scope, name, is_json(base), out, &failed))
		return true;
	if (!failed)
		return set_missing(
			out, "variable", name, reader_variable_names(scope->request->reader));
	g_propagate_error(error, failed);
	return false;
}

static bool variable_call_get(const struct template_object *base, json_t *arguments,
	json_t *keywords, struct template_value *out, GError **error)
{
	return get_or_default(variable_find, base, arguments, keywords, out, error);
}

static bool variable_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	struct scope *scope = object_of(base)->scope;
	if (g_str_equal(name, "get"))
		return set_object(scope, out, NULL, variable_call_get, object_of(base)->key);
	return variable_find(base, name, out, error);
}

bool variables_get(const struct template_object *base, const char *name, struct template_value *out,
	GError **error)
{
	if (!g_str_equal(name, "value") && !g_str_equal(name, "json"))
		return false;
	return set_object(object_of(base)->scope, out, variable_get, NULL, name);
}

/* ---- conn.ID.host ---- */

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

json_t *connection_resolved(const struct connection *connection, struct mask_words *masks)
{
	json_t *extra =
		connection->extra ? json_loads(connection->extra, JSON_DECODE_ANY, NULL) : NULL;
	mask_add(masks, connection->password);
	mask_add_urls(masks, connection->host);
	mask_add_sensitive(masks, extra);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "conn_id",
		connection->conn_id, "conn_type", connection->conn_type, "description",
		text_or_null(connection->description), "host", text_or_null(connection->host),
		"login", text_or_null(connection->login), "password",
		text_or_null(connection->password), "schema", text_or_null(connection->schema),
		"port", connection->port ? json_integer(connection->port) : json_null(), "extra",
		extra ? extra : json_object());
}

/* NULL without an error: there is none. */
static json_t *connection_find(struct scope *scope, const char *conn_id, GError **error)
{
	struct connection connection;
	enum source source;
	struct lookup lookup = lookup_of(scope);
	if (connection_look_up(&lookup, conn_id, &connection, &source, error) != FOUND)
		return NULL;
	json_t *json = connection_resolved(&connection, scope->masks);
	secret_add(scope, "the password of the connection", conn_id, connection.password);
	connection_clear(&connection);
	return json;
}

json_t *connection_resolve(struct scope *scope, const char *conn_id, GError **error)
{
	GError *failed = NULL;
	json_t *json = connection_find(scope, conn_id, &failed);
	if (failed)
		g_propagate_error(error, failed);
	else if (!json)
		g_set_error(error, LIB_ERROR, 0,
			"there is no connection \"%s\"; add it with dagctl connections add %s",
			conn_id, conn_id);
	return json;
}

static bool connection_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	const json_t *connection = object_of(base)->json;
	json_t *extra = json_object_get(connection, "extra");
	if (g_str_equal(name, "extra_dejson"))
		return set_json(out, json_incref(extra));
	if (g_str_equal(name, "extra")) {
		g_autofree char *text = json_dumps(extra, JSON_COMPACT | JSON_ENCODE_ANY);
		return set_text(out, text);
	}
	json_t *field = json_object_get(connection, name);
	return field && set_json(out, json_incref(field));
}

/* False without an error: there is none. */
static bool set_connection(
	struct scope *scope, const char *conn_id, struct template_value *out, GError **error)
{
	json_t *json = connection_find(scope, conn_id, error);
	if (!json)
		return false;
	set_object(scope, out, connection_get, NULL, conn_id);
	struct object *object = g_ptr_array_index(scope->objects, scope->objects->len - 1);
	object->json = json;
	return true;
}

static bool connection_find_value(const struct template_object *base, const char *conn_id,
	struct template_value *out, GError **error)
{
	struct scope *scope = object_of(base)->scope;
	GError *failed = NULL;
	if (set_connection(scope, conn_id, out, &failed))
		return true;
	if (!failed)
		return set_missing(out, "connection", conn_id,
			reader_connection_names(scope->request->reader));
	g_propagate_error(error, failed);
	return false;
}

static bool connection_call_get(const struct template_object *base, json_t *arguments,
	json_t *keywords, struct template_value *out, GError **error)
{
	return get_or_default(connection_find_value, base, arguments, keywords, out, error);
}

bool connections_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	struct scope *scope = object_of(base)->scope;
	if (g_str_equal(name, "get"))
		return set_object(scope, out, NULL, connection_call_get, NULL);
	return connection_find_value(base, name, out, error);
}

/* ---- results of other tasks ---- */

static void set_no_value(GError **error, const char *task_id, const char *key)
{
	g_set_error(error, LIB_ERROR, 0,
		"the task \"%s\" left no value \"%s\"; give default= to xcom_pull if it may be "
		"missing",
		task_id, key);
}

/* `tasks.a.b.output`: ids may hold dots, so each name may be a part of one. */
static bool output_get(const struct template_object *base, const char *name,
	struct template_value *out, GError **error)
{
	const struct object *object = object_of(base);
	const struct dag *dag = object->scope->request->dag;
	g_autofree char *longer = g_strconcat(object->key, ".", name, NULL);
	if (!g_str_equal(name, "output") || dag_task(dag, longer))
		return set_object(object->scope, out, output_get, NULL, longer);
	if (!dag_task(dag, object->key))
		return false;
	json_t *value = xcom_value(object->scope, object->key, "return_value");
	if (value)
		return set_json(out, value);
	set_no_value(error, object->key, "return_value");
	return false;
}

bool tasks_get(const struct template_object *base, const char *name, struct template_value *out,
	GError **error)
{
	return set_object(object_of(base)->scope, out, output_get, NULL, name);
}

/* What xcom_pull() asks for, of one task. */
struct pull {
	const char *key;
	json_t *otherwise;         /* NULL: it must be there */
	const json_t *map_indexes; /* NULL: as it is seen from here */
};

static json_t *xcom_or(
	const struct scope *scope, const char *task_id, const struct pull *pull, GError **error)
{
	json_t *value = pull->map_indexes
		? xcom_value_at(scope, task_id, pull->map_indexes, pull->key)
		: xcom_value(scope, task_id, pull->key);
	if (!value && !pull->otherwise)
		set_no_value(error, task_id, pull->key);
	return value ? value : json_incref(pull->otherwise);
}

bool xcom_pull(const struct template_object *base, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	const struct scope *scope = object_of(base)->scope;
	json_t *task_ids = json_array_get(arguments, 0), *item;
	struct pull pull = {.key = json_string_value(json_object_get(keywords, "key")),
		.otherwise = json_object_get(keywords, "default"),
		.map_indexes = json_object_get(keywords, "map_indexes")};
	size_t i;
	if (!task_ids)
		task_ids = json_object_get(keywords, "task_ids");
	if (!pull.key)
		pull.key = "return_value";
	if (json_is_null(pull.map_indexes))
		pull.map_indexes = NULL;
	if (json_is_string(task_ids)) {
		json_t *value = xcom_or(scope, json_string_value(task_ids), &pull, error);
		return value && set_json(out, value);
	}
	if (!json_is_array(task_ids)) {
		g_set_error(
			error, LIB_ERROR, 0, "xcom_pull: task_ids is neither a task_id nor a list");
		return false;
	}
	json_t *values = json_array();
	json_array_foreach(task_ids, i, item)
	{
		const char *task_id = json_is_string(item) ? json_string_value(item) : "";
		json_t *value = xcom_or(scope, task_id, &pull, error);
		if (!value) {
			json_decref(values);
			return false;
		}
		json_array_append_new(values, value);
	}
	return set_json(out, values);
}
