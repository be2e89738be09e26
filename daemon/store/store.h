/* SPDX-License-Identifier: MIT */
/*
 * All that dagd remembers, in one SQLite file: decisions are committed in batches by a thread of
 * its own, everybody else only reads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>
#include <uv.h>

#include "lib/engine/backfill.h"
#include "lib/engine/record.h"

struct store;

/* Codes of STORE_ERROR. */
enum store_error {
	STORE_FAILED,    /* any other: the sentence says what */
	STORE_NEWER,     /* the database was written by a newer dagd */
	STORE_FULL,      /* no space left: nothing was changed; works again once there is room */
	STORE_DISK,      /* the disk is read-only or fails: nothing was changed */
	STORE_ASKED,     /* what is asked for cannot be: nothing was read */
	STORE_BUSY,      /* another program holds the file: nothing was changed */
	STORE_SUPERSEDED /* another dagd has raised the epoch: this process must end */
};
#define STORE_ERROR (g_quark_from_static_string("dagd-store"))

struct store_options {
	uv_loop_t *loop;
	const char *path;     /* state/dagd.db */
	const char *key_path; /* state/key, made (0600) if missing and nothing is sealed yet */
	const char *credential_path; /* a key that wins over it; NULL: none */
	int64_t default_pool_slots;  /* of DEFAULT_POOL if it is made now; 0: DEFAULT_POOL_SLOTS */
};

/*
 * Opens or makes the database, brings its schema up to date, raises the epoch, starts the writer's
 * and the reader's thread. NULL and an error that says what to do.
 */
struct store *store_open(const struct store_options *options, GError **error);
/*
 * Finishes the batches and queries that were given to it (their callbacks are called), and closes.
 * The loop must turn once more to let go of the store's handle. NULL is fine.
 */
void store_close(struct store *store);

int64_t store_epoch(const struct store *store);
/* Higher than every id ever given, also to rows deleted since. */
int64_t store_next_run(const struct store *store);
int64_t store_next_attempt(const struct store *store);
int64_t store_next_asset_event(const struct store *store);
int64_t store_next_backfill(const struct store *store);

/* ---- writing: a batch is one transaction ---- */

struct batch;

struct batch *batch_new(void);
void batch_free(struct batch *batch);
bool batch_is_empty(const struct batch *batch);

/* Each copies what it is given (UTF-8); the row is inserted or replaced. */
void batch_dag(struct batch *batch, const struct dag_record *dag);
/* A range with the same first slot is replaced. */
void batch_missed(struct batch *batch, const struct missed_record *missed);
void batch_dag_delete(struct batch *batch, const char *dag_id); /* with its runs */
void batch_run_delete(struct batch *batch, int64_t run);        /* with its tasks and attempts */
void batch_version(struct batch *batch, const char *hash, const char *dag_id, const char *file,
	const char *text);
void batch_run(struct batch *batch, const struct run_record *run);
void batch_task(struct batch *batch, const struct task_record *task);
void batch_attempt(struct batch *batch, const struct attempt_record *attempt);

void batch_backfill(struct batch *batch, const struct backfill_record *backfill);
void batch_pool(struct batch *batch, const struct pool_record *pool);
void batch_pool_delete(struct batch *batch, const char *name);

/* Of which task instance. */
struct task_key {
	int64_t run;
	const char *task_id;
	int map_index;
};
/* Its row alone: a mapped task has become many. */
void batch_task_delete(struct batch *batch, const struct task_key *task);
/* A name that DAGs use for an asset; one that is known already is left alone. */
void batch_asset(struct batch *batch, const char *name, int64_t at);
void batch_asset_event(struct batch *batch, const struct asset_event_record *event);
/* The DAG has heard of it; then all it has heard of becomes the reason of a run. */
void batch_asset_heard(struct batch *batch, const char *dag_id, int64_t event);
void batch_run_assets(struct batch *batch, int64_t run, const char *dag_id);
/* It has not heard of it any more; NULL: of any asset. */
void batch_assets_forget(struct batch *batch, const char *dag_id, const char *asset);
/* `value` is JSON text. */
void batch_xcom(
	struct batch *batch, const struct task_key *task, const char *key, const char *value);
/* How the try ended whose attempt had ended before: its task waited without a process. */
void batch_try_end(struct batch *batch, const struct attempt_record *attempt);
/* Forgets the attempts before this one that looked in vain or never began, of the same try. */
void batch_looks_delete(struct batch *batch, const struct attempt_record *attempt);
/* Forgets all values of a task instance: before its next try. */
void batch_xcom_delete(struct batch *batch, const struct task_key *task);
/* The rendered arguments as they may be shown (masked): JSON text. */
void batch_rendered(struct batch *batch, const struct task_key *task, const char *fields);

