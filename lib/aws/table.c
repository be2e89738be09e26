/* SPDX-License-Identifier: MIT */
#include "lib/aws/table.h"

#include <string.h>

#include "lib/aws/failure.h"

static const json_t *given(const struct aws_table *table, const char *name)
{
	const json_t *value = json_object_get(table->values, name);
	bool is_empty =
		json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
	return is_empty ? NULL : value;
}

static bool wrong(const struct aws_table *table, const char *name, const char *why, GError **error)
{
	return aws_refuse(error, "%s\"%s%s\" %s", table->owner, table->path, name, why);
}

bool aws_table_text(const struct aws_table *table, const char *name, char **value, GError **error)
{
	const json_t *text = given(table, name);
	if (!text)
		return true;
	if (!json_is_string(text))
		return wrong(table, name, "is not a text", error);
	if (strlen(json_string_value(text)) != json_string_length(text))
		return wrong(table, name, "contains a NUL", error);
	if (!*value)
		*value = g_strdup(json_string_value(text));
	return true;
}

bool aws_choice_parse(const char *text, const char *what, enum aws_choice *value, GError **error)
{
	bool yes = g_ascii_strcasecmp(text, "true") == 0;
	if (!yes && g_ascii_strcasecmp(text, "false") != 0)
		return aws_refuse(error, "%s is neither true nor false", what);
	*value = yes ? AWS_YES : AWS_NO;
	return true;
}

bool aws_table_choice(
	const struct aws_table *table, const char *name, enum aws_choice *value, GError **error)
{
	const json_t *choice = given(table, name);
	enum aws_choice taken = json_is_true(choice) ? AWS_YES : AWS_NO;
	if (!choice)
		return true;
	g_autofree char *what = g_strdup_printf("%s\"%s%s\"", table->owner, table->path, name);
	const char *text = json_is_string(choice) ? json_string_value(choice) : "";
	if (!json_is_boolean(choice) && !aws_choice_parse(text, what, &taken, error))
		return false;
	if (*value == AWS_UNSAID)
		*value = taken;
	return true;
}

bool aws_table_number(
	const struct aws_table *table, const char *name, double max, double *value, GError **error)
{
	const json_t *number = given(table, name);
	if (!number)
		return true;
	double taken = json_is_number(number) ? json_number_value(number) : 0;
	if (json_is_string(number))
		taken = g_ascii_strtod(json_string_value(number), NULL);
	if (!(taken > 0 && taken <= max))
		return aws_refuse(error, "%s\"%s%s\" is not a number above 0 and up to %g",
			table->owner, table->path, name, max);
	if (*value == 0)
		*value = taken;
	return true;
}

bool aws_table_map(
	const struct aws_table *table, const char *name, struct aws_table *map, GError **error)
{
	const json_t *values = given(table, name);
	*map = (struct aws_table){.owner = table->owner};
	if (values && !json_is_object(values))
		return wrong(table, name, "is not a map", error);
	map->values = values;
	map->path = g_strdup_printf("%s%s.", table->path, name);
	return true;
}
