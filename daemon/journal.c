/* SPDX-License-Identifier: MIT */
/*
 * Perhaps nobody reads standard error: a pipe whose reader hangs, a terminal that is stopped. dagd
 * waits for nobody: what cannot be written at once is left out and counted, and the next line that
 * can be written comes after that count.
 */
#include "daemon/journal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/instant.h"

static enum journal_level level_max = JOURNAL_INFO;

bool journal_set_level(const char *name)
{
	static const struct {
		const char *name;
		enum journal_level level;
	} levels[] = {{"error", JOURNAL_ERROR}, {"warning", JOURNAL_WARNING},
		{"info", JOURNAL_INFO}, {"debug", JOURNAL_DEBUG}};
	for (size_t i = 0; i < G_N_ELEMENTS(levels); i++)
		if (g_ascii_strcasecmp(name, levels[i].name) == 0) {
			level_max = levels[i].level;
			return true;
		}
	return false;
}

static const char *level_name(enum journal_level level)
{
	switch (level) {
	case JOURNAL_ERROR:
		return "error: ";
	case JOURNAL_WARNING:
		return "warning: ";
	case JOURNAL_INFO:
		return "";
	case JOURNAL_DEBUG:
		return "debug: ";
	}
	return "";
}

/* How it stands in the log: g_free. */
static char *line_format(enum journal_level level, const char *text)
{
	if (!g_getenv("JOURNAL_STREAM")) {
		g_autofree char *now = instant_iso_z(g_get_real_time());
		return g_strdup_printf("%s %s%s\n", now, level_name(level), text);
	}
	/* For the journal each line is an entry, whose level is its own. */
	g_autofree char *between = g_strdup_printf("\n<%d>", level);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *all = g_strjoinv(between, lines);
	return g_strdup_printf("<%d>%s\n", level, all);
}

/*
 * So much a pipe takes whole or not at all, and without waiting when poll says that there is room.
 * O_NONBLOCK would be set for others, too, that share the descriptor: a shell and its terminal.
 */
static bool piece_write(const char *bytes, size_t size)
{
	struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
	if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return false;
	ssize_t n = send(STDERR_FILENO, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK)
		n = write(STDERR_FILENO, bytes, size);
	return n == (ssize_t)size;
}

/* What could not be written so far. With the mutex. */
static unsigned n_lines_missing;
static bool is_line_torn;

static bool bytes_write(const char *bytes, size_t size)
{
	if (is_line_torn && !piece_write("\n", 1))
		return false;
	is_line_torn = false;
	for (size_t done = 0, n; done < size; done += n) {
		n = MIN(size - done, PIPE_BUF);
		is_line_torn = done > 0;
		if (!piece_write(bytes + done, n))
			return false;
	}
	is_line_torn = false;
	return true;
}

static bool missing_tell(void)
{
	if (n_lines_missing == 0)
		return true;
	g_autofree char *text =
		g_strdup_printf("%u lines of this log were not written: nobody read standard error",
			n_lines_missing);
	g_autofree char *line = line_format(JOURNAL_WARNING, text);
	if (!bytes_write(line, strlen(line)))
		return false;
	n_lines_missing = 0;
	return true;
}

static void line_write(enum journal_level level, const char *text)
{
	static GMutex mutex;
	g_autofree char *line = line_format(level, text);
	g_mutex_lock(&mutex);
	if (!missing_tell() || !bytes_write(line, strlen(line)))
		n_lines_missing++;
	g_mutex_unlock(&mutex);
}

static void on_printerr(const char *text)
{
	g_autofree char *line = g_strchomp(g_strdup(text));
	line_write(JOURNAL_ERROR, line);
}

/*
 * Of what ends dagd. Nothing is allocated and nobody is waited for: memory may be what is lacking,
 * perhaps in the midst of another line.
 */
static void last_words(const char *text)
{
	char line[512];
	const char *level = g_getenv("JOURNAL_STREAM") ? "<3>" : level_name(JOURNAL_ERROR);
	const char *what = strstr(text, "failed to allocate") ? "out of memory: " : "";
	g_snprintf(line, sizeof line - 1, "%s%s%s", level, what, text);
	size_t n = strlen(line);
	line[n] = '\n';
	piece_write(line, n + 1);
}

static void on_log(const char *domain, GLogLevelFlags level, const char *text, void *data)
{
	if (level & G_LOG_LEVEL_ERROR) {
		last_words(text);
		abort();
	}
	line_write(level & G_LOG_LEVEL_CRITICAL ? JOURNAL_ERROR : JOURNAL_WARNING, text);
}

void journal_open(void)
{
	signal(SIGPIPE, SIG_IGN);
	g_set_printerr_handler(on_printerr);
	g_log_set_default_handler(on_log, NULL);
}

void journal(enum journal_level level, const char *format, ...)
{
	if (level > level_max)
		return;
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	line_write(level, text);
}

void journal_problems(const struct problems *problems)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_autofree char *text = problem_text(problem, NULL);
		g_strchomp(text);
		journal(problem->severity == SEVERITY_ERROR ? JOURNAL_ERROR : JOURNAL_WARNING, "%s",
			text);
	}
}

void journal_notify(const char *state)
{
	const char *path = g_getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!path || !*path || strlen(path) >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, strlen(path));
	if (path[0] == '@') /* an abstract name */
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0)
		journal(JOURNAL_WARNING, "systemd could not be told \"%s\": %m", state);
	close(fd);
}
