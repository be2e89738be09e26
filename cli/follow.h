/* SPDX-License-Identifier: MIT */
/* Watching a run until it ends, also across a restart of the daemon. */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "cli/address.h"

enum follow_show {
	FOLLOW_NOTHING,
	FOLLOW_PEOPLE, /* `[time] task: state` and `task | line of its log` */
	FOLLOW_JSON,   /* the events, one a line */
	FOLLOW_LOG,    /* the lines of one task's log as they are */
};

struct follow_options {
	const struct address *address;
	const char *dag_id, *run_id;
	const char *task_id;      /* follow this one only; NULL: all */
	const int64_t *map_index; /* and this one of a mapped task; NULL: all */
	unsigned try_minimum;     /* logs of earlier tries are not shown */
	unsigned try_maximum;     /* nor of later ones; 0: no limit */
	enum follow_show show;
	const volatile sig_atomic_t *is_interrupted; /* or NULL */
	bool is_private; /* nobody starts this daemon again: it is not waited for */
};

/*
 * The run must be known to be there. Returns the exit code: 0 when the run ended in success, 1 when
 * it failed (both also when only a task was followed) or a private daemon ended before it,
 * EXIT_NO_DAEMON when the daemon went away and did not come back in a minute.
 */
int follow(const struct follow_options *options);
