/* SPDX-License-Identifier: MIT */
/* What another version has written is read; what it does not know yet is no hindrance. */
#include <string.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "lib/wire/spool.h"
#include "tests/unit/protocol_1.h"

#define TOKEN "0123456789abcde"

static void bytes_of(const char *digits, struct wire_buffer *bytes)
{
	for (; *digits; digits += 2) {
		uint8_t byte = (uint8_t)(g_ascii_xdigit_value(digits[0]) << 4
			| g_ascii_xdigit_value(digits[1]));
		wire_buffer_append(bytes, &byte, 1);
	}
}

/* The only frame in it, borrowed from the bytes. */
static struct wire_frame frame_of(const char *digits, struct wire_buffer *bytes)
{
	struct wire_frame frame;
	bytes_of(digits, bytes);
	struct wire_reader reader = {
		.data = bytes->data, .end = bytes->size, .capacity = bytes->capacity};
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_FRAME);
	g_assert_cmpuint(reader.begin, ==, bytes->size);
	return frame;
}

static void the_start_of_protocol_1_is_read(void)
{
	struct wire_buffer bytes = {0};
	struct wire_frame frame = frame_of(start_1, &bytes);
	struct wire_start start;
	static const char *const argv[] = {"sh", "-c", "echo ok", NULL},
				 *const env[] = {"A=1", NULL};
	static const char *const masks[] = {"secret", NULL};
	g_assert_true(wire_get_start(&frame, &start));
	g_assert_cmpint(start.attempt, ==, 7);
	g_assert_cmpmem(start.token, WIRE_TOKEN_SIZE, TOKEN, WIRE_TOKEN_SIZE);
	g_assert_cmpstr(start.folder, ==, "/state/attempts/7");
	g_assert_cmpstr(start.log, ==, "/logs/7.log");
	g_assert_cmpstr(start.cwd, ==, "/tmp");
	g_assert_cmpstrv(start.argv, argv);
	g_assert_cmpstrv(start.env, env);
	g_assert_cmpstrv(start.masks, masks);
	g_assert_cmpmem(start.input, start.input_size, "in\0put", 6);
	g_assert_cmpint(start.timeout_us, ==, 60000000);
	g_assert_cmpint(start.kill_after_us, ==, 5000000);
	g_assert_cmpuint(start.output_max, ==, 1048576);
	g_assert_null(start.cgroup);
	g_assert_cmpint(start.log_max, ==, -1);
	wire_start_clear(&start);
	wire_buffer_clear(&bytes);
}

static void result_1_check(const struct wire_frame *frame)
{
	struct wire_result result;
	g_assert_true(wire_get_result(frame, &result));
	g_assert_cmpint(result.attempt, ==, 7);
	g_assert_cmpmem(result.token, WIRE_TOKEN_SIZE, TOKEN, WIRE_TOKEN_SIZE);
	g_assert_cmpint(result.started_at, ==, 1000000);
	g_assert_cmpint(result.ended_at, ==, 3000000);
	g_assert_cmpint(result.pid, ==, 321);
	g_assert_cmpint(result.exit_code, ==, -1);
	g_assert_cmpint(result.signal, ==, 9);
	g_assert_true(result.timed_out && result.killed && !result.output_too_large);
	g_assert_cmpstr(result.error, ==, "why");
	g_assert_cmpmem(result.output, result.output_size, "{\"a\": 1}", 8);
	g_assert_cmpstr(result.last_line, ==, "the last");
	struct wire_usage none = WIRE_USAGE_NONE;
	g_assert_cmpmem(&result.usage, sizeof(none), &none, sizeof(none));
}

static void what_a_worker_of_protocol_1_says_is_read(void)
{
	struct wire_buffer bytes = {0};
	struct wire_hello hello;
	struct wire_claimed claimed;
	struct wire_dropped dropped;
	struct wire_frame frame = frame_of(hello_1, &bytes);
	g_assert_true(wire_get_hello(&frame, &hello));
	g_assert_cmpint(hello.protocol, ==, 1);
	g_assert_cmpint(hello.attempt, ==, 7);
	g_assert_cmpmem(hello.token, WIRE_TOKEN_SIZE, TOKEN, WIRE_TOKEN_SIZE);
	bytes.size = 0;
	frame = frame_of(claimed_1, &bytes);
	g_assert_true(wire_get_claimed(&frame, &claimed));
	g_assert_cmpint(claimed.pid, ==, 321);
	bytes.size = 0;
	frame = frame_of(dropped_1, &bytes);
	g_assert_true(wire_get_dropped(&frame, &dropped));
	g_assert_cmpstr(dropped.reason, ==, "why");
	bytes.size = 0;
	frame = frame_of(result_1, &bytes);
	result_1_check(&frame);
	wire_buffer_clear(&bytes);
}

