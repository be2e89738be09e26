/* SPDX-License-Identifier: MIT */
/* Workers of an earlier dagd, of this version and of others. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon/executor/parts.h"
#include "tests/unit/executor_fixture.h"
#include "tests/unit/protocol_1.h"

#define LATER 9

static void restart(struct fixture *fixture)
{
	executor_end(fixture);
	executor_begin(fixture);
}

static void recover(struct fixture *fixture, int64_t attempt, const char *token)
{
	struct executor_left left = {.attempt = attempt, .boot_id = BOOT};
	if (token)
		memcpy(left.token, token, WIRE_TOKEN_SIZE);
	else
		token_make(left.token, attempt);
	unsigned n = fixture->n_recovered;
	executor_recover(fixture->executor, &left, 1, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered > n);
}

/* The attempt is claimed by a worker; the rest of the claim stays as it is. */
static void claim_make(struct fixture *fixture, int64_t attempt, struct claim claim)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = attempt_folder(fixture, attempt);
	claim.owner = CLAIM_WORKER;
	g_strlcpy(claim.boot_id, BOOT, sizeof(claim.boot_id));
	g_assert_true(executor_prepare(fixture->executor, attempt, &error));
	int fd = spool_claim(folder, &claim);
	g_assert_cmpint(fd, >=, 0);
	close(fd);
}

static int socket_connect(struct fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/worker.sock", fixture->state);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	return fd;
}

/* A worker that is played by the test: it has claimed the attempt and meets a dagd that has just
 * started. Its connection. */
static int worker_connect(struct fixture *fixture, int64_t attempt, const char *token)
{
	struct claim claim = {.pid = getpid()};
	g_assert_true(process_started(claim.pid, &claim.pid_started));
	if (token)
		memcpy(claim.token, token, WIRE_TOKEN_SIZE);
	else
		token_make(claim.token, attempt);
	claim_make(fixture, attempt, claim);
	restart(fixture);
	return socket_connect(fixture);
}

static void worker_say(int fd, const void *bytes, size_t size)
{
	g_assert_cmpint(send(fd, bytes, size, MSG_NOSIGNAL), ==, size);
}

static void worker_say_digits(int fd, const char *digits)
{
	for (; *digits; digits += 2) {
		uint8_t byte = (uint8_t)(g_ascii_xdigit_value(digits[0]) << 4
			| g_ascii_xdigit_value(digits[1]));
		worker_say(fd, &byte, 1);
	}
}

static void worker_greet(int fd, int64_t attempt, int protocol)
{
	struct wire_buffer bytes = {0};
	struct wire_hello hello = {.protocol = protocol, .attempt = attempt};
	token_make(hello.token, attempt);
	g_assert_true(wire_put_hello(&bytes, &hello));
	worker_say(fd, bytes.data, bytes.size);
	wire_buffer_clear(&bytes);
}

/* It is told that its result is committed, and sent home. */
static void worker_expect_end(struct fixture *fixture, int fd, int64_t attempt)
{
	struct wire_buffer said = {0};
	struct wire_frame frame;
	struct wire_order order;
	ssize_t n;
	while ((n = recv(fd, wire_buffer_reserve(&said, 4096), 4096, MSG_DONTWAIT)) != 0) {
		g_assert_true(n > 0 || errno == EAGAIN);
		said.size += n > 0 ? (size_t)n : 0;
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	}
	struct wire_reader reader = {
		.data = said.data, .end = said.size, .capacity = said.capacity};
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_FRAME);
	g_assert_cmpint(frame.type, ==, WIRE_ACKNOWLEDGE);
	g_assert_true(wire_get_order(&frame, &order) && order.attempt == attempt);
	wire_buffer_clear(&said);
	close(fd);
}

static void an_adopted_worker_goes_home_when_its_task_is_done(
	struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t attempt = begin_shell(fixture, "echo $PPID >$HERE/up; read x <$HERE/go; exit 3");
	g_autofree char *worker = gate_read(fixture, "up");
	wait_claimed(fixture, attempt);
	restart(fixture);
	recover(fixture, attempt, NULL);
	gate_open(fixture, "go");
	g_assert_cmpint(wait_end(fixture, attempt)->result.exit_code, ==, 3);
	while (process_lives((int)strtol(worker, NULL, 10)))
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	/* New ones do what there is to do. */
	g_assert_cmpint(run_shell(fixture, "exit 4")->result.exit_code, ==, 4);
}

