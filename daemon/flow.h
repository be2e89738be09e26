/* SPDX-License-Identifier: MIT */
/* What operators that direct other tasks, or wait, want of the engine: from their arguments and
 * results to what the end of their attempt says. */
#pragma once

#include "daemon/daemon.h"
#include "daemon/render/render.h"

struct flow_outcome {
	struct flow_end end;
	bool is_said;            /* `end` says something */
	int exit_code;           /* of an attempt without process: 0, or EXIT_NOT_YET */
	char *error;             /* why it failed, or NULL */
	char *line;              /* for its log, and its reason where it waits; or NULL */
	GPtrArray *kept, *tasks; /* texts that `end` points to */
};

/* Whether dagd does itself what the task is to do. */
bool flow_needs_no_process(const struct task *task, const struct rendered *rendered);

/*
 * Of a successful attempt: `values` are its results (NULL: none), `arguments` those of an attempt
 * without process (NULL: it had one). Clear it.
 */
void flow_outcome_make(struct daemon *daemon, const struct attempt *attempt,
	const json_t *arguments, const json_t *values, struct flow_outcome *outcome);
void flow_outcome_clear(struct flow_outcome *outcome);

/* Keeps a text as long as the outcome; takes it over. */
const char *flow_keep(struct flow_outcome *outcome, char *text);
/* Always false. */
bool flow_fail(struct flow_outcome *outcome, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* look.c: wait.external_task */
void flow_look(struct daemon *daemon, const struct attempt *attempt, const json_t *arguments,
	struct flow_outcome *outcome);