struct variable {
	char *key, *value; /* value is text (JSON text where it is JSON) */
	char *description; /* or NULL */
};
void variable_clear(struct variable *variable);
void batch_variable(struct batch *batch, const struct variable *variable);
void batch_variable_delete(struct batch *batch, const char *key);

struct connection {
	char *conn_id, *conn_type;
	char *description, *host, *login, *password, *schema; /* each may be NULL */
	char *extra;                                          /* JSON text, or NULL */
	int port;                                             /* 0: none */
};
void connection_clear(struct connection *connection);
void batch_connection(struct batch *batch, const struct connection *connection);
void batch_connection_delete(struct batch *batch, const char *conn_id);

/*
 * Takes the batch over and commits it on the writer's thread, FULL; batches that wait are committed
 * together. `done` is called on the loop, in the order of the commits; `error` is NULL when it is
 * durable. After an error nothing of the batch has happened, and nothing of those that were given
 * before its callback told so: they get the same error, since they were made by one who did not
 * know.
 */
typedef void store_done(void *data, const GError *error);
void store_commit(struct store *store, struct batch *batch, store_done *done, void *data);

/*
 * Seals all values with another key, in one transaction, in its turn among the batches; takes both
 * texts over: the key (64 hexadecimal digits; NULL: one is drawn), which is overwritten, and the
 * path of a file to be made for the old one (NULL: it is not kept). `done` is told how many values
 * there were.
 */
typedef void store_key_done(void *data, int64_t n_values, const GError *error);
void store_change_key(
	struct store *store, char *new_key, char *keep_old, store_key_done *done, void *data);
/* Whether the credential is an older key than the one that the values are sealed with. */
bool store_key_is_ahead(const struct store *store);

/* ---- reading ---- */

/*
 * A connection that only reads. The functions below may be called with the loop's own reader
 * (store_reader: for point look-ups of a few microseconds), or inside a query on the reader's
 * thread.
 */
struct reader;
struct reader *store_reader(struct store *store);

/* One more, for a thread of the caller's; NULL and an error. */
struct reader *store_reader_open(const struct store *store, GError **error);
void store_reader_close(struct reader *reader); /* NULL is fine */

/* Runs `query` on the reader's thread, then `done` on the loop. */
typedef void store_query(struct reader *reader, void *data);
typedef void store_query_done(void *data);
void store_read(struct store *store, store_query *query, store_query_done *done, void *data);

/* What the engine needs at start, in this order; a visitor returns nothing and copies what it
 * keeps. */
struct store_visitor {
	void (*on_pool)(void *data, const struct pool_record *pool);
	void (*on_dag)(void *data, const struct dag_record *dag);
	void (*on_missed)(void *data, const struct missed_record *missed);   /* each DAG's newest */
	void (*on_asset)(void *data, const char *dag_id, const char *asset); /* heard of */
	void (*on_backfill)(void *data, const struct backfill_record *backfill); /* unfinished */
	/*
	 * Runs that are not finished, oldest first, then their task instances, then all unfinished
	 * attempts (of a run that has finished, too: its process may still have to be ended).
	 */
	void (*on_run)(void *data, const struct run_record *run);
	void (*on_task)(void *data, const struct task_record *task);
	void (*on_attempt)(void *data, const struct attempt_record *attempt);
	void *data;
};
bool reader_load(struct reader *reader, const struct store_visitor *visitor, GError **error);

/* The DAG text of a version; false without an error: unknown. */
bool reader_version(
	struct reader *reader, const char *hash, char **file, char **text, GError **error);

enum { MAP_INDEX_ANY = -2 };
/* Which rows of a listing; NULL, INSTANT_NONE and -1 mean no condition. Sorted by `order_by`
 * (Airflow's names, `-` before: descending; unknown: error). */
