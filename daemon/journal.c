/* SPDX-License-Identifier: MIT */
#include "daemon/journal.h"

#include <stddef.h>
#include <stdio.h>
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

/* One write, so that lines of several threads stay whole. */
static void line_write(enum journal_level level, const char *text)
{
	g_autofree char *line = NULL;
	if (g_getenv("JOURNAL_STREAM")) {
		/* For the journal each line is an entry, whose level is its own. */
		g_autofree char *between = g_strdup_printf("\n<%d>", level);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		g_autofree char *all = g_strjoinv(between, lines);
		line = g_strdup_printf("<%d>%s\n", level, all);
	} else {
		g_autofree char *now = instant_iso_z(g_get_real_time());
		line = g_strdup_printf("%s %s%s\n", now, level_name(level), text);
	}
	ssize_t n = write(STDERR_FILENO, line, strlen(line));
	(void)n; /* there is nowhere left to say so */
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
