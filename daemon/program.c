/* SPDX-License-Identifier: MIT */
/*
 * Its end is that of its process, not of its pipes, which a process that it left behind may hold
 * open. When it has ended, its group is killed before it is waited for: until then no other process
 * can have its number. The loop never waits: one that cannot be killed (it runs as another user, or
 * hangs in the kernel) is left alone, and reaped whenever it ends.
 */
#include "daemon/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/keeper.h"
#include "lib/base/descriptor.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

enum { ERRORS_MAX = 16 << 10, READS_MAX = 16 };
enum { TERM_MS = 1000, KILL_MS = 1000, TRACED_MS = 100 };

enum { HANDLE_PROCESS, HANDLE_OUTPUT, HANDLE_ERRORS, N_POLLS };

struct stream {
	int fd;
	char *text; /* `max` bytes and a zero byte */
	size_t n, max;
	bool is_cut; /* its beginning was dropped */
};

struct program {
	program_done *on_done; /* NULL: nobody is to be told any more */
	void *data;
	pid_t pid; /* its keeper's, which ends as it does; 0: that has been waited for */
	int pidfd;
	struct stream output, errors;
	enum program_ending ending; /* PROGRAM_EXITED until it is known to be something else */
	unsigned n_late;            /* how often its time was over */
	uv_poll_t polls[N_POLLS];
	uv_timer_t timer;
	unsigned n_handles;
};

/* ---- its end ---- */

static void stream_clear(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	if (stream->text)
		explicit_bzero(stream->text, stream->n);
	g_free(stream->text);
	stream->fd = -1;
	stream->text = NULL;
}

static void program_free(struct program *program)
{
	stream_clear(&program->output);
	stream_clear(&program->errors);
	if (program->pidfd >= 0)
		close(program->pidfd);
	g_free(program);
}

static void on_closed(uv_handle_t *handle)
{
	struct program *program = handle->data;
	if (--program->n_handles == 0)
		program_free(program);
}

/* Until it is waited for its number is its own, and that of its group. */
static void group_kill(const struct program *program, int signal)
{
	if (!program->pid)
		return;
	kill(-program->pid, signal);
	kill(program->pid, signal);
}

/* False: it has not ended, or who traces it is told first. */
static bool reap(struct program *program, int *status)
{
	pid_t pid;
	while ((pid = waitpid(program->pid, status, WNOHANG)) < 0 && errno == EINTR)
		;
	if (pid != 0)
		program->pid = 0;
	return pid != 0;
}

