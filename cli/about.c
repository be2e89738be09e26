/* SPDX-License-Identifier: MIT */
/* `health`, `version`, `info`: what is there and how it is. */
#include <stdio.h>

#include <curl/curl.h>

#include "cli/ask.h"
#include "cli/dag_file.h"
#include "cli/print.h"

/* A row a part; true when none is unhealthy. */
static bool rows_of_health(const json_t *health, json_t *rows)
{
	const char *part;
	json_t *state;
	bool is_healthy = true;
	json_object_foreach((json_t *)health, part, state)
	{
		const char *status = json_string_value(json_object_get(state, "status"));
		if (!status)
			continue;
		json_t *row = json_copy(state);
		json_object_set_new(row, "component", json_string(part));
		json_array_append_new(rows, row);
		is_healthy = is_healthy && g_str_equal(status, "healthy");
	}
	return is_healthy;
}

static int health(struct invocation *invocation)
{
	static const struct column columns[] = {
		{"component"}, {"status"}, {"since"}, {"reason"}, {NULL}};
	g_autoptr(GError) error = NULL;
	json_auto_t *answer = ask(invocation->address, "GET", API "/monitor/health", NULL, &error);
	json_auto_t *rows = json_array();
	if (!answer)
		return refuse(error);
	bool is_healthy = rows_of_health(answer, rows);
	if (invocation->output == OUTPUT_JSON || invocation->output == OUTPUT_YAML)
		print_value(invocation, answer);
	else
		print_list(invocation, rows, columns);
	return is_healthy ? EXIT_OK : EXIT_REFUSED;
}

static int version(struct invocation *invocation)
{
	print_text(invocation, DAGD_VERSION);
	return EXIT_OK;
}

static int info(struct invocation *invocation)
{
	const struct address *address = invocation->address;
	g_autofree char *dags = dags_folder(address);
	g_autofree char *operators = part_path("operators", DAGD_LIBDIR "/operators");
	g_autofree char *shipped = g_canonicalize_filename(operators, NULL);
	json_auto_t *running = ask(address, "GET", API "/version", NULL, NULL);
	json_t *daemon = json_object_get(running, "version");
	json_auto_t *facts = json_pack("{s:s, s:O?, s:s?, s:s?, s:s, s:s, s:s, s:s, s:s, s:s}",
		"dagctl", DAGD_VERSION, "dagd", daemon, "home", address->home, "url", address->url,
		"socket", address->socket, "config", address->config, "dags", dags, "operators",
		shipped, "plugins", address->operators, "libcurl", curl_version());
	json_auto_t *storage = running ? ask(address, "GET", OWN_API "/storage", NULL, NULL) : NULL;
	json_auto_t *executor =
		running ? ask(address, "GET", OWN_API "/executor", NULL, NULL) : NULL;
	json_object_update(facts, storage);
	json_object_update(facts, executor);
	print_object(invocation, facts);
	return EXIT_OK;
}

const struct command health_commands[] = {
	{NULL, "", "Say whether the daemon is well; exit 1 if not, 69 if there is none", health},
	{NULL},
};

const struct command version_commands[] = {
	{NULL, "", "Print the version of dagctl", version},
	{NULL},
};

const struct command info_commands[] = {
	{NULL, "", "Versions, and the folders in use", info},
	{NULL},
};