struct listing {
	const char *dag_id; /* exact; NULL or `~`: all */
	const char *run_id;
	const char *task_id;
	const char *const *states; /* names, NULL-terminated, or NULL */
	const char *run_type;
	const char *pattern; /* SQL LIKE, of the list's own key */
	int64_t run_after_gte, run_after_lte, logical_date_gte, logical_date_lte;
	int64_t started_gte, started_lte, ended_gte, ended_lte;
	const char *order_by; /* NULL: newest first for runs, the key for others */
	unsigned limit, offset;
	const char *uri_pattern; /* of assets, beside `pattern` */
	const char *names;       /* of assets: a JSON list of those that are wanted */
	int64_t asset;           /* of its updates: its id; 0: of all */
	int64_t at_gte, at_lte;
	int map_index; /* of updates: MAP_INDEX_ANY: all */
};
extern const struct listing listing_all; /* no condition, limit 100 */

/*
 * Lists: arrays of records with a clear function; *total is the number without limit and offset
 * (`total` NULL: not asked, and not counted). NULL and an error.
 */
GArray *reader_runs(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
GArray *reader_tasks(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
/* The ranges of slots of a DAG that have no run, newest first: array of missed_record. */
GArray *reader_missed(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
/* All tries of one task instance, oldest first. */
GArray *reader_attempts(struct reader *reader, const struct task_key *task, GError **error);
GArray *reader_pools(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
GArray *reader_backfills(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
GArray *reader_variables(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);
GArray *reader_connections(
	struct reader *reader, const struct listing *listing, int64_t *total, GError **error);

/* The names of all tables: g_strfreev; NULL and an error. */
char **reader_tables(struct reader *reader, GError **error);
/* What is wrong with a table and its indexes in themselves: g_free; NULL: nothing. Reads all of it.
 */
char *reader_damage(struct reader *reader, const char *table);

/* Single rows; false: there is none (and no error), or an error is set. Clear what was filled. */
bool reader_run(struct reader *reader, const char *dag_id, const char *run_id,
	struct run_record *run, GError **error);
bool reader_run_by_id(struct reader *reader, int64_t id, struct run_record *run, GError **error);
bool reader_task(struct reader *reader, const struct task_key *key, struct task_record *task,
	GError **error);
/* All task instances of a run that have a row. */
GArray *reader_tasks_of_run(struct reader *reader, int64_t run, GError **error);
bool reader_pool(struct reader *reader, const char *name, struct pool_record *pool, GError **error);
bool reader_backfill(
	struct reader *reader, int64_t id, struct backfill_record *backfill, GError **error);
/* Runs of a DAG with logical dates from one to the other: array of struct backfill_past. */
GArray *reader_pasts(struct reader *reader, const char *dag_id, int64_t from_date, int64_t to_date,
	GError **error);
bool reader_variable(
	struct reader *reader, const char *key, struct variable *variable, GError **error);
bool reader_connection(
	struct reader *reader, const char *conn_id, struct connection *connection, GError **error);
/* The names alone, sorted, with NULL after the last one; none when they cannot be read. */
char **reader_variable_names(struct reader *reader);
char **reader_connection_names(struct reader *reader);
char **reader_pool_names(struct reader *reader);
/* JSON text (g_free); NULL without an error: there is none. */
char *reader_xcom(
	struct reader *reader, const struct task_key *task, const char *key, GError **error);
/* The values under this key of all instances of a mapped task, in their order, as JSON texts; NULL
 * with an error, also where they have more than `size_max` bytes together. */
GPtrArray *reader_xcom_of_instances(struct reader *reader, int64_t run, const char *task_id,
	const char *key, size_t size_max, GError **error);
/* An object key -> {value, at} is made by the API; here: array of {key, value, at}. */
struct xcom {
	char *task_id, *key, *value;
	int map_index;
	int64_t at;
};
void xcom_clear(struct xcom *xcom);
GArray *reader_xcoms(struct reader *reader, int64_t run, const char *task_id, GError **error);
/* JSON text (g_free); NULL without an error: it has not been started. */
char *reader_rendered(struct reader *reader, const struct task_key *task, GError **error);

/* The newest successful run of a DAG whose run_after is earlier than `before`: for prev_*_success.
 * False without an error: none. */
bool reader_previous_success(struct reader *reader, const char *dag_id, int64_t before,
	struct run_record *run, GError **error);

/* The run with the newest logical date before that of `run`; `is_of_schedule`: what people made
 * does not count. False: none, or an error is set. */
bool reader_run_before(struct reader *reader, const struct run_record *run, bool is_of_schedule,
	struct run_record *before, GError **error);

/* How many runs of a DAG are in which state; without a scan. */
struct run_count {
	char *dag_id;
	int64_t n[N_RUN_STATES];
};
void run_count_clear(struct run_count *count);
/* One for each DAG that has runs, by dag_id. */
GArray *reader_run_counts(struct reader *reader, GError **error);
