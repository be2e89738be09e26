/* SPDX-License-Identifier: MIT */
/* The verbs of `dagctl dags` that have a file of their own. */
#pragma once

#include <jansson.h>

#include "cli/command_line.h"

int dags_cancel(struct invocation *invocation);
int dags_check(struct invocation *invocation);
int dags_delete(struct invocation *invocation);
int dags_mark(struct invocation *invocation);
int dags_list_missed(struct invocation *invocation);
int dags_next_execution(struct invocation *invocation);
int dags_note(struct invocation *invocation);
int dags_rerun(struct invocation *invocation);
int dags_test(struct invocation *invocation);
int dags_trigger(struct invocation *invocation);

struct zone;

/* Makes a run as the options of `dags trigger` say, but with this conf (borrowed). */
int dags_trigger_with(const struct invocation *invocation, json_t *conf);
/* The conf of --conf and --param; NULL and an error. */
json_t *invocation_conf(const struct invocation *invocation, GError **error);
/*
 * The zone in which the instant of an option is to be read: the DAG's, for which the daemon is
 * asked only when the instant has no offset. NULL and an error.
 */
const struct zone *zone_of_dag(const struct invocation *invocation, const char *option,
	const char *dag_id, GError **error);

/* Their options. */
extern const struct option dags_delete_options[], dags_mark_options[], dags_next_options[],
	dags_test_options[], dags_trigger_options[];