static void a_worker_of_protocol_1_is_heard_and_answered(struct fixture *fixture, const void *data)
{
	int fd = worker_connect(fixture, 7, "0123456789abcde");
	worker_say_digits(fd, hello_1);
	worker_say_digits(fd, claimed_1);
	recover(fixture, 7, "0123456789abcde");
	struct seen *seen = seen_of(fixture, 7);
	WAIT_UNTIL(fixture, seen->n_claimed > 0);
	g_assert_cmpint(seen->pid, ==, 321);
	worker_say_digits(fd, result_1);
	wait_end(fixture, 7);
	g_assert_cmpint(seen->result.signal, ==, 9);
	g_assert_cmpstr(seen->output, ==, "{\"a\": 1}");
	g_assert_cmpint(seen->result.usage.user_us, ==, -1);
	g_assert_null(fixture->notice);
	worker_expect_end(fixture, fd, 7);
}

static void a_worker_of_a_newer_dagd_is_told_of_and_its_result_taken(
	struct fixture *fixture, const void *data)
{
	struct wire_buffer bytes = {0};
	struct wire_result result = {.attempt = 5, .exit_code = 2, .usage = WIRE_USAGE_NONE};
	static const uint8_t later[] = {2, 0, 0, 0, WIRE_TYPE_MAX, 0};
	int fd = worker_connect(fixture, 5, NULL);
	worker_greet(fd, 5, LATER);
	worker_say(fd, later, sizeof(later));
	recover(fixture, 5, NULL);
	WAIT_UNTIL(fixture, fixture->notice);
	g_assert_nonnull(
		strstr(fixture->notice, "attempt 5 is of a newer dagd (its protocol is 9"));
	token_make(result.token, 5);
	g_assert_true(wire_put_result(&bytes, &result));
	worker_say(fd, bytes.data, bytes.size);
	g_assert_cmpint(wait_end(fixture, 5)->result.exit_code, ==, 2);
	worker_expect_end(fixture, fd, 5);
	wire_buffer_clear(&bytes);
}

static void a_result_of_a_newer_dagd_that_cannot_be_read_is_lost(
	struct fixture *fixture, const void *data)
{
	/* None of the fields that this version needs. */
	static const uint8_t result[] = {1, 0, 0, 0, WIRE_RESULT};
	int fd = worker_connect(fixture, 5, NULL);
	worker_greet(fd, 5, LATER);
	recover(fixture, 5, NULL);
	worker_say(fd, result, sizeof(result));
	struct seen *seen = seen_of(fixture, 5);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
	g_assert_cmpstr(seen->reason, ==,
		"its result was written by a newer dagd, and this one cannot read it");
	worker_expect_end(fixture, fd, 5);
}

static void an_upgrade_while_dagd_runs_changes_its_workers_at_its_restart_only(
	struct fixture *fixture, const void *data)
{
	g_autofree char *program = g_build_filename(fixture->folder, "worker", NULL);
	g_assert_cmpint(symlink(DAGD_WORKER, program), ==, 0);
	executor_end(fixture);
	fixture->worker = program;
	executor_begin(fixture);
	executor_recover(fixture->executor, NULL, 0, on_recovered);
	WAIT_UNTIL(fixture, fixture->n_recovered == 2);
	g_assert_cmpint(g_unlink(program), ==, 0);
	g_assert_cmpint(symlink("/bin/false", program), ==, 0);
	/* More at once than are idle, so that new ones are started. */
	int64_t attempts[4];
	for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++)
		attempts[i] = begin_shell(fixture, "exit 0");
	for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++)
		g_assert_cmpint(wait_end(fixture, attempts[i])->result.exit_code, ==, 0);
	fixture->worker = NULL;
}

/* A process that no environment and no session gives away, as one is that is being killed. */
static GPid unmarked_start(void)
{
	g_autoptr(GError) error = NULL;
	char *argv[] = {"/bin/sleep", "1000", NULL}, *env[] = {NULL};
	GPid pid;
	g_assert_true(g_spawn_async(
		NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error));
	return pid;
}

/* dagd finds this claim and no worker. */
static void lose(struct fixture *fixture, struct claim claim)
{
	token_make(claim.token, 5);
	claim_make(fixture, 5, claim);
	restart(fixture);
	recover(fixture, 5, NULL);
	struct seen *seen = seen_of(fixture, 5);
	WAIT_UNTIL(fixture, seen->n_lost > 0);
}

