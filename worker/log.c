/* SPDX-License-Identifier: MIT */
#include "worker/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/clock.h"

#define INDEX_EVERY_US 1000

static bool is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
}

/* 0 or -errno. */
static int file_open(struct log *log)
{
	log->fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (log->fd < 0)
		return -errno;
	log->offset = lseek(log->fd, 0, SEEK_END);
	return 0;
}

static size_t count(const char *const *words)
{
	size_t n = 0;
	while (words[n])
		n++;
	return n;
}

int log_open(struct log *log, const struct log_options *options)
{
	log->path = strdup(options->path);
	if (!log->path)
		abort();
	log->index_fd = -1;
	log->offset = log->indexed_at = 0;
	log->n_dropped = 0;
	log->held.size = 0;
	log->last_line.size = 0;
	log->last_line_max = options->last_line_max;
	log->max = options->max;
	log->has_line = log->line_ended = false;
	masks_set(&log->masks, options->masks, count(options->masks));
	int error = file_open(log);
	return is_full(-error) ? 0 : error;
}

static void index_open(struct log *log)
{
	char path[PATH_MAX];
	size_t size = strlen(log->path);
	if (size >= 4 && strcmp(log->path + size - 4, ".log") == 0)
		size -= 4;
	if (snprintf(path, sizeof(path), "%.*s.idx", (int)size, log->path) < (int)sizeof(path))
		log->index_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

/* The index is a convenience: without room for it the log goes on. */
static void index_add(struct log *log)
{
	int64_t now = clock_now();
	if (now - log->indexed_at < INDEX_EVERY_US)
		return;
	log->indexed_at = now;
	if (log->index_fd < 0)
		index_open(log);
	char line[64];
	int size =
		snprintf(line, sizeof(line), "%lld %lld\n", (long long)log->offset, (long long)now);
	if (log->index_fd >= 0 && write(log->index_fd, line, (size_t)size) < 0)
		return;
}

/* How much of it was written. */
static size_t file_write(struct log *log, const void *data, size_t size)
{
	size_t done = 0;
	if (log->fd < 0 && file_open(log) != 0) {
		log->error = errno;
		return 0;
	}
	while (done < size) {
		ssize_t n = write(log->fd, (const char *)data + done, size - done);
		if (n <= 0) {
			log->error = n < 0 ? errno : ENOSPC;
			break;
		}
		done += (size_t)n;
	}
	log->offset += (int64_t)done;
	return done;
}

/* False: there is still no room. */
static bool dropped_tell(struct log *log)
{
	char line[160];
	int size = snprintf(line, sizeof(line),
		"\n[dagd: %llu bytes of output are missing here: %s]\n",
		(unsigned long long)log->n_dropped, strerror(log->error));
	if (file_write(log, line, (size_t)size) < (size_t)size)
		return false;
	log->n_dropped = 0;
	return true;
}

static void last_line_add(struct log *log, const char *data, size_t size)
{
	bool ended = data[size - 1] == '\n';
	size_t end = ended ? size - 1 : size;
	const char *newline = end ? memrchr(data, '\n', end) : NULL;
	size_t begin = newline ? (size_t)(newline + 1 - data) : 0;
	if (newline || log->line_ended)
		log->last_line.size = 0;
	uint64_t room = log->last_line_max - log->last_line.size;
	size_t n = end - begin < room ? end - begin : (size_t)room;
	wire_buffer_append(&log->last_line, data + begin, n);
	log->has_line = true;
	log->line_ended = ended;
}

static void put(struct log *log, const void *data, size_t size)
{
	if (size == 0)
		return;
	index_add(log);
	if (log->n_dropped > 0 && !dropped_tell(log)) {
		log->n_dropped += size;
		return;
	}
	log->n_dropped += size - file_write(log, data, size);
}

/* How many of the next bytes the file may take. */
static size_t room_for(const struct log *log, size_t size)
{
	if (log->max < 0)
		return size;
	if (log->tail.bytes.size > 0 || log->offset >= log->max)
		return 0;
	int64_t room = log->max - log->offset;
	return (size_t)room < size ? (size_t)room : size;
}

/* What is beyond the limit. Whoever follows the log sees at once why it stands still. */
static void surplus_add(struct log *log, const void *data, size_t size)
{
	bool is_first = log->tail.n_left_out == 0;
	if (size == 0)
		return;
	tail_add(&log->tail, data, size);
	if (!is_first || log->tail.n_left_out == 0)
		return;
	char line[160];
	int length = snprintf(line, sizeof(line),
		"\n[dagd: the log may have %lld bytes (logging.max_log_size); of what follows, "
		"only "
		"the end is added when the task ends]\n",
		(long long)log->max);
	put(log, line, (size_t)length);
}

/* So that the end of the output, which says most, is there. */
static void surplus_show(struct log *log)
{
	struct tail *tail = &log->tail;
	if (tail->n_left_out > 0)
		tail_trim(tail);
	if (tail->n_left_out > 0) {
		char line[96];
		int length = snprintf(line, sizeof(line),
			"[dagd: %llu bytes of output are left out here]\n",
			(unsigned long long)tail->n_left_out);
		put(log, line, (size_t)length);
	}
	put(log, tail->bytes.data, tail->bytes.size);
	tail_clear(tail);
}

static void show(struct log *log, const void *data, size_t size)
{
	if (size == 0)
		return;
	last_line_add(log, data, size);
	size_t room = room_for(log, size);
	put(log, data, room);
	surplus_add(log, (const char *)data + room, size - room);
}

/* Shows what is held as far as no masked word may have begun in it. */
static void held_show(struct log *log)
{
	struct wire_buffer *held = &log->held;
	if (log->masks.n == 0) {
		show(log, held->data, held->size);
		held->size = 0;
		return;
	}
	log->masked.size = 0;
	size_t done = masks_apply(&log->masks, (char *)held->data, held->size, &log->masked);
	memmove(held->data, held->data + done, held->size - done);
	held->size -= done;
	show(log, log->masked.data, log->masked.size);
}

static void held_show_last(struct log *log)
{
	log->masked.size = 0;
	masks_apply_last(&log->masks, (char *)log->held.data, log->held.size, &log->masked);
	log->held.size = 0;
	show(log, log->masked.data, log->masked.size);
}

int64_t log_read(struct log *log, int pipe_fd)
{
	ssize_t n = read(pipe_fd, wire_buffer_reserve(&log->held, LOG_CHUNK_SIZE), LOG_CHUNK_SIZE);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	log->held.size += (size_t)n;
	held_show(log);
	return n;
}

void log_say(struct log *log, const char *text)
{
	held_show_last(log);
	wire_buffer_append(&log->held, text, strlen(text));
	held_show_last(log);
}

void log_close(struct log *log)
{
	held_show_last(log);
	surplus_show(log);
	if (log->n_dropped > 0)
		dropped_tell(log);
	if (log->fd >= 0)
		close(log->fd);
	if (log->index_fd >= 0)
		close(log->index_fd);
	log->fd = log->index_fd = -1;
	free(log->path);
	log->path = NULL;
}
