/* SPDX-License-Identifier: MIT */
/*
 * dagd-worker STATE_FOLDER BOOT_ID, with its connection to dagd as standard input: runs attempts,
 * one at a time, as dagd tells it. It lives on without dagd while it has one. Or
 * dagd-worker --keep ...: see keeper.h.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/clock.h"
#include "worker/keeper.h"
#include "worker/worker.h"

/* A program that ends sooner tells its pid with its result: that saves dagd a wakeup. */
#define CLAIMED_AFTER_MS 5
/* Where a full disk or a missing bell leaves nothing to wait for; and how often a worker whose task
 * is over looks whether its home is still there. */
#define RETRY_MS 5000

static void attempt_ended(struct worker *worker)
{
	if (worker->attempt.state != ATTEMPT_ENDED)
		return;
	if (worker->control_fd < 0)
		attempt_save_durably(&worker->attempt);
	else
		attempt_save(&worker->attempt);
	/* Before dagd hears of it, since it may use the folder again at once. */
	spool_clean(worker->attempt.folder);
	if (worker->control_fd >= 0)
		control_tell_result(worker);
}

static bool on_start(struct worker *worker, const struct wire_frame *frame)
{
	struct wire_start start;
	if (worker->attempt.state != ATTEMPT_NONE || !wire_get_start(frame, &start))
		return false;
	const char *refusal = attempt_start(&worker->attempt, &start, &worker->owner);
	worker->claim_told = false;
	if (refusal)
		control_tell_dropped(worker, start.attempt, refusal);
	wire_start_clear(&start);
	attempt_ended(worker);
	return true;
}

static void on_acknowledge(struct worker *worker, int64_t attempt)
{
	if (worker->attempt.state != ATTEMPT_ENDED || worker->attempt.id != attempt)
		return;
	attempt_forget(&worker->attempt);
	/* The next attempt would wait for its end, too. */
	if (worker->attempt.has_leftover)
		exit(0);
}

static bool on_frame(struct worker *worker, const struct wire_frame *frame)
{
	struct wire_order order;
	switch (frame->type) {
	case WIRE_START:
		return on_start(worker, frame);
	case WIRE_KILL:
		if (!wire_get_order(frame, &order))
			return false;
		if (order.attempt == worker->attempt.id)
			attempt_kill(&worker->attempt);
		return true;
	case WIRE_ACKNOWLEDGE:
		if (!wire_get_order(frame, &order))
			return false;
		on_acknowledge(worker, order.attempt);
		return true;
	case WIRE_CLAIMED:
	case WIRE_DROPPED:
	case WIRE_RESULT:
	case WIRE_HELLO:
		return false;
	}
	return false;
}

static void on_timer(struct worker *worker)
{
	bool ran = worker->attempt.state == ATTEMPT_RUNS;
	attempt_expire(&worker->attempt);
	if (ran)
		attempt_ended(worker);
}

static void on_child(struct worker *worker)
{
	struct signalfd_siginfo info;
	while (read(worker->child_fd, &info, sizeof(info)) > 0)
		;
	bool ran = worker->attempt.state == ATTEMPT_RUNS;
	attempt_reap(&worker->attempt);
	if (ran)
		attempt_ended(worker);
}

static bool owes_claim(const struct worker *worker)
{
	return worker->control_fd >= 0 && worker->attempt.state == ATTEMPT_RUNS
		&& !worker->claim_told;
}

/* One that writes without end leaves no time in which nothing happens. */
static void on_output(struct worker *worker)
{
	attempt_read(&worker->attempt);
	if (owes_claim(worker)
		&& clock_now() - worker->attempt.started_at > CLAIMED_AFTER_MS * 1000)
		control_tell_claimed(worker);
}

static int wait_ms(const struct worker *worker)
{
	const struct attempt *attempt = &worker->attempt;
	if (owes_claim(worker))
		return CLAIMED_AFTER_MS;
	if (worker->control_fd < 0 && (worker->bell_fd < 0 || attempt->state == ATTEMPT_ENDED))
		return RETRY_MS;
	return -1;
}

static void on_nothing(struct worker *worker)
{
	if (worker->control_fd >= 0) {
		control_tell_claimed(worker);
		return;
	}
	if (worker->attempt.state == ATTEMPT_ENDED)
		attempt_save_durably(&worker->attempt);
	if (worker->bell_fd < 0)
		control_retry(worker);
}

static bool is_of_no_use(const struct worker *worker)
{
	return worker->control_fd < 0 && worker->attempt.state == ATTEMPT_ENDED
		&& control_is_homeless(worker);
}

static void turn(struct worker *worker)
{
	enum { CONTROL, BELL, PIPE, CHILD, TIMER, N };
	struct pollfd fds[N] = {
		[CONTROL] = {worker->control_fd, POLLIN, 0},
		[BELL] = {worker->bell_fd, POLLIN, 0},
		[PIPE] = {worker->attempt.pipe_fd, POLLIN, 0},
		[CHILD] = {worker->child_fd, POLLIN, 0},
		[TIMER] = {worker->attempt.timer_fd, POLLIN, 0},
	};
	int n = poll(fds, N, wait_ms(worker));
	if (n == 0)
		on_nothing(worker);
	if (n <= 0)
		return;
	if (fds[PIPE].revents)
		on_output(worker);
	if (fds[TIMER].revents)
		on_timer(worker);
	if (fds[CHILD].revents)
		on_child(worker);
	if (fds[CONTROL].revents)
		control_read(worker, on_frame);
	if (fds[BELL].revents)
		control_rung(worker);
}

static bool worker_init(struct worker *worker, const char *state_folder, const char *boot_id)
{
	*worker = (struct worker){.bell_fd = -1, .owner = {.owner = CLAIM_WORKER, .pid = getpid()}};
	if (strlen(boot_id) >= sizeof(worker->owner.boot_id))
		return false;
	memcpy(worker->owner.boot_id, boot_id, strlen(boot_id) + 1);
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	close_range(3, ~0U, 0);
	attempt_init(&worker->attempt);
	worker->control_fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
	worker->child_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	worker->state_fd = open(state_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* What an operator without input reads. */
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return worker->control_fd >= 0 && worker->child_fd >= 0 && worker->state_fd >= 0
		&& dup2(null_fd, 0) == 0 && close(null_fd) == 0
		&& process_started(getpid(), &worker->owner.pid_started);
}

int main(int argc, char **argv)
{
	static struct worker worker;
	if (argc > 5 && strcmp(argv[1], "--keep") == 0)
		keeper_main(argv + 2);
	if (argc != 3) {
		fputs("dagd-worker is started by dagd\n", stderr);
		return 2;
	}
	/* Nobody to tell: the state folder is gone, and dagd with it. */
	if (!worker_init(&worker, argv[1], argv[2]))
		return 1;
	/* Its memory holds secrets: no core file, no debugger of another process of this user. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* It was started by way of a descriptor, whose number is no name. */
	prctl(PR_SET_NAME, "dagd-worker");
	umask(022);
	/* It may outlive dagd by days: whoever waits for the end of dagd's output is not to wait
	 * for it. */
	dup2(0, 1);
	dup2(0, 2);
	while (!is_of_no_use(&worker))
		turn(&worker);
	return 0;
}
