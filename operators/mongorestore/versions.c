/* SPDX-License-Identifier: MIT */
/*
 * MongoDB restores a dump into a server of the version it was made of; mongorestore itself only
 * warns. Before version 5 the second number was a version of its own, too (4.2, 4.4).
 */
#include "operators/mongorestore/versions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "operators/tool.h"

enum { FIRST_OF_ONE_NUMBER = 5 };

/* The first mongorestore that knows time series without buckets, which MongoDB has from 8.3 on. */
enum { PLAIN_SERIES_MAJOR = 100, PLAIN_SERIES_MINOR = 16 };

/* False when the text is no version. */
static bool numbers_read(const char *text, long *major, long *minor)
{
	char *end;
	if (!text || !g_ascii_isdigit(*text))
		return false;
	*major = strtol(text, &end, 10);
	*minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
	return true;
}

char *server_complaint(const char *dumped_from, const char *server)
{
	long from, from_minor, to, to_minor;
	if (!numbers_read(dumped_from, &from, &from_minor) || !numbers_read(server, &to, &to_minor))
		return NULL;
	bool is_same = from == to && (from >= FIRST_OF_ONE_NUMBER || from_minor == to_minor);
	return is_same ? NULL
		       : g_strdup_printf(
			       "the dump is of MongoDB %s, the server of %s", dumped_from, server);
}

char *tool_complaint(const char *mongodump, const char *mongorestore)
{
	long made_by, made_minor, read_by, read_minor;
	if (!numbers_read(mongodump, &made_by, &made_minor)
		|| !numbers_read(mongorestore, &read_by, &read_minor) || made_by <= read_by)
		return NULL;
	return g_strdup_printf("the dump was made by mongodump %s, which is newer than this "
			       "mongorestore (%s)",
		mongodump, mongorestore);
}

char *series_complaint(const char *series, const char *mongorestore)
{
	long major = 0, minor = 0;
	bool is_told = numbers_read(mongorestore, &major, &minor);
	if (!series || major > PLAIN_SERIES_MAJOR
		|| (major == PLAIN_SERIES_MAJOR && minor >= PLAIN_SERIES_MINOR))
		return NULL;
	return g_strdup_printf("the time series %s holds documents and no buckets, as MongoDB has "
			       "it from 8.3 on; this mongorestore (%s) would put them where "
			       "nobody sees them, install %d.%d or newer",
		series, is_told ? mongorestore : "of an unknown version", PLAIN_SERIES_MAJOR,
		PLAIN_SERIES_MINOR);
}

static void version_keep(void *data, const char *line)
{
	static const char prefix[] = "mongorestore version: ";
	char **version = data;
	if (!*version && g_str_has_prefix(line, prefix))
		*version = g_strdup(line + strlen(prefix));
}

char *mongorestore_version(const char *program)
{
	char *version = NULL;
	int status = 0;
	g_auto(GStrv) environment = g_get_environ();
	const char *argv[] = {program, "--version", NULL};
	struct tool tool = {.argv = argv,
		.environment = (const char *const *)environment,
		.on_line = version_keep,
		.data = &version};
	tool_run(&tool, &status, NULL);
	return version;
}
