/* SPDX-License-Identifier: MIT */
/* Frames: what is written is read, and what was damaged is refused. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "lib/wire/spool.h"

static const char *const argv_sample[] = {"pg_restore", "", "--clean", NULL};
static const char *const env_sample[] = {"A=1", NULL};
static const char *const no_texts[] = {NULL};

static const struct wire_start start_sample = {
	.attempt = INT64_MAX,
	.token = "0123456789abcde",
	.folder = "/state/attempts/1",
	.log = "/logs/1.log",
	.argv = argv_sample,
	.env = env_sample,
	.masks = no_texts,
	.input = "in\0put",
	.input_size = 6,
	.timeout_us = -1,
	.kill_after_us = INT64_MIN,
	.output_max = UINT64_MAX,
};

static const struct wire_result result_sample = {
	.attempt = 7,
	.token = "0123456789abcde",
	.started_at = 1,
	.ended_at = 2,
	.pid = 3,
	.exit_code = -1,
	.signal = 9,
	.timed_out = true,
	.output = "",
	.output_size = 0,
	.last_line = "p\xc3\xa4",
};

/* The only frame in the bytes. */
static struct wire_frame frame_of(const struct wire_buffer *bytes)
{
	struct wire_reader reader = {
		.data = bytes->data, .end = bytes->size, .capacity = bytes->capacity};
	struct wire_frame frame;
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_FRAME);
	g_assert_cmpuint(reader.begin, ==, bytes->size);
	return frame;
}

static void a_start_is_read_as_it_was_written(void)
{
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_start(&bytes, &start_sample));
	struct wire_frame frame = frame_of(&bytes);
	struct wire_start start;
	g_assert_true(wire_get_start(&frame, &start));
	g_assert_cmpint(start.attempt, ==, INT64_MAX);
	g_assert_cmpmem(start.token, 16, start_sample.token, 16);
	g_assert_cmpstr(start.folder, ==, start_sample.folder);
	g_assert_cmpstr(start.log, ==, start_sample.log);
	g_assert_null(start.cwd);
	g_assert_cmpstrv(start.argv, argv_sample);
	g_assert_cmpstrv(start.env, env_sample);
	g_assert_cmpstrv(start.masks, no_texts);
	g_assert_cmpmem(start.input, start.input_size, "in\0put", 6);
	g_assert_cmpint(start.timeout_us, ==, -1);
	g_assert_cmpint(start.kill_after_us, ==, INT64_MIN);
	g_assert_cmpuint(start.output_max, ==, UINT64_MAX);
	wire_start_clear(&start);
	wire_buffer_clear(&bytes);
}

static void a_result_is_read_as_it_was_written(void)
{
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_result(&bytes, &result_sample));
	struct wire_frame frame = frame_of(&bytes);
	struct wire_result result;
	g_assert_true(wire_get_result(&frame, &result));
	g_assert_cmpint(result.attempt, ==, 7);
	g_assert_cmpint(result.exit_code, ==, -1);
	g_assert_cmpint(result.signal, ==, 9);
	g_assert_true(result.timed_out);
	g_assert_false(result.killed);
	g_assert_null(result.error);
	g_assert_nonnull(result.output);
	g_assert_cmpuint(result.output_size, ==, 0);
	g_assert_cmpstr(result.last_line, ==, result_sample.last_line);
	wire_buffer_clear(&bytes);
}