static void what_the_claim_names_is_gone_before_the_attempt_is_lost(
	struct fixture *fixture, const void *data)
{
	GPid program = unmarked_start(), other = unmarked_start();
	struct claim claim = {.pid = 1, .program = program};
	g_assert_true(process_started(program, &claim.program_started));
	lose(fixture, claim);
	g_assert_false(process_lives(program));
	g_assert_true(process_lives(other));
	kill(other, SIGKILL);
	waitpid(program, NULL, 0);
	waitpid(other, NULL, 0);
}

static void a_pid_that_was_given_away_is_left_alone(struct fixture *fixture, const void *data)
{
	GPid other = unmarked_start();
	struct claim claim = {.pid = 1, .program = other};
	g_assert_true(process_started(other, &claim.program_started));
	claim.program_started--;
	lose(fixture, claim);
	g_assert_true(process_lives(other));
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

/* Nothing wakes it but a timer. */
static bool loop_rests(struct fixture *fixture)
{
	struct pollfd wakes = {.fd = uv_backend_fd(&fixture->loop), .events = POLLIN};
	for (int i = 0; i < 10; i++)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	return poll(&wakes, 1, 0) == 0;
}

static void expect_heard(struct fixture *fixture, int fd)
{
	worker_greet(fd, 5, LATER);
	WAIT_UNTIL(fixture, fixture->notice);
	close(fd);
}

static void a_worker_that_comes_while_no_file_can_be_opened_waits_and_dagd_rests(
	struct fixture *fixture, const void *data)
{
	int fd = socket_connect(fixture);
	struct rlimit before = files_exhaust();
	g_assert_true(loop_rests(fixture));
	files_restore(&before);
	expect_heard(fixture, fd);
}

static void one_worker_that_cannot_be_watched_is_sent_away_and_the_next_ones_wait(
	struct fixture *fixture, const void *data)
{
	char byte;
	int first = socket_connect(fixture), second = socket_connect(fixture);
	struct rlimit before = files_exhaust_but_one();
	g_assert_true(loop_rests(fixture));
	g_assert_cmpint(recv(first, &byte, 1, MSG_DONTWAIT), ==, 0);
	g_assert_cmpint(recv(second, &byte, 1, MSG_DONTWAIT), ==, -1);
	files_restore(&before);
	close(first);
	expect_heard(fixture, second);
}

/* The worker of this attempt has connected and said HELLO. */
static bool has_come(struct fixture *fixture, int64_t attempt)
{
	GPtrArray *workers = fixture->executor->workers;
	for (guint i = 0; i < workers->len; i++) {
		const struct worker *worker = workers->pdata[i];
		if (worker->hello.attempt == attempt)
			return true;
	}
	return false;
}

static void a_worker_that_comes_before_recovery_keeps_its_task(
	struct fixture *fixture, const void *data)
{
	gate_make(fixture, "up");
	gate_make(fixture, "go");
	int64_t attempt = begin_shell(fixture, "echo >$HERE/up; read x <$HERE/go; exit 9");
	wait_claimed(fixture, attempt);
	g_free(gate_read(fixture, "up"));
	restart(fixture);
	WAIT_UNTIL(fixture, has_come(fixture, attempt));
	recover(fixture, attempt, NULL);
	gate_open(fixture, "go");
	struct seen *seen = wait_end(fixture, attempt);
	g_assert_false(seen->result.killed);
	g_assert_cmpint(seen->result.exit_code, ==, 9);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function)                                                                      \
	g_test_add("/adoption/" #function, struct fixture, NULL, fixture_set_up, function, \
		fixture_tear_down)
	ADD(a_worker_that_comes_before_recovery_keeps_its_task);
	ADD(an_adopted_worker_goes_home_when_its_task_is_done);
	ADD(a_worker_of_protocol_1_is_heard_and_answered);
	ADD(a_worker_of_a_newer_dagd_is_told_of_and_its_result_taken);
	ADD(a_result_of_a_newer_dagd_that_cannot_be_read_is_lost);
	ADD(an_upgrade_while_dagd_runs_changes_its_workers_at_its_restart_only);
	ADD(what_the_claim_names_is_gone_before_the_attempt_is_lost);
	ADD(a_pid_that_was_given_away_is_left_alone);
	ADD(a_worker_that_comes_while_no_file_can_be_opened_waits_and_dagd_rests);
	ADD(one_worker_that_cannot_be_watched_is_sent_away_and_the_next_ones_wait);
	return g_test_run();
}
