/* SPDX-License-Identifier: MIT */
/* Who wants to know of changes to a run: told after they are durable. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/engine/record.h"

struct feed;
struct subscriber;

struct feed_events {
	void (*on_run)(void *data, const struct run_record *run);
	void (*on_task)(void *data, const struct run_record *run, const struct task_record *task);
	void *data;
};

struct feed *feed_new(void);
void feed_free(struct feed *feed);

/* Until feed_leave; a subscriber may leave from inside its own callback. */
struct subscriber *feed_join(struct feed *feed, const char *dag_id, const char *run_id,
	const struct feed_events *events);
void feed_leave(struct subscriber *subscriber);

void feed_run(struct feed *feed, const struct run_record *run);
void feed_task(struct feed *feed, const struct run_record *run, const struct task_record *task);