static void the_small_frames_are_read_as_they_were_written(void)
{
	struct wire_buffer bytes = {0};
	struct wire_reader reader = {0};
	g_assert_true(wire_put_claimed(&bytes, &(struct wire_claimed){1, 2}));
	g_assert_true(wire_put_dropped(&bytes, &(struct wire_dropped){3, "why"}));
	g_assert_true(wire_put_acknowledge(&bytes, 4));
	g_assert_true(wire_put_kill(&bytes, 5));
	g_assert_true(wire_put_hello(&bytes, &(struct wire_hello){6, 7, "token"}));
	/* Byte by byte, as a socket may bring them. */
	struct wire_frame frames[8];
	size_t n = 0;
	g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < bytes.size; i++) {
		size_t room;
		*(uint8_t *)wire_reader_room(&reader, &room) = bytes.data[i];
		wire_reader_add(&reader, 1);
		if (wire_reader_next(&reader, &frames[n]) != WIRE_FRAME)
			continue;
		frames[n].fields = g_memdup2(frames[n].fields, frames[n].size);
		g_ptr_array_add(copies, (void *)frames[n++].fields);
	}
	g_assert_cmpuint(n, ==, 5);
	struct wire_claimed claimed;
	struct wire_dropped dropped;
	struct wire_order order;
	struct wire_hello hello;
	g_assert_true(wire_get_claimed(&frames[0], &claimed) && claimed.pid == 2);
	g_assert_true(wire_get_dropped(&frames[1], &dropped));
	g_assert_cmpstr(dropped.reason, ==, "why");
	g_assert_true(wire_get_order(&frames[2], &order) && order.attempt == 4);
	g_assert_true(frames[3].type == WIRE_KILL && wire_get_order(&frames[3], &order));
	g_assert_cmpint(order.attempt, ==, 5);
	g_assert_true(wire_get_hello(&frames[4], &hello) && hello.attempt == 7);
	g_assert_false(wire_get_hello(&frames[0], &hello));
	wire_reader_clear(&reader);
	wire_buffer_clear(&bytes);
}

/* Each is a frame's fields behind a header that fits them. */
struct bad_frame {
	const char *why;
	enum wire_type type;
	const char *fields;
	size_t size;
};

#define FIELDS(text) text, sizeof(text) - 1
#define ATTEMPT "\1\10\0\0\0\1\0\0\0\0\0\0\0"

static const struct bad_frame bad_frames[] = {
	{"no fields", WIRE_CLAIMED, FIELDS("")},
	{"a field is missing", WIRE_CLAIMED, FIELDS(ATTEMPT)},
	{"a field's header is cut", WIRE_KILL, FIELDS(ATTEMPT "\2\0\0")},
	{"a field reaches beyond the frame", WIRE_KILL, FIELDS(ATTEMPT "\11\5\0\0\0abcd")},
	{"a field's length is huge", WIRE_KILL, FIELDS(ATTEMPT "\11\377\377\377\377")},
	{"a number is too short", WIRE_KILL, FIELDS("\1\7\0\0\0\1\0\0\0\0\0\0")},
	{"a number is too long", WIRE_KILL, FIELDS("\1\11\0\0\0\1\0\0\0\0\0\0\0\0")},
	{"a field comes twice", WIRE_KILL, FIELDS(ATTEMPT ATTEMPT)},
	{"a text does not end", WIRE_DROPPED, FIELDS(ATTEMPT "\2\3\0\0\0abc")},
	{"a text is empty of even its end", WIRE_DROPPED, FIELDS(ATTEMPT "\2\0\0\0\0")},
	{"a text holds a NUL", WIRE_DROPPED, FIELDS(ATTEMPT "\2\4\0\0\0a\0c\0")},
	{"a token is too short", WIRE_HELLO,
		FIELDS("\1\4\0\0\0\1\0\0\0\2\10\0\0\0\1\0\0\0\0\0\0\0\3\1\0\0\0x")},
};

static void what_is_no_frame_of_its_type_is_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad_frames); i++) {
		const struct bad_frame *bad = &bad_frames[i];
		/* Just the bytes, so that reading beyond them is noticed. */
		g_autofree void *fields = g_memdup2(bad->fields, bad->size);
		struct wire_frame frame = {bad->type, fields, bad->size};
		struct wire_claimed claimed;
		struct wire_dropped dropped;
		struct wire_order order;
		struct wire_hello hello;
		g_test_message("%s", bad->why);
		g_assert_false(wire_get_claimed(&frame, &claimed));
		g_assert_false(wire_get_dropped(&frame, &dropped));
		g_assert_false(wire_get_order(&frame, &order));
		g_assert_false(wire_get_hello(&frame, &hello));
	}
}

static void a_field_of_a_later_version_is_skipped(void)
{
	struct wire_frame frame = {
		WIRE_KILL, (const uint8_t *)"\36\2\0\0\0xx" ATTEMPT "\377\0\0\0\0", 25};
	struct wire_order order;
	g_assert_true(wire_get_order(&frame, &order));
	g_assert_cmpint(order.attempt, ==, 1);
}

static void a_start_without_a_program_is_refused(void)
{
	struct wire_start start = start_sample, read;
	start.argv = no_texts;
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_start(&bytes, &start));
	struct wire_frame frame = frame_of(&bytes);
	g_assert_false(wire_get_start(&frame, &read));
	wire_buffer_clear(&bytes);
}

