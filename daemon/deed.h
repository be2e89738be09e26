/* SPDX-License-Identifier: MIT */
/* What may happen only after a decision is durable: it waits behind the batch of its decision. */
#pragma once

#include "daemon/daemon.h"
#include "daemon/report.h"

enum deed_kind {
	DEED_START,       /* give the attempt to a worker */
	DEED_KILL,        /* end it */
	DEED_ACKNOWLEDGE, /* its report need not be kept any more */
	DEED_ANSWER,      /* tell who gave the event */
	DEED_TELL_RUN,    /* tell who listens */
	DEED_TELL_TASK,
	DEED_FIND_PAST, /* which run was before this one */
};

struct deed {
	enum deed_kind kind;
	int64_t attempt;
	struct report *report; /* of ACKNOWLEDGE; owned */
	turn_done *done;       /* of ANSWER */
	void *data;
	struct run_record run;   /* of TELL_RUN, TELL_TASK and FIND_PAST; owned */
	bool is_of_schedule;     /* of FIND_PAST */
	struct task_record task; /* of TELL_TASK; owned */
};

/* An array of struct deed that frees what they own. */
GArray *deeds_new(void);
void deed_do(struct daemon *daemon, const struct deed *deed);
