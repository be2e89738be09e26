/* SPDX-License-Identifier: MIT */
/*
 * Old runs and logs are removed by themselves, as core.keep_runs_for and logging.keep_logs_for say:
 * at the instant at which the next one is due, but not more often than each twentieth of that span,
 * so that they go in company.
 */
#pragma once

struct daemon;
struct retention;

/* NULL: there is no descriptor for its timer. */
struct retention *retention_open(struct daemon *daemon);
void retention_close(struct retention *retention); /* NULL is fine */
/* Looks at what is old now: at start, and when the configuration has changed. */
void retention_begin(struct retention *retention);
