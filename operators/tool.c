/* SPDX-License-Identifier: MIT */
/*
 * The program gets a process group of its own, so that it and its helpers can be ended together,
 * and PR_SET_PDEATHSIG, so that it ends even when the operator is killed by force. While it runs,
 * the signals that end the operator are read as data, between the lines of its output.
 */
#include "operators/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/instant.h"

enum {
	STOP_PATIENCE_MS = 5000,
	LINE_BYTES_MAX = 64 * 1024,
	EXIT_CANNOT_RUN = 127,
};

/* The order of the descriptors that are waited for; output and errors are -1 once they ended. */
enum { FROM_OUTPUT, FROM_ERRORS, FROM_SIGNALS, FROM_PROCESS, N_SOURCES };

struct tool_process {
	const struct tool *tool;
	pid_t pid;
	struct pollfd sources[N_SOURCES];
	GString *lines[2]; /* what is there of a line of output and errors */
	int stop_signal;   /* 0: none came */
	gint64 kill_at_us; /* of the monotonic clock; once a signal came */
	bool ended;
};

/* A line that was cut may end within a secret, which nobody would know again: it ends at a blank.
 */
static void line_end_early(GString *line)
{
	size_t len = line->len;
	while (len > 0 && !g_ascii_isspace(line->str[len - 1]))
		len--;
	g_string_truncate(line, len);
	g_string_append(line, "...");
}

static void line_give(struct tool_process *process, GString *line)
{
	if (line->len == LINE_BYTES_MAX)
		line_end_early(line);
	g_strchomp(line->str);
	g_autofree char *text = g_utf8_make_valid(line->str, -1);
	process->tool->on_line(process->tool->data, text);
	g_string_truncate(line, 0);
}

static void lines_split(struct tool_process *process, GString *line, const char *bytes, size_t n)
{
	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t part = end ? (size_t)(end - bytes) : n;
		g_string_append_len(line, bytes, (gssize)MIN(part, LINE_BYTES_MAX - line->len));
		if (end)
			line_give(process, line);
		part += end ? 1 : 0;
		bytes += part;
		n -= part;
	}
}

static void output_read(struct tool_process *process, int which)
{
	static char buffer[256 * 1024];
	struct pollfd *source = &process->sources[which];
	GString *line = process->lines[which];
	ssize_t n = read(source->fd, buffer, sizeof buffer);
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		if (line->len > 0 && process->tool->is_shown)
			putchar('\n');
		if (line->len > 0)
			line_give(process, line);
		close(source->fd);
		source->fd = -1;
	} else if (which == FROM_OUTPUT && process->tool->on_output) {
		process->tool->on_output(process->tool->data, buffer, (size_t)n);
	} else {
		if (process->tool->is_shown)
			fwrite(buffer, 1, (size_t)n, stdout);
		lines_split(process, line, buffer, (size_t)n);
	}
}

static void signal_read(struct tool_process *process)
{
	struct signalfd_siginfo info;
	if (read(process->sources[FROM_SIGNALS].fd, &info, sizeof info) != sizeof info)
		return;
	if (process->stop_signal == 0)
		process->kill_at_us = g_get_monotonic_time() + STOP_PATIENCE_MS * 1000;
	process->stop_signal = (int)info.ssi_signo;
	kill(-process->pid, SIGTERM);
}

static int patience_ms(const struct tool_process *process)
{
	if (process->stop_signal == 0)
		return -1;
	return (int)CLAMP(
		(process->kill_at_us - g_get_monotonic_time()) / 1000 + 1, 0, STOP_PATIENCE_MS);
}

/* A helper that keeps the pipe after the program's end is part of it: its words are waited for. */
static bool is_over(const struct tool_process *process)
{
	return process->ended && process->sources[FROM_OUTPUT].fd < 0
		&& process->sources[FROM_ERRORS].fd < 0;
}

static void process_follow(struct tool_process *process)
{
	struct pollfd *sources = process->sources;
	bool killed = false;
	while (!is_over(process) && !(killed && process->ended)) {
		int n = poll(sources, N_SOURCES, killed ? -1 : patience_ms(process));
		if (n == 0) {
			kill(-process->pid, SIGKILL);
			killed = true;
			continue;
		}
		if (n < 0)
			continue;
		for (int which = FROM_OUTPUT; which <= FROM_ERRORS; which++)
			if (sources[which].revents)
				output_read(process, which);
		if (sources[FROM_SIGNALS].revents)
			signal_read(process);
		if (sources[FROM_PROCESS].revents) {
			process->ended = true;
			sources[FROM_PROCESS].fd = -1;
		}
	}
}

