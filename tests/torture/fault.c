/* SPDX-License-Identifier: MIT */
#include "tests/torture/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum call_kind { CALL_ANY, CALL_ON_FILE, CALL_CREATES, CALL_OPENS_TO_WRITE, CALL_SPAWNS };

struct fault_call {
	const char *name;
	uint64_t number;
	enum call_kind kind;
};

static const struct fault_call known_calls[] = {
	{"write", SYS_write, CALL_ON_FILE},
	{"writev", SYS_writev, CALL_ON_FILE},
	{"pwrite64", SYS_pwrite64, CALL_ON_FILE},
	{"pwritev", SYS_pwritev, CALL_ON_FILE},
	{"ftruncate", SYS_ftruncate, CALL_ON_FILE},
	{"fallocate", SYS_fallocate, CALL_ON_FILE},
	{"fsync", SYS_fsync, CALL_ON_FILE},
	{"fdatasync", SYS_fdatasync, CALL_ON_FILE},
	{"create", SYS_open, CALL_CREATES},
	{"create", SYS_openat, CALL_CREATES},
	{"open_write", SYS_open, CALL_OPENS_TO_WRITE},
	{"open_write", SYS_openat, CALL_OPENS_TO_WRITE},
	{"open", SYS_open, CALL_ANY},
	{"openat", SYS_openat, CALL_ANY},
	{"mknod", SYS_mknod, CALL_ANY},
	{"mknodat", SYS_mknodat, CALL_ANY},
	{"mkdir", SYS_mkdir, CALL_ANY},
	{"mkdirat", SYS_mkdirat, CALL_ANY},
	{"link", SYS_link, CALL_ANY},
	{"linkat", SYS_linkat, CALL_ANY},
	{"rename", SYS_rename, CALL_ANY},
	{"renameat", SYS_renameat, CALL_ANY},
	{"renameat2", SYS_renameat2, CALL_ANY},
	{"unlink", SYS_unlink, CALL_ANY},
	{"unlinkat", SYS_unlinkat, CALL_ANY},
	{"socket", SYS_socket, CALL_ANY},
	{"socketpair", SYS_socketpair, CALL_ANY},
	{"accept4", SYS_accept4, CALL_ANY},
	{"connect", SYS_connect, CALL_ANY},
	{"pipe2", SYS_pipe2, CALL_ANY},
	{"eventfd2", SYS_eventfd2, CALL_ANY},
	{"epoll_create1", SYS_epoll_create1, CALL_ANY},
	{"epoll_wait", SYS_epoll_wait, CALL_ANY},
	{"epoll_pwait", SYS_epoll_pwait, CALL_ANY},
	{"poll", SYS_poll, CALL_ANY},
	{"read", SYS_read, CALL_ANY},
	{"pread64", SYS_pread64, CALL_ON_FILE},
	{"recvfrom", SYS_recvfrom, CALL_ANY},
	{"sendto", SYS_sendto, CALL_ANY},
	{"sendmsg", SYS_sendmsg, CALL_ANY},
	{"pidfd_open", SYS_pidfd_open, CALL_ANY},
	{"memfd_create", SYS_memfd_create, CALL_ANY},
	{"timerfd_create", SYS_timerfd_create, CALL_ANY},
	{"signalfd4", SYS_signalfd4, CALL_ANY},
	{"inotify_init1", SYS_inotify_init1, CALL_ANY},
	{"inotify_add_watch", SYS_inotify_add_watch, CALL_ANY},
	{"spawn", SYS_clone, CALL_SPAWNS},
	{"spawn", SYS_clone3, CALL_SPAWNS},
	{"spawn", SYS_vfork, CALL_ANY},
};

static const struct {
	const char *name;
	int number;
} known_errors[] = {
	{"ENOSPC", ENOSPC},
	{"EIO", EIO},
	{"EROFS", EROFS},
	{"EMFILE", EMFILE},
	{"ENFILE", ENFILE},
	{"EAGAIN", EAGAIN},
	{"ENOMEM", ENOMEM},
	{"EINTR", EINTR},
};

/* `name` ends with `size`. */
static bool call_add(struct fault *fault, const char *name, size_t size)
{
	unsigned n_before = fault->n_calls;
	for (size_t i = 0; i < sizeof(known_calls) / sizeof(*known_calls); i++) {
		const struct fault_call *call = &known_calls[i];
		if (strlen(call->name) != size || strncmp(call->name, name, size) != 0)
			continue;
		if (fault->n_calls == FAULT_CALLS_MAX)
			return false;
		fault->calls[fault->n_calls++] = call;
	}
	return fault->n_calls > n_before;
}

bool fault_init(struct fault *fault, const char *error, const char *calls)
{
	*fault = (struct fault){.error = 0};
	for (size_t i = 0; i < sizeof(known_errors) / sizeof(*known_errors); i++)
		if (strcmp(known_errors[i].name, error) == 0)
			fault->error = known_errors[i].number;
	while (*calls) {
		size_t size = strcspn(calls, ",");
		if (!call_add(fault, calls, size))
			return false;
		calls += size + (calls[size] == ',');
	}
	return fault->error != 0;
}

/* Not a pipe, a socket, or a counter of the kernel, which cannot be full or broken. */
static bool is_file(pid_t thread, uint64_t fd)
{
	char path[64];
	struct stat info;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", thread, (int)fd);
	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static uint64_t open_flags(uint64_t number, const uint64_t args[6])
{
	return number == SYS_openat ? args[2] : args[1];
}

/* A thread is no process. */
static bool is_spawn(pid_t thread, uint64_t number, const uint64_t args[6])
{
	uint64_t flags = args[0];
	if (number == SYS_clone3) {
		struct iovec to = {&flags, sizeof(flags)};
		struct iovec from = {
			(void *)args[0], sizeof(flags)}; // NOLINT: an address of the tracee
		if (process_vm_readv(thread, &to, 1, &from, 1, 0) != (ssize_t)sizeof(flags))
			return false;
	}
	return !(flags & CLONE_THREAD);
}

static bool call_matches(
	const struct fault_call *call, pid_t thread, uint64_t number, const uint64_t args[6])
{
	if (call->number != number)
		return false;
	switch (call->kind) {
	case CALL_ANY:
		return true;
	case CALL_ON_FILE:
		return is_file(thread, args[0]);
	case CALL_CREATES:
		return open_flags(number, args) & O_CREAT;
	case CALL_OPENS_TO_WRITE:
		return open_flags(number, args) & (O_WRONLY | O_RDWR | O_CREAT);
	case CALL_SPAWNS:
		return is_spawn(thread, number, args);
	}
	return false;
}

static bool matches(
	const struct fault *fault, pid_t thread, uint64_t number, const uint64_t args[6])
{
	for (unsigned i = 0; i < fault->n_calls; i++)
		if (call_matches(fault->calls[i], thread, number, args))
			return true;
	return false;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_over(const struct fault *fault)
{
	return fault->n_failed > 0 && fault->lasts_ms > 0
		&& now_ms() - fault->struck_at_ms > fault->lasts_ms;
}

bool fault_strikes(struct fault *fault, pid_t thread, uint64_t number, const uint64_t args[6])
{
	if (fault->error == 0 || !matches(fault, thread, number, args))
		return false;
	long n = ++fault->n_matched - fault->first;
	bool is_due = n == 0 || (n > 0 && fault->step > 0 && n % fault->step == 0);
	bool strikes = is_due && !is_over(fault);
	if (strikes && fault->n_failed++ == 0)
		fault->struck_at_ms = now_ms();
	return strikes;
}
