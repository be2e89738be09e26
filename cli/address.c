/* SPDX-License-Identifier: MIT */
#include "cli/address.h"

#include <stdbool.h>

static void address_of_home(const char *home, struct address *address)
{
	g_autofree char *absolute = g_canonicalize_filename(home, NULL);
	*address = (struct address){
		.home = g_strdup(absolute),
		.socket = g_build_filename(absolute, "run", "dagd.sock", NULL),
		.config = g_build_filename(absolute, "dagd.yaml", NULL),
		.dags = g_build_filename(absolute, "dags", NULL),
		.operators = g_build_filename(absolute, "operators", NULL),
	};
}

static void address_of_system(struct address *address)
{
	*address = (struct address){
		.socket = g_strdup("/run/dagd/dagd.sock"),
		.config = g_strdup("/etc/dagd/dagd.yaml"),
		.dags = g_strdup("/etc/dagd/dags"),
		.operators = g_strdup("/etc/dagd/operators"),
	};
}

static void address_guess(struct address *address)
{
	struct address system;
	address_of_system(&system);
	g_autofree char *own = g_build_filename(g_get_home_dir(), "dagd", NULL);
	address_of_home(own, address);
	bool is_own = g_file_test(address->socket, G_FILE_TEST_EXISTS)
		|| (!g_file_test(system.socket, G_FILE_TEST_EXISTS)
			&& g_file_test(own, G_FILE_TEST_IS_DIR));
	address_clear(is_own ? &system : address);
	if (!is_own)
		*address = system;
}

void address_find(const char *home, const char *url, struct address *address)
{
	const char *variable = g_getenv("DAGD_HOME");
	if (!home && variable && *variable)
		home = variable;
	if (home)
		address_of_home(home, address);
	else
		address_guess(address);
	address->url = g_strdup(url);
}

void address_clear(struct address *address)
{
	g_free(address->home);
	g_free(address->socket);
	g_free(address->url);
	g_free(address->config);
	g_free(address->dags);
	g_free(address->operators);
	*address = (struct address){0};
}
