/* SPDX-License-Identifier: MIT */
/* What the files of the executor share: its pool of workers and the jobs they have. */
#pragma once

#include <sys/types.h>

#include "daemon/executor/executor.h"
#include "lib/wire/spool.h"

enum worker_state {
	WORKER_GREETING, /* it has connected by itself and not yet said HELLO */
	WORKER_PARKED,   /* it said HELLO before executor_recover was called */
	WORKER_IDLE,
	WORKER_BUSY,
	WORKER_STRAY,   /* it has an attempt that nobody wants */
	WORKER_LEAVING, /* its connection has ended */
};

struct worker {
	struct executor *executor;
	enum worker_state state;
	struct job *job;         /* of WORKER_BUSY, and of WORKER_LEAVING if it had one */
	struct wire_hello hello; /* of WORKER_PARKED and WORKER_STRAY */
	int fd, pidfd;           /* fd is -1 when it is not connected */
	uv_poll_t *socket, *process;
	struct wire_reader reader;
	struct wire_buffer out;
	size_t n_sent;   /* of out */
	bool is_resumed; /* it was parked, and its reader may hold frames */
	bool is_adopted; /* an earlier dagd has started it, perhaps of another version */
};

/* An attempt in the executor's hands, until it is acknowledged. */
enum job_state {
	JOB_RUNS,       /* a worker has it */
	JOB_DYING,      /* its worker is dead, what it left behind is being killed */
	JOB_ENDED,      /* its result is known */
	JOB_LOST,       /* it has no result and never will have one */
	JOB_TAKEN_BACK, /* it never ran and never will */
};

/* What a look at the files or the process of an attempt shows. */
enum look {
	LOOK_NO,
	LOOK_YES,
	LOOK_UNKNOWN, /* for the moment */
};

struct job {
	struct executor *executor;
	enum job_state state;
	int64_t attempt;
	uint8_t token[WIRE_TOKEN_SIZE];
	struct worker *worker; /* alive; NULL: none */
	int pid; /* the operator's process and session, once known in this dagd; else 0 */
	bool kill_wanted;
	bool is_left; /* by an earlier dagd */
	bool is_of_this_boot, is_restored;
	bool wants_look;                /* for what is left of it */
	void (*again)(struct job *job); /* what is to be done of it a second later; NULL: nothing */
	struct wire_buffer result;      /* the fields of the RESULT frame, of JOB_ENDED */
	char *reason;                   /* of JOB_DYING, JOB_LOST and JOB_TAKEN_BACK */
	uv_poll_t *leftover;            /* the process whose end JOB_DYING waits for */
	GArray *leftover_fds; /* of int: pidfds of what was killed; the last one is watched */
};

struct executor {
	uv_loop_t *loop;
	char *worker_path, *state_folder, *attempts_folder, *boot_id;
	char *cgroup;        /* or NULL */
	char *cgroup_suffix; /* of those of its attempts */
	unsigned n_workers_max;
	struct rlimit file_limit;
	bool has_file_limit;
	struct executor_events events;
	int state_fd, spare_fd, listen_fd;
	int worker_fd;       /* its program file */
	dev_t socket_device; /* of our worker.sock, with its inode */
	ino_t socket_inode;
	struct claim owner; /* what dagd's own claims say */
	GHashTable *jobs;   /* &job->attempt -> job */
	GPtrArray *workers; /* all */
	GPtrArray *idle;    /* the latest last: its memory is warm */
	unsigned idle_low;  /* the fewest idle since the trim timer was set */
	GPtrArray *unsent;  /* workers whose output waits for the end of the loop's turn */
	GQueue *reports;    /* of int64_t *: jobs to tell of in the next turn */
	GQueue *later;      /* the same, of jobs to tell of or to look at again a second later */
	GQueue *spares;     /* of char *: folders in the spare folder, to be used again */
	void (*on_recovered)(void *data);
	bool is_recovered, is_closing;
	bool wants_look; /* some job does */
	unsigned n_handles;
	uv_prepare_t turn_end;
	uv_async_t report;
	uv_timer_t trim, later_timer, listen_pause;
	uv_poll_t *listener;
};

