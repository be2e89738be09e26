/* SPDX-License-Identifier: MIT */
#include "lib/aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/aws/failure.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"
#include "lib/base/json_field.h"

#define OUTPUT_MAX (64 << 10)

/* Up to the closing `quote`, whose place is returned; NULL when there is none. */
static const char *quoted_take(GString *word, const char *p, char quote)
{
	for (; *p && *p != quote; p++) {
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		g_string_append_c(word, *p);
	}
	return *p ? p : NULL;
}

/* One word, from its first character on; where it ends, or NULL. */
static const char *word_take(GString *word, const char *p)
{
	for (; *p && !strchr(" \t\r\n", *p); p++) {
		if (*p == '\'' || *p == '"')
			p = quoted_take(word, p + 1, *p);
		else if (*p == '\\')
			g_string_append_c(word, *++p);
		else
			g_string_append_c(word, *p);
		if (!p || !*p)
			return NULL;
	}
	return p;
}

char **aws_command_split(const char *command, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	const char *p = command + strspn(command, " \t\r\n");
	while (*p) {
		g_autoptr(GString) word = g_string_new(NULL);
		p = word_take(word, p);
		if (!p) {
			error_say(error,
				"its credential_process ends within quotes, or after a "
				"backslash");
			return NULL;
		}
		g_ptr_array_add(words, g_strdup(word->str));
		p += strspn(p, " \t\r\n");
	}
	if (words->len == 0 || !*(char *)words->pdata[0]) {
		error_say(error, "its credential_process names no command");
		return NULL;
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

/* A command under way, and what it has printed. */
struct process {
	pid_t pid;
	int fds[2]; /* its stdout and stderr; -1 once they are closed */
	GString *texts[2];
	int status; /* of waitpid() */
};

/* In the group of this program: whoever ends that one ends it and its children, too. An errno. */
static int spawn(struct process *process, char **words, const int out[2], const int err[2])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t ignored;
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &ignored);
	int failure = posix_spawnp(&process->pid, words[0], &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return failure;
}

static bool start(struct process *process, char **words, GError **error)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	bool opened = pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0;
	int failure = opened ? spawn(process, words, out, err) : errno;
	for (int i = 0; i < 2; i++) {
		int used = i == 0 ? out[1] : err[1], kept = i == 0 ? out[0] : err[0];
		if (used != -1)
			close(used);
		if (failure && kept != -1)
			close(kept);
		process->fds[i] = kept;
		process->texts[i] = failure ? NULL : g_string_new(NULL);
	}
	return !failure
		|| error_say(error, "its credential_process \"%s\" cannot be started: %s", words[0],
			g_strerror(failure));
}

