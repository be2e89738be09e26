/* SPDX-License-Identifier: MIT */
/* The whole daemon: owns every part and joins those that do not know each other. */
#pragma once

#include <sys/resource.h>

#include <uv.h>

#include "daemon/api/connection_test.h"
#include "daemon/api/writes.h"
#include "daemon/attempt.h"
#include "daemon/config.h"
#include "daemon/executor/executor.h"
#include "daemon/feed.h"
#include "daemon/folder.h"
#include "daemon/home.h"
#include "daemon/http/http.h"
#include "daemon/render/source.h"
#include "daemon/store/store.h"
#include "daemon/trouble.h"
#include "daemon/turn.h"
#include "daemon/watch.h"
#include "lib/dag/shelf.h"
#include "lib/engine/engine.h"

enum { N_SIGNALS = 2 };

struct daemon {
	struct home home;
	struct config config;
	int lock;                 /* on the state folder; -1: none */
	struct rlimit file_limit; /* of tasks */
	char *boot_id;
	char *task_cgroup;        /* below which attempts get one of their own, or NULL and */
	char *task_cgroup_suffix; /* of their names */
	char *task_cgroup_reason; /* why there is none */
	char **base_env;          /* what operators inherit */
	char *credential_key;     /* systemd's dagd.key, which wins over state/key; or NULL */
	struct sources sources;   /* of variables and connections, besides the store */
	struct secret_command *secret_command;
	int64_t started_at;
	uv_loop_t *loop;
	struct operators *operators;
	struct dag_context dag_context; /* for loading DAG files */
	struct dag_shelf *shelf;        /* for the tasks of DAGs that do not run */
	struct store *store;
	struct reader *reader; /* the loop's own, for point look-ups */
	struct engine *engine; /* replaced as a whole when a commit fails */
	struct attempts *attempts;
	struct executor *executor;
	int keeper; /* dagd-worker, for programs that are not to outlive dagd: the executor's */
	struct turn *turn;
	struct launches *launches;
	struct trouble troubles[N_TROUBLES];
	struct cleaner *cleaner;
	struct retention *retention;
	struct backup_job *backup; /* NULL: none is being made */
	struct writes *writes;     /* of variables, connections and pools */
	struct connection_tests *connection_tests;
	struct feed *feed;
	struct folder *folder;
	struct watch *watch;
	struct http *http;
	struct clock *clock;
	struct tzdata *tzdata;
	struct leash *leash;
	uv_signal_t signals[N_SIGNALS];
	uv_async_t stop;
	bool was_cut;   /* the machine stopped while an earlier dagd ran */
	bool is_signed; /* as running; not before the database is known to be sound */
	bool is_recovered, is_reloading, is_stopping;
};

struct daemon_options {
	const char *home;                    /* or NULL */
	const char *worker;                  /* path of dagd-worker */
	const char *const *operator_folders; /* NULL-terminated: those that come with dagd */
	int parent_pid;                      /* whose this dagd is alone; 0: it is anybody's */
};

/*
 * Opens everything in the order of recovery. 0, or after a sentence on stderr the exit code: 75
 * when another dagd runs on this home, else 1. daemon_close either way.
 */
int daemon_open(struct daemon *daemon, const struct daemon_options *options);
/* Until SIGTERM or SIGINT; from then on the process ends in under a second, come what may. */
void daemon_run(struct daemon *daemon);
/* Running tasks go on. */
void daemon_close(struct daemon *daemon);

/* Its database is sound: when the machine stops from now on, it is checked at the next start. */
void daemon_sign(struct daemon *daemon);

/* The engine anew from the store, with the DAGs that are loaded: at start, and after a commit
 * failed. */
bool daemon_load_engine(struct daemon *daemon, GError **error);
/* A run that is finished, brought back into the engine so that its tasks can be cleared. False: no
 * such run. */
bool daemon_restore_run(
	struct daemon *daemon, const char *dag_id, const char *run_id, GError **error);
/* The same of a run that was read already, whether its DAG can be loaded or not. */
bool daemon_give_run(struct daemon *daemon, const struct run_record *run, GError **error);
/* The DAG of a version, from the store: a new reference, or NULL with the first problem as the
 * error. */
struct dag *daemon_version(struct daemon *daemon, const char *hash, GError **error);

/* The path of an attempt's log below the log folder: g_free. */
char *daemon_log_path(const struct daemon *daemon, const struct run_record *run,
	const char *task_id, int map_index, unsigned try_number);
