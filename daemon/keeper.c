/* SPDX-License-Identifier: MIT */
#include "daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <glib.h>

#include "lib/base/descriptor.h"

/* The keeper has `told` under the same number. */
static GPtrArray *command_line(const struct keeper_order *order, int told)
{
	struct rlimit own = {RLIM_INFINITY, RLIM_INFINITY};
	getrlimit(RLIMIT_NOFILE, &own);
	const struct rlimit *files = order->file_limit ? order->file_limit : &own;
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(argv, g_strdup("dagd-worker"));
	g_ptr_array_add(argv, g_strdup("--keep"));
	g_ptr_array_add(argv, g_strdup_printf("%d", told));
	g_ptr_array_add(argv, g_strdup_printf("%d", getpid()));
	g_ptr_array_add(argv, g_strdup_printf("%llu", (unsigned long long)files->rlim_cur));
	for (const char *const *word = order->argv; *word; word++)
		g_ptr_array_add(argv, g_strdup(*word));
	g_ptr_array_add(argv, NULL);
	return argv;
}

/* 0 or the errno. */
static int keeper_spawn(const struct keeper_order *order, int told, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	g_autoptr(GPtrArray) argv = command_line(order, told);
	g_autofree char *program = g_strdup_printf("/proc/self/fd/%d", order->keeper);
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, order->input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, order->output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, order->errors, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&files, told, told); /* not closed on exec */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	int code = posix_spawn(pid, program, &files, &attributes, (char *const *)argv->pdata,
		(char *const *)order->env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (code != 0)
		*pid = 0;
	return code;
}

/* What the keeper says; of one that died before it could, its end is told as the program's. */
static int told_read(int fd)
{
	int code = 0;
	ssize_t n;
	while ((n = read(fd, &code, sizeof(code))) < 0 && errno == EINTR)
		;
	return n == sizeof(code) ? code : 0;
}

int keeper_start(const struct keeper_order *order, pid_t *pid)
{
	int told[2];
	*pid = 0;
	if (pipe2(told, O_CLOEXEC) < 0)
		return errno;
	int code = descriptor_is_spare(told[1], DESCRIPTOR_OF_TASK)
		? keeper_spawn(order, told[1], pid)
		: EMFILE;
	close(told[1]);
	if (code == 0)
		code = told_read(told[0]);
	close(told[0]);
	return code;
}