/* Whether there may be more; false also when there is too much. */
static bool output_take(struct process *process, int i)
{
	char buf[4096];
	ssize_t n = read(process->fds[i], buf, sizeof buf);
	if (n == -1 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	g_string_append_len(process->texts[i], buf, n);
	explicit_bzero(buf, sizeof buf);
	return process->texts[i]->len <= OUTPUT_MAX;
}

/* Until both of its outputs are closed, or are too long, or its time is over. */
static void listen_to(struct process *process, int64_t deadline_us)
{
	while (process->fds[0] != -1 || process->fds[1] != -1) {
		struct pollfd polls[2] = {
			{.fd = process->fds[0], .events = POLLIN},
			{.fd = process->fds[1], .events = POLLIN},
		};
		int64_t left_us = deadline_us - g_get_monotonic_time();
		int n = left_us > 0 ? poll(polls, 2, (int)(left_us / 1000 + 1)) : 0;
		if (n == 0)
			return;
		for (int i = 0; i < 2; i++)
			if (polls[i].revents && !output_take(process, i)) {
				close(process->fds[i]);
				process->fds[i] = -1;
			}
	}
}

/* False when it had to be killed. */
static bool end(struct process *process, int64_t deadline_us)
{
	bool ended = false;
	while (!ended && g_get_monotonic_time() < deadline_us && process->fds[0] == -1
		&& process->fds[1] == -1) {
		ended = waitpid(process->pid, &process->status, WNOHANG) == process->pid;
		if (!ended)
			g_usleep(5000);
	}
	if (!ended) {
		kill(process->pid, SIGKILL);
		waitpid(process->pid, &process->status, 0);
	}
	for (int i = 0; i < 2; i++)
		if (process->fds[i] != -1)
			close(process->fds[i]);
	return ended;
}

static bool repeats(const char *line, const json_t *said, const char *name)
{
	const char *secret = json_field_text(said, name);
	return secret && strstr(line, secret);
}

/* The last line of its stderr, unless that repeats what it must not. */
static char *complaint(const struct process *process, const json_t *said)
{
	char *text = g_strchomp(process->texts[1]->str);
	const char *last = strrchr(text, '\n');
	last = last ? last + 1 : text;
	if (!*last)
		return g_strdup("it says nothing on stderr");
	if (repeats(last, said, "SecretAccessKey") || repeats(last, said, "SessionToken"))
		return g_strdup("what it says on stderr repeats the keys");
	return text_one_line(last);
}

static struct aws_credentials *credentials_read(
	const json_t *said, const char *place, GError **error)
{
	const json_t *version = json_object_get(said, "Version");
	const char *expiration = json_field_text(said, "Expiration");
	const json_t *expires = json_object_get(said, "Expiration");
	struct aws_keys keys = {
		.access_key_id = json_field_text(said, "AccessKeyId"),
		.secret_access_key = json_field_text(said, "SecretAccessKey"),
		.session_token = json_field_text(said, "SessionToken"),
		.expires_at = INSTANT_NEVER,
	};
	if (!json_is_object(said))
		error_say(error, "%s: what its credential_process prints is not a JSON object",
			place);
	else if (!json_is_integer(version) || json_integer_value(version) != 1)
		error_say(error, "%s: its credential_process prints no \"Version\": 1", place);
	else if (!keys.access_key_id || !keys.secret_access_key)
		error_say(error,
			"%s: its credential_process prints no AccessKeyId and SecretAccessKey",
			place);
	else if (expires && !json_is_null(expires)
		&& !aws_expiry_parse(expiration, &keys.expires_at))
		error_say(error, "%s: its credential_process prints an Expiration that is no time",
			place);
	else
		return aws_credentials_new(&keys, place, error);
	return NULL;
}

static struct aws_credentials *judge(
	const struct process *process, bool ended, const char *place, GError **error)
{
	struct aws_credentials *credentials = NULL;
	json_t *said = json_loads(process->texts[0]->str, 0, NULL);
	g_autofree char *why = complaint(process, said);
	bool failed = ended && (!WIFEXITED(process->status) || WEXITSTATUS(process->status) != 0);
	if (MAX(process->texts[0]->len, process->texts[1]->len) > OUTPUT_MAX)
		error_say(error, "%s: its credential_process prints more than %d bytes", place,
			OUTPUT_MAX);
	else if (!ended)
		error_say(error, "%s: its credential_process did not end in time: %s", place, why);
	else if (failed && WIFEXITED(process->status))
		error_say(error, "%s: its credential_process failed (exit %d): %s", place,
			WEXITSTATUS(process->status), why);
	else if (failed)
		error_say(error, "%s: its credential_process was killed by signal %d: %s", place,
			WTERMSIG(process->status), why);
	else
		credentials = credentials_read(said, place, error);
	json_decref(said);
	return credentials;
}

struct aws_credentials *aws_process_credentials(
	const char *command, int64_t timeout_us, const char *place, GError **error)
{
	int64_t deadline_us = g_get_monotonic_time() + timeout_us;
	struct process process = {0};
	g_auto(GStrv) words = aws_command_split(command, error);
	if (!words || !start(&process, words, error)) {
		g_prefix_error(error, "%s: ", place);
		if (error)
			(*error)->domain = AWS_LASTING_ERROR;
		return NULL;
	}
	listen_to(&process, deadline_us);
	bool ended = end(&process, deadline_us);
	struct aws_credentials *credentials = judge(&process, ended, place, error);
	for (int i = 0; i < 2; i++) {
		explicit_bzero(process.texts[i]->str, process.texts[i]->len);
		g_string_free(process.texts[i], TRUE);
	}
	return credentials;
}
