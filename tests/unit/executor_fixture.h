/* SPDX-License-Identifier: MIT */
/* An executor with real workers in a folder of its own, and what it reported of each attempt. */
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "daemon/executor/executor.h"
#include "lib/wire/spool.h"

/* No test program needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define BOOT "11111111-2222-3333-4444-555555555555"

/* What was reported of one attempt. */
struct seen {
	unsigned n_ended, n_lost, n_taken_back, n_claimed;
	int pid;
	struct wire_result result;
	char *error, *output, *last_line, *reason;
};

struct fixture {
	uv_loop_t loop;
	uv_timer_t watchdog;
	struct executor *executor;
	char *folder, *state, *boot_id;
	const char *worker;              /* NULL: the one of this build */
	const struct rlimit *file_limit; /* of tasks and workers; NULL: that of the test */
	GHashTable *seen;                /* &attempt -> struct seen */
	unsigned n_recovered;
	char *notice; /* the last one */
	int64_t next_attempt;
	bool acknowledges; /* as soon as an end is reported */
};

static struct seen *seen_of(struct fixture *fixture, int64_t attempt)
{
	struct seen *seen = g_hash_table_lookup(fixture->seen, &attempt);
	if (!seen) {
		seen = g_new0(struct seen, 1);
		g_hash_table_insert(fixture->seen, g_memdup2(&attempt, sizeof(attempt)), seen);
	}
	return seen;
}

static void seen_free(void *data)
{
	struct seen *seen = data;
	g_free(seen->error);
	g_free(seen->output);
	g_free(seen->last_line);
	g_free(seen->reason);
	g_free(seen);
}

static void on_ended(void *data, const struct wire_result *result)
{
	struct fixture *fixture = data;
	struct seen *seen = seen_of(fixture, result->attempt);
	seen->n_ended++;
	seen->result = *result;
	g_free(seen->error);
	g_free(seen->output);
	g_free(seen->last_line);
	seen->error = g_strdup(result->error);
	seen->output = result->output ? g_strndup(result->output, result->output_size) : NULL;
	seen->last_line = g_strdup(result->last_line);
	if (fixture->acknowledges)
		executor_acknowledge(fixture->executor, result->attempt);
}

static void on_claimed(void *data, int64_t attempt, int pid)
{
	struct seen *seen = seen_of(data, attempt);
	seen->n_claimed++;
	seen->pid = pid;
}

static void on_lost(void *data, int64_t attempt, const char *reason)
{
	struct seen *seen = seen_of(data, attempt);
	seen->n_lost++;
	g_free(seen->reason);
	seen->reason = g_strdup(reason);
	executor_acknowledge(((struct fixture *)data)->executor, attempt);
}

static void on_taken_back(void *data, int64_t attempt, const char *reason)
{
	struct seen *seen = seen_of(data, attempt);
	seen->n_taken_back++;
	g_free(seen->reason);
	seen->reason = g_strdup(reason);
	executor_acknowledge(((struct fixture *)data)->executor, attempt);
}

static void on_notice(void *data, const char *sentence)
{
	struct fixture *fixture = data;
	g_free(fixture->notice);
	fixture->notice = g_strdup(sentence);
}

static void on_recovered(void *data)
{
	((struct fixture *)data)->n_recovered++;
}

static void on_watchdog(uv_timer_t *timer)
{
	g_error("nothing happened for a minute");
}

/* Waits for a fact that the executor brings about. */
#define WAIT_UNTIL(fixture, fact)                                            \
	while (!(fact)) {                                                    \
		uv_timer_start(&(fixture)->watchdog, on_watchdog, 60000, 0); \
		uv_run(&(fixture)->loop, UV_RUN_ONCE);                       \
		uv_timer_stop(&(fixture)->watchdog);                         \
	}

static void executor_begin(struct fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	struct executor_options options = {.loop = &fixture->loop,
		.worker = fixture->worker ? fixture->worker : DAGD_WORKER,
		.state_folder = fixture->state,
		.boot_id = fixture->boot_id,
		.n_workers_max = 4,
		.file_limit = fixture->file_limit,
		.events = {on_ended, on_claimed, on_lost, on_taken_back, on_notice, fixture}};
	fixture->executor = executor_open(&options, &error);
	g_assert_no_error(error);
}

/* As if dagd died: what it knew is gone. */
static void executor_end(struct fixture *fixture)
{
	executor_close(fixture->executor);
	fixture->executor = NULL;
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

static void fixture_set_up(struct fixture *fixture, const void *data)
{
	uv_loop_init(&fixture->loop);
	uv_timer_init(&fixture->loop, &fixture->watchdog);
	fixture->folder = g_dir_make_tmp("dagd-executor-XXXXXX", NULL);
	fixture->state = g_build_filename(fixture->folder, "state", NULL);
	fixture->boot_id = g_strdup(BOOT);
	fixture->seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, seen_free);
	fixture->next_attempt = 1;
	fixture->acknowledges = true;
	executor_begin(fixture);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered == 1);
}