/* A poll handle of the executor; NULL and an error. `fd` stays the caller's. */
uv_poll_t *executor_poll(
	struct executor *executor, int fd, void *data, uv_poll_cb on_ready, GError **error);
/* Stops it; the caller may close the descriptor at once. NULL is fine. */
void executor_poll_close(struct executor *executor, uv_poll_t *poll);

/* Makes the spare folder anew: no earlier dagd can make the folder of an attempt any more. */
bool spares_open(struct executor *executor, GError **error);
/* Makes the folder of an attempt. 0 or -errno: EEXIST when there is one, ENOENT when another dagd
 * has taken over. */
int spare_take(struct executor *executor, const char *folder);
/* Puts away the folder of an ended attempt to be used again. False: it cannot be. */
bool spare_keep(struct executor *executor, const char *folder);

/* Lets the workers of an earlier dagd come. */
bool listen_start(struct executor *executor, GError **error);
/* Removes the socket, unless it is that of another dagd that has taken over. */
void listen_stop(struct executor *executor);

/* Starts the first idle workers. */
bool workers_start(struct executor *executor, GError **error);
/* One that is idle, or a new one; NULL and an error. */
struct worker *worker_find(struct executor *executor, GError **error);
/* It has nothing to do. */
void worker_rest(struct worker *worker);

/* Starts a worker process; NULL and an error. */
struct worker *worker_spawn(struct executor *executor, GError **error);
/* One that runs already: `fd` is its connection (taken over) or -1. NULL: it is dead, or
 * cannot be watched now (errno says which). */
struct worker *worker_adopt(struct executor *executor, int pid, int fd);
/* Forgets it; it goes on by itself. */
void worker_free(struct worker *worker);

/* Takes what it has said; false: no worker of ours says that. */
bool worker_hear(struct worker *worker, const struct wire_frame *frame);
/* Something was put to worker->out. */
void worker_send(struct worker *worker);
/* Sends that now. */
void worker_flush(struct worker *worker);
/* Takes the frames of workers that are no longer parked. */
void workers_resume(struct executor *executor);
/* Sends what all workers wait for. */
void workers_flush(struct executor *executor);
/* Gives the job to a worker that is free for it. */
void worker_take(struct worker *worker, struct job *job);
/* Ends the connection of one that has nothing to do, whereupon it exits; what was put to its output
 * goes out first. */
void worker_dismiss(struct worker *worker);
/* A worker whose attempt nobody knows. */
void worker_go_astray(struct worker *worker);
/* A worker whose attempt is this job's. */
void worker_return(struct worker *worker, struct job *job);

struct job *job_new(struct executor *executor, int64_t attempt, const uint8_t *token);
struct job *job_find(struct executor *executor, int64_t attempt);
void job_free(struct job *job);
/* NULL where attempts have none. */
char *job_cgroup(const struct executor *executor, int64_t attempt);
char *job_folder(const struct executor *executor, int64_t attempt);
/* Its events are called in the next turn of the loop, a second later for a refusal. */
void job_report(struct job *job);
void job_refuse(struct job *job, const char *reason);
/* It cannot be done now: `again` is called in a second, unless its worker has come. */
void job_put_off(struct job *job, void (*again)(struct job *job));
/* Keeps a copy of the RESULT frame. */
void job_end(struct job *job, const struct wire_frame *frame);
/* Ends it with an error of the executor's own. */
void job_fail(struct job *job, const char *error);
/* No worker has it: finds out what became of it and reports that. */
void job_settle(struct job *job, const char *reason);
/* The same where nothing of an earlier boot can be trusted but a whole result. */
void job_settle_after_boot(struct job *job);
/* Nor does one whose folder may be gone because it has ended: it is lost, and what is left of it is
 * ended. */
void job_settle_restored(struct job *job);
void reports_deliver(struct executor *executor);

/* Kills what the job's worker left behind, from the next turn on; it is lost once nothing remains.
 */
void job_sweep(struct job *job);
/* Looks once for what all the jobs that are being swept have left, and kills it. */
void leftovers_look(struct executor *executor);
GArray *leftover_fds_new(void);
