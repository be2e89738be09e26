/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/print.h"

/* One row an option: section, key, value. */
static json_t *rows_of(const json_t *sections)
{
	json_t *rows = json_array(), *section, *option;
	size_t i, j;
	json_array_foreach((json_t *)sections, i, section)
	{
		json_array_foreach(json_object_get(section, "options"), j, option)
		{
			json_t *row = json_copy(option);
			json_object_set(row, "section", json_object_get(section, "name"));
			json_array_append_new(rows, row);
		}
	}
	return rows;
}

static const struct option list_options[] = {
	{"section", 0, "SECTION", "only this section"},
	{NULL},
};

static int config_list(struct invocation *invocation)
{
	static const struct column columns[] = {{"section"}, {"key"}, {"value"}, {NULL}};
	g_autoptr(GError) error = NULL;
	const char *section = invocation_option(invocation, "section");
	g_autofree char *path =
		section ? path_of(API "/config?section=%s", section) : g_strdup(API "/config");
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	json_auto_t *rows = rows_of(json_object_get(answer, "sections"));
	print_list(invocation, rows, columns);
	return EXIT_OK;
}

static int config_get_value(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/config/section/%s/option/%s",
		invocation_argument(invocation, 0), invocation_argument(invocation, 1));
	json_auto_t *answer = ask(invocation->address, "GET", path, NULL, &error);
	if (!answer)
		return refuse(error);
	json_auto_t *rows = rows_of(json_object_get(answer, "sections"));
	const char *value = json_string_value(json_object_get(json_array_get(rows, 0), "value"));
	print_text(invocation, value ? value : "");
	return EXIT_OK;
}

const struct command config_commands[] = {
	{"list", "", "List the settings that the daemon uses", config_list, list_options},
	{"get-value", "SECTION KEY", "Print one setting", config_get_value},
	{NULL},
};
