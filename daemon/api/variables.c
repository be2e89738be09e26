/* SPDX-License-Identifier: MIT */
#include "daemon/api/variables.h"

#include <string.h>

#include "daemon/api/entries.h"
#include "daemon/api/reply.h"
#include "daemon/api/secret.h"
#include "lib/base/ident.h"

enum { VALUE_MAX_BYTES = 1 << 20, DESCRIPTION_MAX_BYTES = 5000 };

static bool find(struct reader *reader, const char *name, void *row, GError **error)
{
	return reader_variable(reader, name, row, error);
}

static enum found look_up(const struct lookup *lookup, const char *name, void *row,
	enum source *source, GError **error)
{
	return variable_look_up(lookup, name, row, source, error);
}

static bool refuse(struct request *request, const char *field, const char *sentence)
{
	/* The value itself is not sent back: it may be a secret. */
	request_refuse_field(
		request, &(struct field){"body", field, "value_error", NULL}, "%s", sentence);
	return false;
}

/* A value that is no text is kept as JSON text, as Airflow's import does. */
static bool read_value(struct request *request, json_t *value, struct variable *variable)
{
	char *given = json_is_string(value) ? g_strdup(json_string_value(value))
					    : json_dumps(value, JSON_ENCODE_ANY);
	char *meant = secret_meant(variable->key, given, variable->value);
	secret_forget(given);
	if (!meant)
		return refuse(request, "value", "the value " SECRET_UNCLEAR);
	secret_forget(variable->value);
	variable->value = meant;
	if (strlen(meant) > VALUE_MAX_BYTES)
		return refuse(request, "value", "the value is larger than 1 MiB");
	return true;
}

static bool read_fields(struct request *request, const json_t *body, void *row)
{
	struct variable *variable = row;
	const char *description;
	json_t *value = json_object_get(body, "value");
	if (!variable->key)
		variable->key = g_strdup(json_string_value(json_object_get(body, "key")));
	bool had_value = variable->value;
	if (value && !read_value(request, value, variable))
		return false;
	if (!had_value && secret_is_hidden(variable->value) && name_is_sensitive(variable->key))
		return refuse(request, "value",
			"\"***\" stands for a hidden value; the value itself is expected");
	if (!json_object_get(body, "description"))
		return true;
	if (!body_text(request, body, "description", &description))
		return false;
	if (description && strlen(description) > DESCRIPTION_MAX_BYTES)
		return refuse(request, "description", "the description is longer than 5000 bytes");
	g_free(variable->description);
	variable->description = g_strdup(description);
	return true;
}

static json_t *with_value(const struct variable *variable, const char *value)
{
	return json_pack("{s:s, s:s, s:s?, s:b}", "key", variable->key, "value", value,
		"description", variable->description, "is_encrypted", 1);
}

static json_t *shown(struct daemon *daemon, const void *row)
{
	const struct variable *variable = row;
	g_autofree char *value = secret_shown(variable->key, variable->value);
	return with_value(variable, value);
}

static json_t *clear_text(struct daemon *daemon, const void *row)
{
	const struct variable *variable = row;
	return with_value(variable, variable->value);
}

static void put(struct batch *batch, const void *row)
{
	batch_variable(batch, row);
}

static const char *const fields[] = {"key", "value", "description", NULL};

static const struct entry_kind kind = {
	.noun = "variable",
	.nouns = "variables",
	.path_name = "variable_key",
	.pattern_query = "variable_key_pattern",
	.fields = fields,
	.size = sizeof(struct variable),
	.clear = (GDestroyNotify)variable_clear,
	.find = find,
	.look_up = look_up,
	.list = reader_variables,
	.names = reader_variable_names,
	.read = read_fields,
	.shown = shown,
	.clear_text = clear_text,
	.put = put,
	.forget = batch_variable_delete,
};

void variables_list(struct request *request, void *data)
{
	entries_list(request, data, &kind);
}

void variables_show(struct request *request, void *data)
{
	entry_get(request, data, &kind);
}

static void answer_found(
	struct request *request, struct daemon *daemon, const void *row, enum source source)
{
	json_t *json = shown(daemon, row);
	json_object_set_new(json, "source", json_string(source_names[source]));
	request_answer(request, 200, json);
}

void variables_look_up(struct request *request, void *data)
{
	entry_search(request, data, &kind, answer_found);
}

void variables_create(struct request *request, void *data)
{
	entry_create(request, data, &kind);
}

void variables_patch(struct request *request, void *data)
{
	entry_patch(request, data, &kind);
}

void variables_delete(struct request *request, void *data)
{
	entry_delete(request, data, &kind);
}

void variables_bulk(struct request *request, void *data)
{
	entries_bulk(request, data, &kind);
}

void variables_export(struct request *request, void *data)
{
	entries_export(request, data, &kind);
}
