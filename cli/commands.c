/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/command_line.h"
#include "cli/completion.h"
#include "cli/print.h"
#include "lib/base/error.h"

const struct option global_options[] = {
	{"output", 'o', "FORM", "table, json, yaml or plain"},
	{"home", 0, "DIR", "the daemon's home ($DAGD_HOME, else ~/dagd, else the system's)"},
	{"url", 0, "URL", "ask the daemon there instead of on its socket"},
	{"help", 'h', NULL, "print this and exit"},
	{"version", 0, NULL, "print the version and exit"},
	{NULL},
};

static int completion(struct invocation *invocation)
{
	static const struct {
		const char *shell;
		char *(*script)(const struct noun *nouns);
	} shells[] = {
		{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
	const char *shell = invocation_argument(invocation, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
		if (!g_str_equal(shells[i].shell, shell))
			continue;
		g_autofree char *script = shells[i].script(dagctl_nouns);
		fputs(script, stdout);
		return EXIT_OK;
	}
	g_autoptr(GError) error = NULL;
	error_say(&error, "unknown shell \"%s\": bash, zsh or fish", shell);
	return refuse_usage(invocation, error);
}

const struct command completion_commands[] = {
	{NULL, "bash|zsh|fish", "Print a script that completes commands in a shell", completion,
		.more = "For bash: source <(dagctl completion bash)"},
	{NULL},
};

const struct noun dagctl_nouns[] = {
	{"dags", "DAGs and their runs: list, trigger, check, pause", dags_commands},
	{"tasks", "Tasks of a run: states, logs, what they were given, clear", tasks_commands},
	{"backfill", "Runs for slots of the past: create, pause, cancel", backfill_commands},
	{"variables", "Values that DAGs read by name", variables_commands},
	{"connections", "Servers that DAGs use, with their secrets", connections_commands},
	{"assets", "Data that tasks make and DAGs wait for", assets_commands},
	{"pools", "Slots that tasks of all DAGs share", pools_commands},
	{"operators", "What tasks can do", operators_commands},
	{"config", "The daemon's settings", config_commands},
	{"secrets", "The key that variables and connections are sealed with", secrets_commands},
	{"db", "The daemon's database: copy it, remove what is old", db_commands},
	{"health", "Whether the daemon is well", health_commands},
	{"info", "Versions, and the folders in use", info_commands},
	{"version", "The version of dagctl", version_commands},
	{"completion", "Completion for bash, zsh or fish", completion_commands},
	{NULL},
};
