/* SPDX-License-Identifier: MIT */
/*
 * What dagctl can do, as one table: parsing, help and completion all read it.
 *
 * A command is a noun and a verb (`dags list`), or a noun that stands alone (`health`).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NO_DAEMON = 69 };

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_PLAIN };

struct option {
	const char *name;  /* without dashes */
	char letter;       /* 0: none */
	const char *value; /* what the help calls its value; NULL: it takes none */
	const char *help;
};

struct invocation;

struct command {
	const char *verb; /* NULL: the noun stands alone */
	/* As the usage shows them: `DAG [RUN]`, `FILE…`, `bash|zsh|fish`. Their number is checked.
	 */
	const char *arguments;
	const char *help;                /* one line */
	int (*run)(struct invocation *); /* the exit code */
	const struct option *options;    /* ends with a NULL name; NULL: none of its own */
	const char *more;                /* paragraphs for the command's own help, or NULL */
};

struct noun {
	const char *name;
	const char *help;
	const struct command *commands; /* ends with a NULL run */
};

/* Ends with a NULL name. */
extern const struct noun dagctl_nouns[];
/* What every command takes. */
extern const struct option global_options[];

extern const struct command dags_commands[], tasks_commands[], variables_commands[],
	connections_commands[], pools_commands[], assets_commands[], backfill_commands[],
	operators_commands[], config_commands[], health_commands[], version_commands[],
	info_commands[], completion_commands[], db_commands[], secrets_commands[];