/* Between fork and exec: async-signal-safe calls only. */
G_NORETURN static void child_run(
	const struct tool *tool, const int output[2], const int errors[2], pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_CANNOT_RUN);
	int nothing = open("/dev/null", O_RDONLY);
	dup2(nothing, STDIN_FILENO);
	dup2(output[1], STDOUT_FILENO);
	dup2(tool->on_output ? errors[1] : output[1], STDERR_FILENO);
	sigset_t none;
	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (tool->secret_fd > 0)
		fcntl(tool->secret_fd, F_SETFD, 0);
	execve(tool->argv[0], (char *const *)tool->argv, (char *const *)tool->environment);
	_exit(EXIT_CANNOT_RUN);
}

static bool process_start(struct tool_process *process, GError **error)
{
	const struct tool *tool = process->tool;
	int output[2] = {-1, -1}, errors[2] = {-1, -1};
	pid_t parent = getpid();
	if (access(tool->argv[0], X_OK) != 0 || pipe2(output, O_CLOEXEC) != 0
		|| pipe2(errors, O_CLOEXEC) != 0 || (process->pid = fork()) < 0) {
		g_set_error(error, LIB_ERROR, 0, "cannot start %s: %s", tool->argv[0],
			g_strerror(errno));
		return false;
	}
	if (process->pid == 0)
		child_run(tool, output, errors, parent);
	setpgid(process->pid, process->pid);
	close(output[1]);
	close(errors[1]);
	process->sources[FROM_OUTPUT] = (struct pollfd){.fd = output[0], .events = POLLIN};
	process->sources[FROM_ERRORS] = (struct pollfd){.fd = errors[0], .events = POLLIN};
	int pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	g_assert(pidfd >= 0);
	process->sources[FROM_PROCESS] = (struct pollfd){.fd = pidfd, .events = POLLIN};
	return true;
}

static void process_reap(struct tool_process *process, int pidfd, int *status)
{
	while (waitpid(process->pid, status, 0) < 0)
		g_assert(errno == EINTR);
	close(pidfd);
	for (int which = FROM_OUTPUT; which <= FROM_ERRORS; which++)
		if (process->sources[which].fd >= 0)
			close(process->sources[which].fd);
}

bool tool_run(const struct tool *tool, int *status, GError **error)
{
	sigset_t stops, before;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigprocmask(SIG_BLOCK, &stops, &before);
	int signals = signalfd(-1, &stops, SFD_CLOEXEC);
	g_assert(signals >= 0);
	struct tool_process process = {
		.tool = tool, .lines = {g_string_new(NULL), g_string_new(NULL)}};
	process.sources[FROM_SIGNALS] = (struct pollfd){.fd = signals, .events = POLLIN};
	bool started = process_start(&process, error);
	if (started) {
		int pidfd = process.sources[FROM_PROCESS].fd;
		process_follow(&process);
		process_reap(&process, pidfd, status);
	}
	close(signals);
	g_string_free(process.lines[0], TRUE);
	g_string_free(process.lines[1], TRUE);
	if (process.stop_signal != 0) {
		signal(process.stop_signal, SIG_DFL);
		raise(process.stop_signal);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return started;
}

char *tool_status_text(int status)
{
	if (WIFSIGNALED(status))
		return g_strdup_printf("killed by signal %d (%s)", WTERMSIG(status),
			g_strsignal(WTERMSIG(status)));
	return g_strdup_printf("exit code %d", WEXITSTATUS(status));
}

char *tool_command_text(const char *const *argv)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_=/.,:+@%";
	g_autofree char *name = g_path_get_basename(argv[0]);
	GString *text = g_string_new(name);
	for (size_t i = 1; argv[i]; i++) {
		g_autofree char *quoted = g_shell_quote(argv[i]);
		bool is_plain = *argv[i] && argv[i][strspn(argv[i], plain)] == '\0';
		g_string_append_printf(text, " %s", is_plain ? argv[i] : quoted);
	}
	return g_string_free(text, FALSE);
}

char *tool_find(const char *name, const char *package, GError **error)
{
	char *path = g_find_program_in_path(name);
	if (!path)
		g_set_error(error, LIB_ERROR, 0,
			"%s is not installed: no such program on PATH (%s)", name, package);
	return path;
}