static void poll_close(struct program *program, unsigned which)
{
	uv_handle_t *handle = (uv_handle_t *)&program->polls[which];
	if (handle->data && !uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void handles_close(struct program *program)
{
	for (unsigned i = 0; i < N_POLLS; i++)
		poll_close(program, i);
	if (program->timer.data)
		uv_close((uv_handle_t *)&program->timer, on_closed);
	if (program->n_handles == 0)
		program_free(program);
}

/* Killed, but not dead yet: on_ended reaps it. */
static void program_leave(struct program *program)
{
	program->on_done = NULL;
	poll_close(program, HANDLE_OUTPUT);
	poll_close(program, HANDLE_ERRORS);
	uv_timer_stop(&program->timer);
	stream_clear(&program->output);
	stream_clear(&program->errors);
}

void program_stop(struct program *program)
{
	int status;
	if (!program)
		return;
	group_kill(program, SIGKILL);
	if (program->pid && !reap(program, &status))
		program_leave(program);
	else
		handles_close(program);
}

/* ---- what it writes ---- */

/* Of what does not fit the end is kept. */
static void stream_make_room(struct stream *stream)
{
	size_t half = stream->max / 2;
	memmove(stream->text, stream->text + half, stream->n - half);
	stream->n -= half;
	stream->is_cut = true;
	explicit_bzero(stream->text + stream->n, half);
}

/* All that is there now. False: nothing comes any more. */
static bool stream_read(struct stream *stream)
{
	while (stream->n < stream->max) {
		ssize_t n = read(stream->fd, stream->text + stream->n, stream->max - stream->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		stream->n += (size_t)n;
	}
	return true;
}

/* Of one that is being ended what does not fit stays in the pipe. */
static bool output_read(struct program *program)
{
	bool is_open = stream_read(&program->output);
	bool is_full = program->output.n == program->output.max; /* one more than it may */
	if (is_full && program->ending == PROGRAM_EXITED) {
		program->ending = PROGRAM_TOO_LARGE;
		group_kill(program, SIGKILL);
	}
	return is_open && !is_full;
}

/* Of one that writes faster than it is read the loop is not kept for ever. */
static bool errors_read(struct program *program)
{
	bool is_open = stream_read(&program->errors);
	for (unsigned i = 0; program->errors.n == program->errors.max && i < READS_MAX; i++) {
		stream_make_room(&program->errors);
		is_open = stream_read(&program->errors);
	}
	return is_open;
}

static void on_output(uv_poll_t *poll, int status, int events)
{
	if (!output_read(poll->data))
		uv_poll_stop(poll);
}

static void on_errors(uv_poll_t *poll, int status, int events)
{
	if (!errors_read(poll->data))
		uv_poll_stop(poll);
}

/* Without a line whose beginning was dropped: part of a secret would not be known as one. */
static const char *errors_text(struct stream *errors)
{
	char *text = errors->text;
	text[errors->n] = '\0';
	for (size_t i = 0; i < errors->n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	if (!errors->is_cut)
		return text;
	const char *end = strchr(text, '\n');
	return end ? end + 1 : text + errors->n;
}

char *program_last_line(const char *text)
{
	const char *end = text + strlen(text), *begin;
	while (end > text && g_ascii_isspace(end[-1]))
		end--;
	for (begin = end; begin > text && begin[-1] != '\n'; begin--)
		;
	g_autofree char *line = g_strndup(begin, (size_t)(end - begin));
	char *shown = text_one_line(g_strchug(line));
	explicit_bzero(line, strlen(line));
	return shown;
}

/* NULL: how it ended is not known. */
static void tell(struct program *program, const int *status)
{
	output_read(program);
	errors_read(program);
	if (program->ending == PROGRAM_EXITED && WIFSIGNALED(*status))
		program->ending = PROGRAM_KILLED;
	const char *errors = errors_text(&program->errors);
	g_autofree char *line = program_last_line(errors);
	program->output.text[program->output.n] = '\0';
	struct program_end end = {
		.ending = program->ending,
		.exit_code = status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1,
		.signal = status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0,
		.output = program->output.text,
		.output_size = program->output.n,
		.errors = errors,
		.last_line = line,
	};
	program->on_done(program->data, &end);
	explicit_bzero(line, strlen(line));
}

static void on_ended(uv_poll_t *poll, int poll_status, int events);

static void on_traced(uv_timer_t *timer)
{
	struct program *program = timer->data;
	uv_poll_start(&program->polls[HANDLE_PROCESS], UV_READABLE, on_ended);
}

static void on_ended(uv_poll_t *poll, int poll_status, int events)
{
	struct program *program = poll->data;
	int status = 0;
	group_kill(program, SIGKILL);
	if (!reap(program, &status)) {
		uv_poll_stop(poll);
		uv_timer_start(&program->timer, on_traced, TRACED_MS, 0);
		return;
	}
	if (program->on_done)
		tell(program, &status);
	handles_close(program);
}

/* It is asked, then it is killed, and then it is left alone. */
static void on_late(uv_timer_t *timer)
{
	struct program *program = timer->data;
	if (program->ending == PROGRAM_EXITED)
		program->ending = PROGRAM_TOO_SLOW;
	switch (++program->n_late) {
	case 1:
		group_kill(program, SIGTERM);
		uv_timer_start(timer, on_late, TERM_MS, 0);
		break;
	case 2:
		group_kill(program, SIGKILL);
		uv_timer_start(timer, on_late, KILL_MS, 0);
		break;
	default:
		tell(program, NULL);
		program_leave(program);
	}
}

/* ---- its beginning ---- */

/* Descriptors of the child's: closed here once it has them. */
struct ends {
	int input, output, errors;
};

static void ends_close(const struct ends *ends)
{
	const int fds[] = {ends->input, ends->output, ends->errors};
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* A file in memory: no pipe that a program which does not read would keep full. */
static int input_open(const struct program_order *order)
{
	int fd = order->input ? memfd_create("stdin", MFD_CLOEXEC)
			      : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t n_written = 0;
	while (fd >= 0 && order->input && n_written < order->input_size) {
		ssize_t n = pwrite(fd, order->input + n_written, order->input_size - n_written,
			(off_t)n_written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(fd);
			return -1;
		}
		n_written += (size_t)n;
	}
	return fd;
}

/* The reading end does not block. */
static bool stream_open(struct stream *stream, int *writing_end)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	stream->fd = fds[0];
	*writing_end = fds[1];
	if (descriptor_is_spare(fds[1], DESCRIPTOR_OF_TASK))
		return true;
	errno = EMFILE;
	return false;
}

static int process_spawn(
	const struct program_order *order, const struct ends *ends, struct program *program)
{
	const struct keeper_order kept = {
		.keeper = order->keeper,
		.argv = order->argv,
		.env = order->env,
		.input = ends->input,
		.output = ends->output,
		.errors = ends->errors,
		.file_limit = order->file_limit,
	};
	return keeper_start(&kept, &program->pid);
}

/* 0 or the errno. */
static int process_start(const struct program_order *order, struct program *program)
{
	struct ends ends = {input_open(order), -1, -1};
	int code = errno;
	if (ends.input >= 0)
		code = stream_open(&program->output, &ends.output)
				&& stream_open(&program->errors, &ends.errors)
			? process_spawn(order, &ends, program)
			: errno;
	ends_close(&ends);
	if (code != 0)
		return code;
	program->pidfd = pidfd_open(program->pid, 0);
	return program->pidfd < 0 ? errno : 0;
}

/* 0 or libuv's code. */
static int watch(
	uv_loop_t *loop, struct program *program, unsigned which, int fd, uv_poll_cb on_ready)
{
	uv_poll_t *poll = &program->polls[which];
	int code = uv_poll_init(loop, poll, fd);
	if (code != 0)
		return code;
	poll->data = program;
	program->n_handles++;
	return uv_poll_start(poll, UV_READABLE, on_ready);
}

static int watch_all(const struct program_order *order, struct program *program)
{
	uv_loop_t *loop = order->loop;
	int code = watch(loop, program, HANDLE_PROCESS, program->pidfd, on_ended);
	if (code == 0)
		code = watch(loop, program, HANDLE_OUTPUT, program->output.fd, on_output);
	if (code == 0)
		code = watch(loop, program, HANDLE_ERRORS, program->errors.fd, on_errors);
	if (code != 0)
		return code;
	uv_timer_init(loop, &program->timer);
	program->timer.data = program;
	program->n_handles++;
	uint64_t ms = (uint64_t)((order->timeout_us + 999) / 1000);
	return uv_timer_start(&program->timer, on_late, MAX(ms, 1), 0);
}

static struct stream stream_new(size_t max)
{
	return (struct stream){.fd = -1, .text = g_malloc(max + 1), .max = max};
}

/* Nothing may tell of its end: it is waited for, as one that has just begun can be killed. */
static void start_undo(struct program *program)
{
	int status;
	group_kill(program, SIGKILL);
	while (program->pid && waitpid(program->pid, &status, 0) < 0 && errno == EINTR)
		;
	program->pid = 0;
	handles_close(program);
}

struct program *program_start(const struct program_order *order, GError **error)
{
	struct program *program = g_new0(struct program, 1);
	program->on_done = order->on_done;
	program->data = order->data;
	program->pidfd = -1;
	program->output = stream_new(order->output_max + 1);
	program->errors = stream_new(ERRORS_MAX);
	int code = process_start(order, program);
	if (code == 0)
		code = -watch_all(order, program); /* libuv's codes are those of errno */
	if (code == 0)
		return program;
	g_autofree char *name = text_one_line(order->argv[0]);
	bool is_short = descriptor_is_lacking(code) || code == EAGAIN;
	g_set_error(error, PROGRAM_ERROR, is_short ? PROGRAM_SHORT : PROGRAM_WRONG,
		"\"%s\" cannot be started: %s", name, g_strerror(code));
	start_undo(program);
	return NULL;
}

char *program_end_text(const struct program_end *end, int64_t timeout_us)
{
	g_autofree char *timeout = duration_text(timeout_us);
	g_autofree char *how = NULL;
	switch (end->ending) {
	case PROGRAM_EXITED:
		how = g_strdup_printf("exited with %d", end->exit_code);
		break;
	case PROGRAM_KILLED:
		how = g_strdup_printf(
			"was killed by signal %d (%s)", end->signal, g_strsignal(end->signal));
		break;
	case PROGRAM_TOO_SLOW:
		how = g_strdup_printf("took longer than %s", timeout);
		break;
	case PROGRAM_TOO_LARGE:
		how = g_strdup("printed more than it may");
		break;
	}
	return *end->last_line ? g_strconcat(how, ": ", end->last_line, NULL)
			       : g_steal_pointer(&how);
}
