/* SPDX-License-Identifier: MIT */
/* What the executor said of an attempt, kept until it is durable: ended, lost, or taken back. */
#pragma once

#include "daemon/daemon.h"
#include "lib/wire/wire.h"

enum report_kind { REPORT_ENDED, REPORT_LOST, REPORT_TAKEN_BACK };

struct report {
	enum report_kind kind;
	int64_t attempt;
	struct wire_buffer frame; /* of ENDED: the result */
	char *reason;             /* of the others */
	json_t *arguments;        /* of ENDED without a process: what the task was to do; or NULL */
};

struct report *report_new_ended(const struct wire_result *result);
/* Of an attempt that needs no process: it ends as its flow wants it. Takes `output` (what becomes
 * its results) over, copies a reference of `arguments`. NULL: `output` is larger than a result may
 * be. */
struct report *report_new_own(
	const struct attempt_record *attempt, json_t *output, json_t *arguments);
struct report *report_new_lost(int64_t attempt, const char *reason);
struct report *report_new_taken_back(int64_t attempt, const char *reason);
void report_free(struct report *report);

/*
 * Makes the event of it and adds the values that the attempt left as XCom to the batch. False: the
 * report is not to be believed, or was settled before.
 */
bool report_settle(struct daemon *daemon, const struct report *report, struct batch *batch,
	void (*on_event)(void *data, struct event *event), void *data);
