/* SPDX-License-Identifier: MIT */
/* dagd: the daemon's command line. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/check.h"
#include "daemon/daemon.h"

enum { EXIT_USAGE = 2 };

static int usage_error(const GError *error)
{
	fprintf(stderr, "dagd: %s\nusage: dagd [--home DIR] [--check]\n", error->message);
	return EXIT_USAGE;
}

/* Where dagd itself was started from, to find what belongs to it. */
static char *own_folder(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	return self ? g_path_get_dirname(self) : g_strdup(".");
}

/* Installed programs find their parts in the library folder, those of a build tree beside them. */
static char *part(const char *built, const char *installed)
{
	g_autofree char *own = own_folder();
	char *beside = g_build_filename(own, "..", built, NULL);
	if (g_file_test(beside, G_FILE_TEST_EXISTS))
		return beside;
	g_free(beside);
	return g_build_filename(DAGD_LIBDIR, installed, NULL);
}

static int serve(const char *home, int parent_pid)
{
	g_autofree char *worker = part("worker/dagd-worker", "dagd-worker");
	g_autofree char *operators = part("operators", "operators");
	const char *folders[] = {operators, NULL};
	struct daemon_options options = {.home = home,
		.worker = worker,
		.operator_folders = folders,
		.parent_pid = parent_pid};
	struct daemon daemon;
	int refused = daemon_open(&daemon, &options);
	if (!refused)
		daemon_run(&daemon);
	daemon_close(&daemon);
	return refused;
}

int main(int argc, char **argv)
{
	g_autofree char *home = NULL;
	gboolean does_check = FALSE, shows_version = FALSE;
	int parent_pid = 0;
	const GOptionEntry entries[] = {
		{"home", 0, 0, G_OPTION_ARG_FILENAME, &home,
			"where configuration, DAGs, logs and state are ($DAGD_HOME, else ~/dagd)",
			"DIR"},
		{"check", 0, 0, G_OPTION_ARG_NONE, &does_check,
			"read configuration and DAGs, print every problem, exit 1 when there is "
			"one",
			NULL},
		{"parent", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &parent_pid,
			"end with the process that has started this one", "PID"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &shows_version, "print the version", NULL},
		{NULL},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- runs workflows");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return usage_error(error);
	if (argc > 1) {
		error = g_error_new(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"unexpected argument \"%s\"", argv[1]);
		return usage_error(error);
	}
	if (shows_version) {
		puts("dagd " DAGD_VERSION);
		return 0;
	}
	if (does_check) {
		g_autofree char *operators = part("operators", "operators");
		return check(home, operators);
	}
	return serve(home, parent_pid);
}
