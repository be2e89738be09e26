/* SPDX-License-Identifier: MIT */
/* The configuration: one table says every key's name, default, range and meaning; all else reads
 * it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/base/problem.h"

struct config {
	char *dags_folder;
	unsigned parallelism;
	bool dags_are_paused_at_creation;
	char *default_timezone;
	unsigned default_pool_slots; /* when it is made */
	int64_t max_xcom_bytes;
	unsigned max_map_length;
	int64_t killed_task_cleanup_us;     /* between SIGTERM and SIGKILL */
	int64_t keep_runs_us, keep_logs_us; /* after their end; 0: for ever */
	char *task_cgroup;                  /* empty: dagd's own, where that was delegated */
	char *secrets_command;              /* a command line; empty: none */
	int64_t secrets_command_timeout_us;
	char *secrets_folder; /* empty: systemd's, where there is one */
	char *log_level;
	char *base_log_folder;
	int64_t max_log_bytes; /* of one try; 0: all */
	int64_t body_max_bytes;
};

enum config_type {
	CONFIG_TEXT,
	CONFIG_COMMAND,
	CONFIG_PATH,
	CONFIG_INTEGER,
	CONFIG_BOOLEAN,
	CONFIG_DURATION,
	CONFIG_SIZE
};

struct config_key {
	const char *section, *name;
	enum config_type type;
	size_t offset;             /* in struct config */
	const char *default_value; /* as text */
	int64_t minimum, maximum;  /* of numbers; durations in us */
	bool is_reloadable;        /* by SIGHUP */
	const char *meaning;       /* one sentence */
};

/* Ends with a NULL section. */
extern const struct config_key config_keys[];

/*
 * Defaults, then the file (may be missing), then the environment (DAGD__SECTION__KEY). All mistakes
 * are added to `problems`; false when there was an error.
 */
bool config_read(
	struct config *config, const char *file, char **environment, struct problems *problems);
void config_clear(struct config *config);
/* A key's value as text: g_free. */
char *config_text(const struct config *config, const struct config_key *key);
/* The reference page, made from the table: g_free. */
char *config_manual(void);
