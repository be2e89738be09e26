/* SPDX-License-Identifier: MIT */
/*
 * A newer pg_restore may send settings that an older server does not know (transaction_timeout,
 * from 17 on): the restore ends with an error when what was there is dropped already. So this is
 * asked before. Of the known holes those count that concern an archive which is restored through a
 * connection; those of psql, which reads plain dumps, do not. One for which distributions have no
 * mended program yet is told and not refused: nobody could restore.
 */
#include "operators/pg_restore/client.h"

#include <string.h>

#include "lib/base/instant.h"
#include "operators/tool.h"

enum { MAJOR = 10000 };

/* CVE-2025-8715: names with line ends became SQL of their own. From 18 on it never was there. */
static const int first_without_hole[] = {130022, 140019, 150014, 160010, 170006};

/* CVE-2026-116314: what a dump holds can become SQL of its own. */
static const int first_trusty[] = {140025, 150020, 160016, 170012, 180007};

/* That such a pg_restore was seen to restore into; of one that is to come only its own. */
static int oldest_server(int client_major)
{
	enum { OLDEST_SEEN = 13, WITH_TRANSACTION_TIMEOUT = 17, NEWEST_SEEN = 18 };
	if (client_major > NEWEST_SEEN)
		return client_major;
	return client_major >= WITH_TRANSACTION_TIMEOUT ? WITH_TRANSACTION_TIMEOUT : OLDEST_SEEN;
}

static bool suits_server(int client_major, int server_major)
{
	return client_major <= server_major || server_major >= oldest_server(client_major);
}

static void version_keep(void *data, const char *line)
{
	/* pg_restore (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1) */
	const char *number = strstr(line, ") ");
	if (number)
		*(int *)data = version_read(number + 2);
}

static int program_version(const char *program)
{
	int version = 0, status = 0;
	g_auto(GStrv) environment = g_get_environ();
	const char *argv[] = {program, "--version", NULL};
	struct tool tool = {.argv = argv,
		.environment = (const char *const *)environment,
		.on_line = version_keep,
		.data = &version};
	return tool_run(&tool, &status, NULL) && status == 0 ? version : 0;
}

bool client_find(int server_version, struct client *client, GError **error)
{
	client->path = tool_find("pg_restore", "Debian: apt install postgresql-client", error);
	if (!client->path)
		return false;
	client->version = program_version(client->path);
	client->server_version = server_version;
	if (client->version / MAJOR == server_version / MAJOR)
		return true;
	char *own =
		g_strdup_printf("/usr/lib/postgresql/%d/bin/pg_restore", server_version / MAJOR);
	if (g_file_test(own, G_FILE_TEST_IS_EXECUTABLE)) {
		g_free(client->path);
		client->path = own;
		client->version = program_version(own);
		return true;
	}
	g_free(own);
	return true;
}

void client_clear(struct client *client)
{
	g_free(client->path);
	*client = (struct client){0};
}

/* The first version of the same major, or of the oldest that was mended; 0: this has no hole. */
static int version_wanted(int version, const int *mended, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (version / MAJOR <= mended[i] / MAJOR)
			return version < mended[i] ? mended[i] : 0;
	return 0;
}

char *client_warning(int client_version)
{
	int wanted = version_wanted(client_version, first_trusty, G_N_ELEMENTS(first_trusty));
	return wanted && client_version > 0
		? g_strdup_printf("pg_restore %d.%d has the hole CVE-2026-116314, mended in %d.%d: "
				  "restore only dumps that you trust",
			client_version / MAJOR, client_version % MAJOR, wanted / MAJOR,
			wanted % MAJOR)
		: NULL;
}

char *client_complaint(int client_version, int server_version)
{
	if (client_version == 0)
		return g_strdup("pg_restore --version does not tell its version");
	if (!suits_server(client_version / MAJOR, server_version / MAJOR))
		return g_strdup_printf(
			"pg_restore is of PostgreSQL %d, the server of %d, which does not know all "
			"that a newer pg_restore sends; install postgresql-client-%d",
			client_version / MAJOR, server_version / MAJOR, server_version / MAJOR);
	int wanted = version_wanted(
		client_version, first_without_hole, G_N_ELEMENTS(first_without_hole));
	if (wanted)
		return g_strdup_printf(
			"pg_restore %d.%d runs SQL that is hidden in the names of a dump "
			"(CVE-2025-8715); install %d.%d or newer",
			client_version / MAJOR, client_version % MAJOR, wanted / MAJOR,
			wanted % MAJOR);
	return NULL;
}

static char *dump_remedy(const struct contents *contents, int server_major)
{
	int made_by = contents->pg_dump_version / MAJOR;
	int made_of = contents->server_version / MAJOR;
	if (made_by == 0)
		return g_strdup("install the client programs of that PostgreSQL");
	if (made_of > server_major)
		return g_strdup_printf("it is of PostgreSQL %d, the server of %d: restore it into "
				       "one that is not older",
			made_of, server_major);
	return suits_server(made_by, server_major)
		? g_strdup_printf("install postgresql-client-%d", made_by)
		: g_strdup_printf("make the dump with pg_dump %d", server_major);
}

char *dump_too_new_text(
	const char *name, const struct contents *contents, const struct client *client)
{
	g_autofree char *remedy = dump_remedy(contents, client->server_version / MAJOR);
	g_autofree char *version = version_text(client->version);
	g_autofree char *pg_dump = version_text(contents->pg_dump_version);
	return g_strdup_printf("this pg_restore (%s) is too old for %s, which %s%s made; %s; "
			       "nothing was restored",
		version, name, contents->pg_dump_version ? "pg_dump " : "a newer pg_dump",
		contents->pg_dump_version ? pg_dump : "", remedy);
}

char *dump_complaint(const struct contents *contents, int client_version, int server_version)
{
	int made_by = contents->pg_dump_version / MAJOR;
	int made_of = contents->server_version / MAJOR;
	if (made_by > client_version / MAJOR)
		return g_strdup_printf(
			"the dump was made by pg_dump %d, which is newer than this pg_restore (%d)",
			made_by, client_version / MAJOR);
	if (made_of > server_version / MAJOR)
		return g_strdup_printf("the dump is of PostgreSQL %d, the server of %d, which may "
				       "not know all that is in it",
			made_of, server_version / MAJOR);
	return NULL;
}