/* It outlives the upgrade, so it is spoken to in its own words. */
static void what_a_worker_of_protocol_1_is_told_has_not_changed(void)
{
	struct wire_buffer wanted = {0}, said = {0};
	bytes_of(acknowledge_1, &wanted);
	bytes_of(kill_1, &wanted);
	g_assert_true(wire_put_acknowledge(&said, 7));
	g_assert_true(wire_put_kill(&said, 7));
	g_assert_cmpmem(said.data, said.size, wanted.data, wanted.size);
	wire_buffer_clear(&wanted);
	wire_buffer_clear(&said);
}

/* A folder of an attempt with these bytes as its file of this name. */
static char *folder_with(const char *name, const struct wire_buffer *bytes)
{
	char *folder = g_dir_make_tmp("dagd-protocol-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_assert_true(
		g_file_set_contents(path, (const char *)bytes->data, (gssize)bytes->size, NULL));
	return folder;
}

static void the_files_of_protocol_1_are_read(void)
{
	struct wire_buffer bytes = {0}, read = {0};
	struct wire_frame frame;
	struct claim claim;
	bytes_of(file_1, &bytes);
	g_autofree char *folder = folder_with("result", &bytes);
	g_assert_cmpint(spool_read_result(folder, &read, &frame), ==, SPOOL_FOUND);
	result_1_check(&frame);
	spool_remove(folder);
	g_autofree char *other = folder_with("claim", &bytes);
	g_assert_cmpint(spool_read_claim(other, &claim), ==, SPOOL_FOUND);
	g_assert_cmpint(claim.owner, ==, CLAIM_WORKER);
	g_assert_cmpmem(claim.token, WIRE_TOKEN_SIZE, TOKEN, WIRE_TOKEN_SIZE);
	g_assert_cmpint(claim.pid, ==, 123);
	g_assert_cmpuint(claim.pid_started, ==, 456);
	g_assert_cmpstr(claim.boot_id, ==, "11111111-2222-3333-4444-555555555555");
	g_assert_cmpint(claim.program, ==, 0);
	spool_remove(other);
	wire_buffer_clear(&bytes);
	wire_buffer_clear(&read);
}

/* As after a downgrade: there is more in it than this version knows. */
static void the_claim_of_a_later_version_is_read(void)
{
	static const char line[] = "dagd-claim 9 worker 30313233343536373839616263646500 123 456 "
				   "boot 77 88 more words";
	struct wire_buffer bytes = {0};
	struct claim claim;
	wire_buffer_append(&bytes, line, strlen(line));
	memset(wire_buffer_reserve(&bytes, 192), ' ', 192);
	bytes.size = 192;
	bytes.data[191] = '\n';
	g_autofree char *folder = folder_with("claim", &bytes);
	g_assert_cmpint(spool_read_claim(folder, &claim), ==, SPOOL_FOUND);
	g_assert_cmpint(claim.pid, ==, 123);
	g_assert_cmpint(claim.program, ==, 77);
	g_assert_cmpuint(claim.program_started, ==, 88);
	spool_remove(folder);
	wire_buffer_clear(&bytes);
}

static void a_frame_of_a_later_type_is_skipped(void)
{
	static const uint8_t later[] = {3, 0, 0, 0, WIRE_TYPE_MAX, 'x', 'x'};
	struct wire_reader reader = {0};
	struct wire_buffer bytes = {0};
	struct wire_frame frame;
	size_t room;
	wire_buffer_append(&bytes, later, sizeof(later));
	g_assert_true(wire_put_kill(&bytes, 7));
	wire_buffer_append(&bytes, later, sizeof(later));
	void *to = wire_reader_room(&reader, &room);
	g_assert_cmpuint(room, >=, bytes.size);
	memcpy(to, bytes.data, bytes.size);
	wire_reader_add(&reader, bytes.size);
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_FRAME);
	g_assert_cmpint(frame.type, ==, WIRE_KILL);
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_MORE);
	wire_reader_clear(&reader);
	wire_buffer_clear(&bytes);
}

static void a_program_is_named_in_its_claim(void)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-protocol-XXXXXX", NULL);
	struct claim claim = {.owner = CLAIM_WORKER, .token = TOKEN, .pid = 1, .boot_id = "boot"};
	struct claim read;
	int fd = spool_claim(folder, &claim);
	claim.program = INT32_MAX;
	claim.program_started = UINT64_MAX;
	spool_name_program(fd, &claim);
	g_assert_cmpint(spool_read_claim(folder, &read), ==, SPOOL_FOUND);
	g_assert_cmpint(read.pid, ==, 1);
	g_assert_cmpint(read.program, ==, INT32_MAX);
	g_assert_cmpuint(read.program_started, ==, UINT64_MAX);
	g_close(fd, NULL);
	spool_remove(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function) g_test_add_func("/protocol/" #function, function)
	ADD(the_start_of_protocol_1_is_read);
	ADD(what_a_worker_of_protocol_1_says_is_read);
	ADD(what_a_worker_of_protocol_1_is_told_has_not_changed);
	ADD(the_files_of_protocol_1_are_read);
	ADD(the_claim_of_a_later_version_is_read);
	ADD(a_frame_of_a_later_type_is_skipped);
	ADD(a_program_is_named_in_its_claim);
	return g_test_run();
}
