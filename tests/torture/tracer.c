/* SPDX-License-Identifier: MIT */
/*
 * tracer [OPTION...] PROGRAM ARGUMENT...: becomes the program, traced by a process of its own. The
 * entries into and the exits out of all system calls of all its threads are counted from its first
 * instruction on, but not those of the processes that it starts.
 *
 *   --report FILE                at its end: "stops N", "matched N", "failed N", and "at NUMBER":
 * the system call at which it was killed, or the last that failed
 *   --kill N                     kills it (SIGKILL) at the N-th entry or exit
 *   --fail ERROR CALLS FIRST STEP   makes system calls fail instead: see fault.h
 *   --for MS                     the calls work again so long after the first of them has failed
 *   --of-child                   all this not for the program, but for the first process it starts
 *
 * That the program is the parent, as with strace -D, makes it who whoever started it waits for.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/torture/fault.h"

enum { EXIT_UNFIT = 70 };

#define OPTIONS_OF_TRACED (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)
/* Threads of the program are followed; a process made by vfork is another program to be. */
#define OPTIONS_OF_PROGRAM (OPTIONS_OF_TRACED | PTRACE_O_TRACECLONE)
#define OPTIONS_OF_PARENT PTRACE_O_TRACEVFORK

struct tracer {
	pid_t traced; /* 0: the child that is to be traced has not been started yet */
	bool is_of_child, does_count, has_struck;
	long kill_at, n_stops; /* 0: no kill is wanted */
	uint64_t number;       /* of the system call that was struck last */
	struct fault fault;
	FILE *report;
};

static _Noreturn void refuse(const char *what)
{
	fprintf(stderr, "tracer: %s\n", what);
	exit(EXIT_UNFIT);
}

static void report(const struct tracer *tracer)
{
	if (!tracer->report)
		return;
	fprintf(tracer->report, "stops %ld\nmatched %ld\nfailed %ld\n", tracer->n_stops,
		tracer->fault.n_matched, tracer->fault.n_failed);
	if (tracer->has_struck)
		fprintf(tracer->report, "at %llu\n", (unsigned long long)tracer->number);
	fflush(tracer->report);
}

/* No call at all has this number, so the kernel leaves the answer as it is put here. */
static void call_fail(pid_t thread, int error)
{
	struct user_regs_struct registers;
	if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) != 0)
		return;
	registers.orig_rax = (unsigned long long)-1;
	registers.rax = (unsigned long long)-error;
	ptrace(PTRACE_SETREGS, thread, NULL, &registers);
}

static void call_try(struct tracer *tracer, pid_t thread)
{
	struct __ptrace_syscall_info info;
	uint64_t args[6];
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0
		|| info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	memcpy(args, info.entry.args, sizeof(args));
	if (!fault_strikes(&tracer->fault, thread, info.entry.nr, args))
		return;
	call_fail(thread, tracer->fault.error);
	tracer->has_struck = true;
	tracer->number = info.entry.nr;
}

static void kill_traced(struct tracer *tracer, pid_t thread)
{
	struct user_regs_struct registers;
	if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) == 0)
		tracer->number = registers.orig_rax;
	tracer->has_struck = true;
	kill(tracer->traced, SIGKILL);
}

/* At an entry or an exit. What is looked up costs as much as the stop itself. */
static void on_call(struct tracer *tracer, pid_t thread)
{
	if (!tracer->does_count)
		return;
	tracer->n_stops++;
	if (tracer->n_stops == tracer->kill_at)
		kill_traced(tracer, thread);
	else if (tracer->fault.error != 0)
		call_try(tracer, thread);
}

/* The child of the program is to be traced, and the program itself is let go. */
static void on_child(struct tracer *tracer, pid_t program)
{
	unsigned long child;
	if (ptrace(PTRACE_GETEVENTMSG, program, NULL, &child) != 0)
		refuse("the child is gone");
	tracer->traced = (pid_t)child;
	ptrace(PTRACE_DETACH, program, NULL, NULL);
}