static void a_stream_that_never_was_frames_is_noticed(void)
{
	static const struct {
		const char *bytes;
		size_t size;
		enum wire_next next;
	} streams[] = {
		{FIELDS(""), WIRE_MORE},
		{FIELDS("\1\0\0"), WIRE_MORE},
		{FIELDS("\1\0\0\0"), WIRE_MORE},
		{FIELDS("\0\0\0\0"), WIRE_CORRUPT},
		{FIELDS("\1\0\0\0\0"), WIRE_CORRUPT},
		{FIELDS("\1\0\0\0\37"), WIRE_MORE},
		{FIELDS("\1\0\0\0\40"), WIRE_CORRUPT},
		{FIELDS("\1\0\0\4"), WIRE_CORRUPT},
		{FIELDS("\0\0\0\4\5"), WIRE_MORE},
		{FIELDS("GET / HTTP/1.1\r\n"), WIRE_CORRUPT},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(streams); i++) {
		struct wire_reader reader = {0};
		struct wire_frame frame;
		size_t room;
		memcpy(wire_reader_room(&reader, &room), streams[i].bytes, streams[i].size);
		wire_reader_add(&reader, streams[i].size);
		g_assert_cmpint(wire_reader_next(&reader, &frame), ==, streams[i].next);
		wire_reader_clear(&reader);
	}
}

static void a_frame_that_is_too_large_is_not_written(void)
{
	g_autofree char *input = g_malloc0(WIRE_FRAME_MAX);
	struct wire_start start = start_sample;
	start.input = input;
	start.input_size = WIRE_FRAME_MAX;
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_kill(&bytes, 1));
	size_t before = bytes.size;
	g_assert_false(wire_put_start(&bytes, &start));
	g_assert_cmpuint(bytes.size, ==, before);
	start.input_size = WIRE_FRAME_MAX - 1000;
	g_assert_true(wire_put_start(&bytes, &start));
	wire_buffer_clear(&bytes);
}

static void a_wiped_reader_holds_no_secret(void)
{
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_start(&bytes, &start_sample));
	struct wire_reader reader = {0};
	size_t room;
	memcpy(wire_reader_room(&reader, &room), bytes.data, bytes.size);
	wire_reader_add(&reader, bytes.size);
	struct wire_frame frame;
	g_assert_cmpint(wire_reader_next(&reader, &frame), ==, WIRE_FRAME);
	g_assert_nonnull(memmem(reader.data, bytes.size, "pg_restore", 10));
	wire_reader_wipe(&reader);
	g_assert_null(memmem(reader.data, bytes.size, "pg_restore", 10));
	wire_reader_clear(&reader);
	wire_buffer_clear(&bytes);
}