static void fixture_tear_down(struct fixture *fixture, const void *data)
{
	executor_end(fixture);
	uv_close((uv_handle_t *)&fixture->watchdog, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&fixture->loop), ==, 0);
	g_hash_table_unref(fixture->seen);
	spool_remove(fixture->folder);
	g_free(fixture->folder);
	g_free(fixture->state);
	g_free(fixture->boot_id);
	g_free(fixture->notice);
}

static char *log_path(struct fixture *fixture, int64_t attempt)
{
	return g_strdup_printf("%s/%" G_GINT64_FORMAT ".log", fixture->folder, attempt);
}

static char *attempt_folder(struct fixture *fixture, int64_t attempt)
{
	return g_strdup_printf("%s/attempts/%" G_GINT64_FORMAT, fixture->state, attempt);
}

static void token_make(uint8_t token[WIRE_TOKEN_SIZE], int64_t attempt)
{
	memset(token, 0xa0, WIRE_TOKEN_SIZE);
	memcpy(token, &attempt, sizeof(attempt));
}

/* Starts what `start` says (argv at least); the rest is filled in. Returns the attempt's id. */
static int64_t begin(struct fixture *fixture, struct wire_start start)
{
	g_autoptr(GError) error = NULL;
	const char *env[] = {"PATH=/usr/bin:/bin", NULL, NULL};
	g_autofree char *where = g_strdup_printf("HERE=%s", fixture->folder);
	env[1] = where;
	start.attempt = fixture->next_attempt++;
	token_make(start.token, start.attempt);
	g_autofree char *log = log_path(fixture, start.attempt);
	const char *none[] = {NULL};
	start.log = start.log ? start.log : log;
	start.env = start.env ? start.env : env;
	start.masks = start.masks ? start.masks : none;
	start.output_max = start.output_max ? start.output_max : 65536;
	start.log_max = start.log_max ? start.log_max : -1;
	g_assert_true(executor_prepare(fixture->executor, start.attempt, &error));
	executor_start(fixture->executor, &start);
	return start.attempt;
}

static int64_t begin_shell(struct fixture *fixture, const char *script)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	return begin(fixture, (struct wire_start){.argv = argv, .kill_after_us = 30000000});
}

static struct seen *wait_end(struct fixture *fixture, int64_t attempt)
{
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_ended > 0);
	return seen;
}

static struct seen *run_shell(struct fixture *fixture, const char *script)
{
	return wait_end(fixture, begin_shell(fixture, script));
}

static struct seen *wait_claimed(struct fixture *fixture, int64_t attempt)
{
	struct seen *seen = seen_of(fixture, attempt);
	WAIT_UNTIL(fixture, seen->n_claimed > 0);
	return seen;
}

static char *log_text(struct fixture *fixture, int64_t attempt)
{
	g_autofree char *path = log_path(fixture, attempt);
	char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

/* Until the worker has written just this. */
static void wait_log(struct fixture *fixture, int64_t attempt, const char *wanted)
{
	for (bool found = false; !found;) {
		g_autofree char *text = log_text(fixture, attempt);
		found = strcmp(text, wanted) == 0;
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	}
}

/* A named pipe by which a script says that it has come somewhere, or waits to go on. */
static void gate_make(struct fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
}

/* What the script wrote to it, until it closed it. */
static char *gate_read(struct fixture *fixture, const char *name)
{
	uv_run(&fixture->loop, UV_RUN_NOWAIT);
	g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
	char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return g_strchomp(text);
}

static void gate_open(struct fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
	FILE *gate = fopen(path, "w");
	g_assert_nonnull(gate);
	fclose(gate);
}

static bool process_lives(int pid)
{
	uint64_t started;
	return process_started(pid, &started);
}

/* No more files can be opened. */
static struct rlimit files_exhaust(void)
{
	struct rlimit before;
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	int lowest = open("/dev/null", O_RDONLY);
	close(lowest);
	struct rlimit none = {.rlim_cur = (rlim_t)lowest, .rlim_max = before.rlim_max};
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
	return before;
}

static void files_restore(const struct rlimit *before)
{
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, before), ==, 0);
}

/* Enough for a file, not for a look at all processes or for a worker that comes. */
static struct rlimit files_exhaust_but_one(void)
{
	struct rlimit before = files_exhaust(), limit = before;
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
	limit.rlim_cur++;
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
	return before;
}