static bool is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void resume(const struct tracer *tracer, pid_t thread, int signal)
{
	ptrace(tracer->does_count ? PTRACE_SYSCALL : PTRACE_CONT, thread, NULL, signal);
}

static void on_stop(struct tracer *tracer, pid_t thread, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;
	if (signal == (SIGTRAP | 0x80)) {
		on_call(tracer, thread);
		resume(tracer, thread, 0);
	} else if (event == PTRACE_EVENT_VFORK) {
		on_child(tracer, thread);
	} else if (event == PTRACE_EVENT_STOP && is_stop_signal(signal)) {
		ptrace(PTRACE_LISTEN, thread, NULL, NULL);
	} else if (event == 0) {
		resume(tracer, thread, signal);
	} else {
		if (event == PTRACE_EVENT_STOP && tracer->is_of_child)
			ptrace(PTRACE_SETOPTIONS, thread, NULL, OPTIONS_OF_TRACED);
		if (event == PTRACE_EVENT_EXEC && thread == tracer->traced)
			tracer->does_count = true;
		resume(tracer, thread, 0);
	}
}

static void trace(struct tracer *tracer)
{
	int status;
	pid_t thread;
	while ((thread = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (thread > 0 && WIFSTOPPED(status))
			on_stop(tracer, thread, status);
	}
	report(tracer);
}

/* The process of the tracer: nobody's child, so that nobody is surprised by its end. */
static _Noreturn void tracer_main(struct tracer *tracer, pid_t program, int ready_fd)
{
	int options = tracer->is_of_child ? OPTIONS_OF_PARENT : OPTIONS_OF_PROGRAM;
	tracer->traced = tracer->is_of_child ? 0 : program;
	if (fork() != 0)
		_exit(0);
	/* Whoever reads what the program says must see its end. */
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	setsid();
	if (ptrace(PTRACE_SEIZE, program, NULL, options) != 0 || write(ready_fd, "", 1) != 1)
		_exit(EXIT_UNFIT);
	close(ready_fd);
	trace(tracer);
	_exit(0);
}

static long number(const char *text)
{
	char *end;
	long value = text ? strtol(text, &end, 10) : -1;
	if (value < 0 || *end)
		refuse("a number was expected");
	return value;
}

/* Where the program begins. */
static char **options_read(struct tracer *tracer, char **argv)
{
	long lasts_ms = 0;
	for (; *argv && strncmp(*argv, "--", 2) == 0; argv++) {
		if (strcmp(*argv, "--report") == 0) {
			tracer->report = fopen(*++argv, "we");
		} else if (strcmp(*argv, "--kill") == 0) {
			tracer->kill_at = number(*++argv);
		} else if (strcmp(*argv, "--fail") == 0) {
			if (!fault_init(&tracer->fault, argv[1], argv[2]))
				refuse("no such error or call");
			tracer->fault.first = number(argv[3]);
			tracer->fault.step = number(argv[4]);
			argv += 4;
		} else if (strcmp(*argv, "--for") == 0) {
			lasts_ms = number(*++argv);
		} else if (strcmp(*argv, "--of-child") == 0) {
			tracer->is_of_child = true;
		} else {
			refuse("no such option");
		}
	}
	tracer->fault.lasts_ms = lasts_ms;
	return argv;
}

int main(int argc, char **argv)
{
	struct tracer tracer = {.traced = 0};
	char **program = options_read(&tracer, argv + 1), byte;
	int ready[2];
	if (argc < 2 || !*program || pipe(ready) != 0)
		refuse("usage: tracer [OPTION...] PROGRAM [ARGUMENT...]");
	pid_t self = getpid(), child = fork();
	if (child == 0)
		tracer_main(&tracer, self, ready[1]);
	close(ready[1]);
	waitpid(child, NULL, 0);
	if (read(ready[0], &byte, 1) != 1)
		refuse("the program cannot be traced");
	close(ready[0]);
	execv(*program, program);
	refuse("the program cannot be run");
}
