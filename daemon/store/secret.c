/* SPDX-License-Identifier: MIT */
#include "daemon/store/secret.h"

#include <stddef.h>

#include <jansson.h>

#include "daemon/store/vault.h"

static const struct sealed_field {
	const char *name;
	size_t offset;
} sealed_fields[] = {
	{"host", offsetof(struct connection, host)},
	{"login", offsetof(struct connection, login)},
	{"password", offsetof(struct connection, password)},
	{"schema", offsetof(struct connection, schema)},
	{"extra", offsetof(struct connection, extra)},
};

static char **field_of(const struct connection *connection, const struct sealed_field *field)
{
	return (char **)((char *)connection + field->offset);
}

char *connection_pack(const struct connection *connection)
{
	json_t *object = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(sealed_fields); i++) {
		const char *text = *field_of(connection, &sealed_fields[i]);
		json_t *value = text != NULL ? json_string(text) : NULL;
		g_assert(text == NULL || value != NULL); /* not UTF-8 */
		if (value != NULL)
			json_object_set_new(object, sealed_fields[i].name, value);
	}
	if (connection->port != 0)
		json_object_set_new(object, "port", json_integer(connection->port));
	char *text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

bool connection_unpack(struct connection *connection, const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(sealed_fields); i++)
		*field_of(connection, &sealed_fields[i]) =
			g_strdup(json_string_value(json_object_get(object, sealed_fields[i].name)));
	connection->port = (int)json_integer_value(json_object_get(object, "port"));
	json_decref(object);
	return true;
}

void variable_clear(struct variable *variable)
{
	g_clear_pointer(&variable->key, g_free);
	g_clear_pointer(&variable->value, vault_forget);
	g_clear_pointer(&variable->description, g_free);
}

void connection_clear(struct connection *connection)
{
	g_clear_pointer(&connection->conn_id, g_free);
	g_clear_pointer(&connection->conn_type, g_free);
	g_clear_pointer(&connection->description, g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(sealed_fields); i++)
		g_clear_pointer(field_of(connection, &sealed_fields[i]), vault_forget);
	connection->port = 0;
}
