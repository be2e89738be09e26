/* SPDX-License-Identifier: MIT */
#include "worker/outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/clock.h"
#include "worker/spawn.h"

enum { AGAIN_MS = 100 };

/* Replaces the bytes of DAGD_OUTPUT by what may be shown of them. */
static void output_mask(const struct masks *masks, struct wire_buffer *output)
{
	if (masks->n == 0)
		return;
	struct wire_buffer masked = {0};
	masks_apply_json(masks, (char *)output->data, output->size, &masked);
	explicit_bzero(output->data, output->size);
	wire_buffer_clear(output);
	*output = masked;
}

/* NULL, or why it cannot be trusted. */
static const char *output_take(
	int fd, uint64_t size_max, struct wire_buffer *output, struct wire_result *result)
{
	struct stat info;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return "the file of DAGD_OUTPUT was replaced by something that is no regular file";
	if ((uint64_t)info.st_size > size_max) {
		result->output_too_large = true;
		return NULL;
	}
	size_t size = (size_t)info.st_size;
	ssize_t n = read(fd, wire_buffer_reserve(output, size + 1), size);
	if (n != (ssize_t)size)
		return "the file of DAGD_OUTPUT cannot be read";
	output->size = size;
	return NULL;
}

/* For want of a descriptor what a program has done is not made undone. The kernel does not tell
 * when there is one again. */
static int output_open(const char *path)
{
	int fd;
	while ((fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) < 0
		&& is_shortage(errno))
		poll(NULL, 0, AGAIN_MS);
	return fd;
}

static void output_read(
	struct attempt *attempt, struct wire_buffer *output, struct wire_result *result)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/output", attempt->folder) >= (int)sizeof(path))
		return;
	int fd = output_open(path);
	if (fd < 0) {
		if (errno != ENOENT)
			result->error = "the file of DAGD_OUTPUT cannot be opened";
		return;
	}
	const char *error = output_take(fd, attempt->output_max, output, result);
	close(fd);
	if (error) {
		result->error = error;
		return;
	}
	if (result->output_too_large)
		return;
	output_mask(&attempt->log.masks, output);
	result->output = (char *)output->data;
	result->output_size = output->size;
}

/* A text: without what cannot be in one, and without white space at its end. */
static const char *last_line(struct log *log)
{
	if (!log->has_line)
		return NULL;
	struct wire_buffer *line = &log->last_line;
	while (line->size > 0 && strchr(" \t\r\n\f\v", line->data[line->size - 1]) != NULL
		&& line->data[line->size - 1] != 0)
		line->size--;
	for (size_t i = 0; i < line->size; i++)
		if (line->data[i] == 0)
			line->data[i] = '?';
	wire_buffer_append(line, "", 1);
	line->size--;
	return (char *)line->data;
}

static void result_put(struct attempt *attempt, struct wire_result *result)
{
	result->attempt = attempt->id;
	memcpy(result->token, attempt->token, WIRE_TOKEN_SIZE);
	result->started_at = attempt->started_at;
	result->ended_at = clock_now();
	result->timed_out = attempt->timed_out;
	result->killed = attempt->killed;
	attempt->result.size = 0;
	if (wire_put_result(&attempt->result, result))
		return;
	result->output = NULL;
	result->last_line = NULL;
	result->output_too_large = true;
	wire_put_result(&attempt->result, result);
}

/* An exit code keeps its meaning, whatever is known of it. */
static void oom_put(const struct attempt *attempt, struct wire_result *result, char text[160])
{
	if (!attempt->oom)
		return;
	snprintf(text, 160, "ended by signal %d (%s): %s", result->signal,
		strsignal(result->signal), attempt->oom);
	if (result->signal)
		result->error = text;
	else
		result->last_line = attempt->oom;
}

void outcome_of_status(struct attempt *attempt, int status)
{
	char text[160];
	struct wire_result result = {.pid = attempt->pid, .exit_code = -1, .usage = attempt->usage};
	if (WIFEXITED(status))
		result.exit_code = WEXITSTATUS(status);
	else
		result.signal = WTERMSIG(status);
	struct wire_buffer output = {0};
	output_read(attempt, &output, &result);
	result.last_line = last_line(&attempt->log);
	oom_put(attempt, &result, text);
	result_put(attempt, &result);
	wire_buffer_clear(&output);
}

void outcome_of_failure(struct attempt *attempt, const char *error)
{
	struct wire_buffer text = {0};
	masks_apply_last(&attempt->log.masks, error, strlen(error), &text);
	wire_buffer_append(&text, "", 1);
	struct wire_result result = {
		.exit_code = -1, .error = (char *)text.data, .usage = WIRE_USAGE_NONE};
	result_put(attempt, &result);
	wire_buffer_clear(&text);
}
