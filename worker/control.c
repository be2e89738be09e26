/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "worker/worker.h"

/* A failure shows as the end of the connection when it is read next. */
static void out_send(struct worker *worker)
{
	struct wire_buffer *out = &worker->out;
	size_t done = 0;
	while (worker->control_fd >= 0 && done < out->size) {
		ssize_t n =
			send(worker->control_fd, out->data + done, out->size - done, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			shutdown(worker->control_fd, SHUT_RDWR);
			break;
		}
		done += (size_t)n;
	}
	out->size = 0;
}

void control_tell_claimed(struct worker *worker)
{
	worker->claim_told = true;
	wire_put_claimed(&worker->out,
		&(struct wire_claimed){.attempt = worker->attempt.id, .pid = worker->attempt.pid});
	out_send(worker);
}

void control_tell_dropped(struct worker *worker, int64_t attempt, const char *reason)
{
	wire_put_dropped(
		&worker->out, &(struct wire_dropped){.attempt = attempt, .reason = reason});
	out_send(worker);
}

void control_tell_result(struct worker *worker)
{
	const struct wire_buffer *result = &worker->attempt.result;
	wire_buffer_append(&worker->out, result->data, result->size);
	out_send(worker);
}

static void hello(struct worker *worker)
{
	struct attempt *attempt = &worker->attempt;
	struct wire_hello words = {.protocol = WIRE_PROTOCOL, .attempt = attempt->id};
	memcpy(words.token, attempt->token, WIRE_TOKEN_SIZE);
	wire_put_hello(&worker->out, &words);
	if (attempt->state == ATTEMPT_ENDED)
		control_tell_result(worker);
	else
		control_tell_claimed(worker);
}

/* By way of the descriptor, because a socket's path may have 107 bytes only. False: there may be
 * somebody who listens, to be tried again. */
static bool connect_now(struct worker *worker)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/worker.sock",
		worker->state_fd);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		bool is_nobody_there = errno == ECONNREFUSED || errno == ENOENT;
		close(fd);
		return is_nobody_there;
	}
	worker->control_fd = fd;
	hello(worker);
	return true;
}

static void bell_drop(struct worker *worker)
{
	if (worker->bell_fd >= 0)
		close(worker->bell_fd);
	worker->bell_fd = -1;
}

/*
 * A FIFO that every dagd opens for writing once it listens: that hangs up on all who have it open
 * for reading. Unlike inotify, of which a user has 128 instances, so many as there are workers can
 * wait there.
 */
static void bell_take(struct worker *worker)
{
	struct stat status;
	bell_drop(worker);
	worker->bell_fd =
		openat(worker->state_fd, WIRE_BELL, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (worker->bell_fd >= 0
		&& (fstat(worker->bell_fd, &status) != 0 || !S_ISFIFO(status.st_mode)))
		bell_drop(worker);
}

/* The bell first: a dagd that comes behind it rings, one that came before listens. It does not ring
 * for us once more, so without a bell we try again by ourselves. */
static void seek(struct worker *worker)
{
	bell_take(worker);
	if (!connect_now(worker) || worker->control_fd >= 0)
		bell_drop(worker);
}

static void away(struct worker *worker)
{
	close(worker->control_fd);
	worker->control_fd = -1;
	wire_reader_clear(&worker->reader);
	if (worker->attempt.state == ATTEMPT_NONE)
		exit(0);
	if (worker->attempt.state == ATTEMPT_ENDED)
		attempt_save_durably(&worker->attempt);
	seek(worker);
}

static bool frames_take(struct worker *worker,
	bool (*on_frame)(struct worker *worker, const struct wire_frame *frame))
{
	for (;;) {
		struct wire_frame frame;
		switch (wire_reader_next(&worker->reader, &frame)) {
		case WIRE_MORE:
			return true;
		case WIRE_CORRUPT:
			return false;
		case WIRE_FRAME:
			if (!on_frame(worker, &frame))
				return false;
		}
	}
}

void control_read(struct worker *worker,
	bool (*on_frame)(struct worker *worker, const struct wire_frame *frame))
{
	size_t room;
	void *to = wire_reader_room(&worker->reader, &room);
	ssize_t n = recv(worker->control_fd, to, room, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		wire_reader_add(&worker->reader, (size_t)n);
		bool valid = frames_take(worker, on_frame);
		wire_reader_wipe(&worker->reader);
		if (valid)
			return;
	}
	away(worker);
}

void control_rung(struct worker *worker)
{
	seek(worker);
}

/* dagd makes this folder and never removes it. */
bool control_is_homeless(const struct worker *worker)
{
	return faccessat(worker->state_fd, "attempts", F_OK, 0) != 0 && errno == ENOENT;
}

void control_retry(struct worker *worker)
{
	seek(worker);
}
