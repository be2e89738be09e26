/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
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

/* By way of the descriptor, because a socket's path may have 107 bytes only. */
static void connect_now(struct worker *worker)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/worker.sock",
		worker->state_fd);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return;
	}
	worker->control_fd = fd;
	hello(worker);
}

/* The watch stays until the attempt is over, so no dagd comes unnoticed, however short it lives. */
static void away(struct worker *worker)
{
	close(worker->control_fd);
	worker->control_fd = -1;
	wire_reader_clear(&worker->reader);
	if (worker->attempt.state == ATTEMPT_NONE)
		exit(0);
	if (worker->attempt.state == ATTEMPT_ENDED)
		attempt_save_durably(&worker->attempt);
	if (worker->watch_fd >= 0)
		return;
	worker->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char folder[64];
	snprintf(folder, sizeof(folder), "/proc/self/fd/%d/.", worker->state_fd);
	if (worker->watch_fd >= 0
		&& inotify_add_watch(worker->watch_fd, folder, IN_MOVED_TO | IN_DELETE | IN_ONLYDIR)
			< 0) {
		close(worker->watch_fd);
		worker->watch_fd = -1;
	}
	connect_now(worker);
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

void control_watch(struct worker *worker)
{
	_Alignas(struct inotify_event) char events[4096];
	while (read(worker->watch_fd, events, sizeof(events)) > 0)
		;
	connect_now(worker);
}

/*
 * dagd makes this folder and never removes it. The state folder's own end is not told by inotify,
 * since our descriptor keeps it; that of what is in it is.
 */
bool control_is_homeless(const struct worker *worker)
{
	return faccessat(worker->state_fd, "attempts", F_OK, 0) != 0 && errno == ENOENT;
}

void control_retry(struct worker *worker)
{
	connect_now(worker);
}
