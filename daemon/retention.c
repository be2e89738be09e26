/* SPDX-License-Identifier: MIT */
#include "daemon/retention.h"

#include "daemon/cleaner.h"
#include "daemon/clock.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/store/clean.h"
#include "lib/base/instant.h"

/* The part of its span that something may stay longer. To find old logs takes a look at each. */
enum { PATIENCE = 20 };
#define RUNS_PATIENCE_MAX_US HOUR_US
#define LOGS_PATIENCE_MAX_US DAY_US

struct retention {
	struct daemon *daemon;
	struct clock *clock;
	int64_t due_at;
	int64_t runs_before; /* of the pass under way */
	int64_t next_ended_at;
};

static void due_at(struct retention *retention, int64_t at)
{
	retention->due_at = MIN(retention->due_at, at);
	clock_wake_at(retention->clock, retention->due_at);
}

/* What ends from now on is due after the whole span at the earliest. */
static void plan(struct retention *retention, int64_t next_ended_at)
{
	const struct config *config = &retention->daemon->config;
	int64_t now = clock_now(), runs_us = config->keep_runs_us, logs_us = config->keep_logs_us;
	int64_t pause_us = MIN(runs_us / PATIENCE, RUNS_PATIENCE_MAX_US);
	if (runs_us)
		due_at(retention, MAX(MIN(next_ended_at, now) + runs_us, now + pause_us));
	if (logs_us)
		due_at(retention, now + MIN(logs_us / PATIENCE, LOGS_PATIENCE_MAX_US));
}

static void next_read(struct reader *reader, void *data)
{
	struct retention *retention = data;
	g_autoptr(GError) error = NULL;
	if (!reader_next_ended(reader, retention->runs_before, &retention->next_ended_at, &error))
		retention->next_ended_at = retention->runs_before;
}

static void on_next(void *data)
{
	struct retention *retention = data;
	plan(retention, retention->next_ended_at);
}

static void on_end(void *data, const struct clean_sums *sums, const GError *error)
{
	struct retention *retention = data;
	if (error)
		journal(JOURNAL_WARNING, "not all old runs were removed: %s", error->message);
	if (retention->runs_before == INSTANT_NONE)
		plan(retention, INSTANT_NEVER);
	else
		store_read(retention->daemon->store, next_read, on_next, retention);
}

void retention_begin(struct retention *retention)
{
	const struct config *config = &retention->daemon->config;
	int64_t now = clock_now();
	struct clean_wish wish = {
		.runs_before = config->keep_runs_us ? now - config->keep_runs_us : INSTANT_NONE,
		.logs_before = config->keep_logs_us ? now - config->keep_logs_us : INSTANT_NONE,
	};
	struct clean_listener listener = {.on_end = on_end, .data = retention};
	retention->due_at = INSTANT_NEVER;
	retention->runs_before = wish.runs_before;
	if (wish.runs_before == INSTANT_NONE && wish.logs_before == INSTANT_NONE)
		return;
	/* While somebody cleans by hand, this is done a little later. */
	if (!cleaner_begin(retention->daemon->cleaner, &wish, &listener))
		plan(retention, wish.runs_before);
}

/* Also when the clock was set. */
static void on_due(void *data)
{
	struct retention *retention = data;
	if (retention->due_at <= clock_now())
		retention_begin(retention);
	else
		clock_wake_at(retention->clock, retention->due_at);
}

struct retention *retention_open(struct daemon *daemon)
{
	struct retention *retention = g_new0(struct retention, 1);
	retention->daemon = daemon;
	retention->due_at = INSTANT_NEVER;
	retention->clock = clock_open(daemon->loop, on_due, retention);
	if (retention->clock)
		return retention;
	g_free(retention);
	return NULL;
}

void retention_close(struct retention *retention)
{
	if (!retention)
		return;
	clock_close(retention->clock);
	g_free(retention);
}