static void a_seal_is_broken_by_any_change(void)
{
	struct wire_buffer bytes = {0};
	char seal[WIRE_SEAL_SIZE + 1];
	g_assert_true(wire_put_result(&bytes, &result_sample));
	wire_seal(seal, bytes.data, bytes.size);
	size_t size = WIRE_SEAL_SIZE + bytes.size;
	g_autofree uint8_t *file = g_malloc(size);
	memcpy(file, seal, WIRE_SEAL_SIZE);
	memcpy(file + WIRE_SEAL_SIZE, bytes.data, bytes.size);
	struct wire_frame frame;
	g_assert_true(wire_unseal(file, size, &frame));
	for (size_t cut = 0; cut < size; cut++) {
		g_autofree void *part = g_memdup2(file, cut);
		g_assert_false(wire_unseal(part, cut, &frame));
	}
	for (size_t bit = 0; bit < 8 * size; bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		g_assert_false(wire_unseal(file, size, &frame));
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wire_buffer_clear(&bytes);
	/* The check value that the definition of CRC-32 gives for this text. */
	wire_seal(seal, "123456789", 9);
	g_assert_cmpstr(seal, ==, "dagd-result 1 0000000009 cbf43926\n");
}

static void only_one_can_claim(void)
{
	g_autofree char *parent = g_dir_make_tmp("dagd-wire-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(parent, "1", NULL);
	struct claim claim = {.owner = CLAIM_WORKER,
		.token = "token",
		.pid = 12,
		.pid_started = 34,
		.boot_id = "boot"};
	struct claim other = claim, read;
	other.owner = CLAIM_DAGD;
	g_assert_cmpint(spool_claim(folder, &claim), ==, -ENOENT);
	g_assert_cmpint(spool_read_claim(folder, &read), ==, SPOOL_ABSENT);
	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	int fd = spool_claim(folder, &claim);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(spool_claim(folder, &claim), ==, -EEXIST);
	g_assert_cmpint(spool_claim(folder, &other), ==, -EEXIST);
	g_assert_cmpint(spool_read_claim(folder, &read), ==, SPOOL_FOUND);
	g_assert_cmpint(read.owner, ==, CLAIM_WORKER);
	g_assert_cmpint(read.pid, ==, 12);
	g_assert_cmpuint(read.pid_started, ==, 34);
	g_assert_cmpstr(read.boot_id, ==, "boot");
	g_assert_cmpmem(read.token, 16, claim.token, 16);
	g_assert_cmpint(ftruncate(fd, 30), ==, 0);
	g_assert_cmpint(spool_read_claim(folder, &read), ==, SPOOL_DAMAGED);
	close(fd);
	spool_remove(parent);
}

static void a_claim_is_held_as_long_as_its_owner_has_it_open(void)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-wire-XXXXXX", NULL);
	struct claim claim = {.owner = CLAIM_WORKER, .pid = 1, .boot_id = "boot"};
	struct wire_buffer bytes = {0};
	g_assert_true(wire_put_result(&bytes, &result_sample));
	g_assert_false(spool_claim_is_held(folder));
	int first = spool_claim(folder, &claim);
	g_assert_true(spool_claim_is_held(folder));
	/* The folder may be used again before the first owner has let it go. */
	g_assert_cmpint(spool_save_result(folder, first, &bytes), ==, 0);
	g_assert_true(spool_recycle(folder));
	int second = spool_claim(folder, &claim);
	g_assert_cmpint(second, >=, 0);
	close(first);
	g_assert_true(spool_claim_is_held(folder));
	close(second);
	g_assert_false(spool_claim_is_held(folder));
	g_assert_false(spool_is_blind(errno));
	wire_buffer_clear(&bytes);
	spool_remove(folder);
}

static void a_result_without_room_is_no_result(void)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-wire-XXXXXX", NULL);
	struct claim claim = {.owner = CLAIM_WORKER, .pid = 1, .boot_id = "boot"};
	int fd = spool_claim(folder, &claim), full = open("/dev/full", O_WRONLY);
	struct wire_buffer bytes = {0}, file = {0};
	struct wire_frame frame;
	g_assert_true(wire_put_result(&bytes, &result_sample));
	g_assert_cmpint(spool_save_result(folder, full, &bytes), ==, -ENOSPC);
	g_assert_cmpint(spool_read_result(folder, &file, &frame), ==, SPOOL_ABSENT);
	g_assert_cmpint(spool_save_result(folder, fd, &bytes), ==, 0);
	g_assert_cmpint(spool_sync_result(folder, fd), ==, 0);
	g_assert_cmpint(spool_read_result(folder, &file, &frame), ==, SPOOL_FOUND);
	g_assert_cmpint(frame.type, ==, WIRE_RESULT);
	/* The claim is still to be read. */
	g_assert_cmpint(spool_read_claim(folder, &claim), ==, SPOOL_FOUND);
	close(fd);
	close(full);
	wire_buffer_clear(&bytes);
	wire_buffer_clear(&file);
	spool_remove(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function) g_test_add_func("/wire/" #function, function)
	ADD(a_start_is_read_as_it_was_written);
	ADD(a_result_is_read_as_it_was_written);
	ADD(the_small_frames_are_read_as_they_were_written);
	ADD(what_is_no_frame_of_its_type_is_refused);
	ADD(a_field_of_a_later_version_is_skipped);
	ADD(a_start_without_a_program_is_refused);
	ADD(a_stream_that_never_was_frames_is_noticed);
	ADD(a_frame_that_is_too_large_is_not_written);
	ADD(a_wiped_reader_holds_no_secret);
	ADD(a_seal_is_broken_by_any_change);
	ADD(only_one_can_claim);
	ADD(a_claim_is_held_as_long_as_its_owner_has_it_open);
	ADD(a_result_without_room_is_no_result);
	return g_test_run();
}
