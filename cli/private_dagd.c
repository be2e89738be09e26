/* SPDX-License-Identifier: MIT */
#include "cli/private_dagd.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dag_file.h"
#include "lib/base/error.h"

enum { READY_MAX_MS = 30000, FILES_OPEN_MAX = 16, LOG_SHOWN_MAX = 400 };

/* ---- the home ---- */

static bool file_write(const char *path, const char *text, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	if (g_file_set_contents(path, text, -1, &wrong))
		return true;
	return error_say(error, "%s", wrong->message);
}

/* What the lender has not is not missed. */
static bool home_borrow(
	const struct private_dagd *dagd, const struct address *lender, GError **error)
{
	g_autofree char *config = NULL;
	if (g_file_test(lender->operators, G_FILE_TEST_IS_DIR)
		&& symlink(lender->operators, dagd->address.operators) < 0)
		return error_say(
			error, "%s cannot be made: %s", dagd->address.operators, g_strerror(errno));
	if (!g_file_get_contents(lender->config, &config, NULL, NULL))
		return true;
	return file_write(dagd->address.config, config, error);
}

static bool home_make(struct private_dagd *dagd, const struct address *lender, const char *name,
	const char *text, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	g_autofree char *home = g_dir_make_tmp("dagd-test-XXXXXX", &wrong);
	if (!home)
		return error_say(error, "no temporary home can be made: %s", wrong->message);
	address_find(home, NULL, &dagd->address);
	dagd->log = g_build_filename(home, "dagd.log", NULL);
	g_autofree char *file = g_strconcat(dagd->address.dags, "/", name, ".yaml", NULL);
	if (mkdir(dagd->address.dags, 0700) < 0)
		return error_say(
			error, "%s cannot be made: %s", dagd->address.dags, g_strerror(errno));
	return home_borrow(dagd, lender, error) && file_write(file, text, error);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
	remove(path);
	return 0;
}

/* ---- the process ---- */

/* Where dagd says that it is ready, as it would say to systemd. */
static int notify_socket(const char *path, GError **error)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_strlcpy(name.sun_path, path, sizeof name.sun_path);
	if (fd >= 0 && strlen(path) < sizeof name.sun_path
		&& bind(fd, (struct sockaddr *)&name, sizeof name) == 0)
		return fd;
	error_say(error, "%s cannot be made: %s", path,
		strlen(path) < sizeof name.sun_path ? g_strerror(errno) : "its path is too long");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Its own home is what counts, whatever this process was given. */
static char **environment_make(const struct private_dagd *dagd, const char *notify)
{
	static const char *const unset[] = {"DAGD_HOME", "CONFIGURATION_DIRECTORY",
		"STATE_DIRECTORY", "LOGS_DIRECTORY", "RUNTIME_DIRECTORY", NULL};
	char **environment = g_get_environ();
	g_autofree char *logs = g_build_filename(dagd->address.home, "logs", NULL);
	for (const char *const *name = unset; *name; name++)
		environment = g_environ_unsetenv(environment, *name);
	environment = g_environ_setenv(environment, "NOTIFY_SOCKET", notify, TRUE);
	environment =
		g_environ_setenv(environment, "DAGD__CORE__DAGS_FOLDER", dagd->address.dags, TRUE);
	environment = g_environ_setenv(
		environment, "DAGD__CORE__DAGS_ARE_PAUSED_AT_CREATION", "false", TRUE);
	return g_environ_setenv(environment, "DAGD__LOGGING__BASE_LOG_FOLDER", logs, TRUE);
}

/* In a process group of its own: an interrupt from the terminal is for dagctl to handle. */
static bool spawn(struct private_dagd *dagd, const char *notify, GError **error)
{
	g_autofree char *program = part_path("daemon/dagd", DAGD_SBINDIR "/dagd");
	g_auto(GStrv) environment = environment_make(dagd, notify);
	g_autofree char *own_pid = g_strdup_printf("%d", (int)getpid());
	char *argv[] = {program, "--home", dagd->address.home, "--parent", own_pid, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(
		&files, STDERR_FILENO, dagd->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	int failed = posix_spawn(&dagd->pid, program, &files, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	if (!failed)
		return true;
	dagd->pid = 0;
	return error_say(error, "%s cannot be started: %s", program, g_strerror(failed));
}

/* The end of what dagd said is why it did not start. */
static bool say_not_started(const struct private_dagd *dagd, GError **error)
{
	g_autofree char *log = NULL;
	if (!g_file_get_contents(dagd->log, &log, NULL, NULL) || !*g_strstrip(log))
		return error_say(error, "the private dagd did not start");
	size_t len = strlen(log);
	const char *end = len > LOG_SHOWN_MAX ? log + len - LOG_SHOWN_MAX : log;
	const char *line = strrchr(end, '\n');
	return error_say(error, "the private dagd did not start: %s", line ? line + 1 : end);
}

static bool is_ready(int notify)
{
	char message[256];
	ssize_t n = recv(notify, message, sizeof message - 1, MSG_DONTWAIT);
	message[MAX(n, 0)] = '\0';
	return strstr(message, "READY=1") != NULL;
}

static bool wait_ready(struct private_dagd *dagd, int notify,
	const volatile sig_atomic_t *is_interrupted, GError **error)
{
	int process = (int)syscall(SYS_pidfd_open, dagd->pid, 0);
	struct pollfd fds[] = {{notify, POLLIN, 0}, {process, POLLIN, 0}};
	gint64 end = g_get_monotonic_time() + READY_MAX_MS * G_TIME_SPAN_MILLISECOND, left;
	bool ready = false;
	while (!ready && !*is_interrupted && (left = end - g_get_monotonic_time()) > 0) {
		poll(fds, G_N_ELEMENTS(fds), (int)(left / G_TIME_SPAN_MILLISECOND) + 1);
		ready = (fds[0].revents & POLLIN) && is_ready(notify);
		if (!ready && fds[1].revents)
			break;
	}
	if (process >= 0)
		close(process);
	return ready || say_not_started(dagd, error);
}

bool private_dagd_open(struct private_dagd *dagd, const struct address *lender, const char *name,
	const char *text, const volatile sig_atomic_t *is_interrupted, GError **error)
{
	*dagd = (struct private_dagd){0};
	if (!home_make(dagd, lender, name, text, error))
		return false;
	g_autofree char *path = g_build_filename(dagd->address.home, "notify", NULL);
	int notify = notify_socket(path, error);
	if (notify < 0)
		return false;
	bool is_open = spawn(dagd, path, error) && wait_ready(dagd, notify, is_interrupted, error);
	close(notify);
	return is_open;
}

void private_dagd_close(struct private_dagd *dagd)
{
	if (dagd->pid > 0) {
		kill(dagd->pid, SIGTERM);
		while (waitpid(dagd->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (dagd->address.home)
		nftw(dagd->address.home, remove_one, FILES_OPEN_MAX, FTW_DEPTH | FTW_PHYS);
	address_clear(&dagd->address);
	g_free(dagd->log);
	*dagd = (struct private_dagd){0};
}
