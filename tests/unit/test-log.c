/* SPDX-License-Identifier: MIT */
/* Masks and the log of an attempt: what reaches the file, whatever the reads look like. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "worker/log.h"

struct mask_case {
	const char *words[4];
	const char *text, *shown;
};

static const struct mask_case mask_cases[] = {
	{{NULL}, "nothing to hide", "nothing to hide"},
	{{"secret"}, "secret", "***"},
	{{"secret"}, "a secret b secretsecret secre", "a *** b ****** secre"},
	{{"abc"}, "abc has three bytes", "abc has three bytes"},
	{{"abcd"}, "abcd has four bytes, abc ends it: abc", "*** has four bytes, abc ends it: abc"},
	{{"abcd", "abcd efgh"}, "abcd efgh abcd efg", "*** *** efg"},
	{{"aaaa"}, "aaa aaaa aaaaaaa", "aaa *** ***aaa"},
	{{"hunter", "hunter22"}, "hunter22 hunter2 hunter", "*** ***2 ***"},
	{{"hunter22", "hunter"}, "hunter22 hunter2 hunter", "*** ***2 ***"},
	{{"aaaab"}, "aaaaaaaab", "aaaa***"},
	{{"aaaaa", "aaaab"}, "aaaaaaaab", "***aaab"},
	{{"ababac"}, "abababac", "ab***"},
	{{"line1\nline2"}, "x line1\nline2 y", "x *** y"},
	{{"p\xc3\xa4sswort"}, "p\xc3\xa4sswort p\xc3\xa4", "*** p\xc3\xa4"},
	{{"", "x"}, "xx", "xx"},
	{{"a word of 24 characters!"}, "an a word of 24 characters! a word of 24 characters",
		"an *** a word of 24 characters"},
	{{"twelve bytes", "twelve bytes and", "twelve bytes and more", "twelve bytez"},
		"twelve bytes and mor twelve bytez", "*** mor ***"},
	{{"abcd", "abcdefgh", "abcdefghijkl"}, "abcdefghijk abcdefg abc", "***ijk ***efg abc"},
	{{"same four", "same five"}, "same five same four same six", "*** *** same six"},
};

/* The text in two reads, cut at `cut`. */
static char *mask_in_two(const struct masks *masks, const char *text, size_t cut)
{
	struct wire_buffer held = {0}, out = {0};
	wire_buffer_append(&held, text, cut);
	size_t done = masks_apply(masks, (char *)held.data, held.size, &out);
	g_assert_cmpuint(done, <=, cut);
	masks_apply_last(masks, text + done, strlen(text) - done, &out);
	char *shown = g_strndup((char *)out.data, out.size);
	wire_buffer_clear(&held);
	wire_buffer_clear(&out);
	return shown;
}

static void words_are_masked_wherever_the_text_is_cut(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mask_cases); i++) {
		const struct mask_case *mask_case = &mask_cases[i];
		struct masks masks = {0};
		masks_set(&masks, mask_case->words, G_N_ELEMENTS(mask_case->words));
		for (size_t cut = 0; cut <= strlen(mask_case->text); cut++) {
			g_autofree char *shown = mask_in_two(&masks, mask_case->text, cut);
			g_assert_cmpstr(shown, ==, mask_case->shown);
		}
		masks_clear(&masks);
	}
}

/* By looking for the longest word at each place. */
static char *mask_slowly(char *const *words, const char *text)
{
	GString *out = g_string_new(NULL);
	while (*text) {
		size_t longest = 0;
		for (char *const *word = words; *word; word++)
			if (g_str_has_prefix(text, *word) && strlen(*word) >= MASK_WORD_MIN)
				longest = MAX(longest, strlen(*word));
		g_string_append(out, longest ? MASK_HIDDEN : "");
		g_string_append_len(out, text, longest ? 0 : 1);
		text += longest ? longest : 1;
	}
	return g_string_free(out, FALSE);
}

static char *letters(size_t min, size_t max)
{
	char *text = g_strnfill((gsize)g_test_rand_int_range((gint32)min, (gint32)max), 'a');
	for (char *at = text; *at; at++)
		*at = (char)g_test_rand_int_range('a', 'c');
	return text;
}

static void words_of_few_letters_are_masked_as_by_looking_everywhere(void)
{
	for (int round = 0; round < 500; round++) {
		size_t n = (size_t)g_test_rand_int_range(1, 20), min = round % 2 ? 4 : 14;
		g_auto(GStrv) words = g_new0(char *, n + 1);
		for (size_t i = 0; i < n; i++)
			words[i] = letters(min, 20);
		g_autofree char *text = letters(1, 200), *expected = mask_slowly(words, text);
		struct masks masks = {0};
		masks_set(&masks, (const char *const *)words, n);
		for (size_t cut = 0; cut <= strlen(text); cut++) {
			g_autofree char *shown = mask_in_two(&masks, text, cut);
			g_assert_cmpstr(shown, ==, expected);
		}
		masks_clear(&masks);
	}
}

static const struct mask_case json_cases[] = {
	{{"secret"}, "{\"a\": \"my secret\", \"secret\": 1}", "{\"a\": \"my ***\", \"***\": 1}"},
	{{"12345678"}, "{\"a\": [12345678, 1234567, 0.12345678e5]}",
		"{\"a\": [\"***\", 1234567, \"***\"]}"},
	{{"{\"b\": 1}"}, "{\"a\":{\"b\": 1},\"c\":[true]}", "{\"a\":\"***\",\"c\":[true]}"},
	{{"a\\\"b\\\\"}, "[\"xa\\\"b\\\\\", \"a\"]", "[\"x***\", \"a\"]"},
	{{"true"}, "{\"a\":true}", "{\"a\":\"***\"}"},
	{{"a\",\"b"}, "[\"xa\",\"bx\"]", "[\"x***x\"]"},
	{{"secret"}, "no JSON: secret \"secret", "no JSON: \"***\" \"***"},
	{{"a<b>c&d"}, "[\"xa\\u003cb\\u003Ec\\u0026dx\"]", "[\"x***x\"]"},
	{{"pa/ss/word", "pa\\/ss"}, "[\"pa\\/ss/word \\u0001\\n\"]", "[\"*** \\u0001\\u000a\"]"},
	{{"secret"}, "{\"\\u0073ecret\": \"\\\"secre\\u0074\"}", "{\"***\": \"\\\"***\"}"},
	{{"\303\274\342\202\254\360\237\224\221"}, "\"\\u00fc\\u20AC\\ud83d\\udd11\"", "\"***\""},
	{{"secret"}, "\"\\ud83d secret\\u00e\\q\"", "\"\\ud83d ***\\u00e\\q\""},
	{{"secret"}, "\"secret\\", "\"***\\"},
	{{"secret"}, "\"", "\""},
	{{"secret"}, "", ""},
};

/* What is hidden leaves JSON where there was JSON. */
static void words_in_json_are_masked_as_json(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(json_cases); i++) {
		const struct mask_case *mask_case = &json_cases[i];
		struct masks masks = {0};
		struct wire_buffer out = {0};
		masks_set(&masks, mask_case->words, G_N_ELEMENTS(mask_case->words));
		masks_apply_json(&masks, mask_case->text, strlen(mask_case->text), &out);
		g_assert_cmpmem(out.data, out.size, mask_case->shown, strlen(mask_case->shown));
		wire_buffer_clear(&out);
		masks_clear(&masks);
	}
}

struct log_fixture {
	char *folder, *path, *index_path;
	int pipe_fds[2];
	struct log log;
};

static void open_with(struct log_fixture *fixture, int64_t max, const char *const *masks)
{
	struct log_options options = {
		.path = fixture->path, .max = max, .last_line_max = 100, .masks = masks};
	g_assert_cmpint(log_open(&fixture->log, &options), ==, 0);
}

static void set_up(struct log_fixture *fixture, const void *data)
{
	fixture->folder = g_dir_make_tmp("dagd-log-XXXXXX", NULL);
	fixture->path = g_build_filename(fixture->folder, "attempt=1.log", NULL);
	fixture->index_path = g_build_filename(fixture->folder, "attempt=1.idx", NULL);
	g_assert_cmpint(pipe(fixture->pipe_fds), ==, 0);
	open_with(fixture, -1, (const char *[]){NULL});
}

static void tear_down(struct log_fixture *fixture, const void *data)
{
	close(fixture->pipe_fds[0]);
	close(fixture->pipe_fds[1]);
	wire_buffer_clear(&fixture->log.held);
	wire_buffer_clear(&fixture->log.masked);
	wire_buffer_clear(&fixture->log.last_line);
	masks_clear(&fixture->log.masks);
	g_unlink(fixture->path);
	g_unlink(fixture->index_path);
	g_rmdir(fixture->folder);
	g_free(fixture->folder);
	g_free(fixture->path);
	g_free(fixture->index_path);
}

static void come(struct log_fixture *fixture, const char *text)
{
	g_assert_cmpint(write(fixture->pipe_fds[1], text, strlen(text)), ==, strlen(text));
	g_assert_cmpint(log_read(&fixture->log, fixture->pipe_fds[0]), ==, strlen(text));
}

static void room_end(struct log_fixture *fixture)
{
	int full = open("/dev/full", O_WRONLY);
	g_assert_cmpint(dup2(full, fixture->log.fd), ==, fixture->log.fd);
	close(full);
}

static void room_begin(struct log_fixture *fixture)
{
	int file = open(fixture->path, O_WRONLY | O_APPEND);
	g_assert_cmpint(dup2(file, fixture->log.fd), ==, fixture->log.fd);
	close(file);
}

static void what_a_full_disk_swallowed_is_told(struct log_fixture *fixture, const void *data)
{
	come(fixture, "one\n");
	room_end(fixture);
	come(fixture, "two\n");
	come(fixture, "three\n");
	room_begin(fixture);
	come(fixture, "four\n");
	log_close(&fixture->log);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==,
		"one\n\n[dagd: 10 bytes of output are missing here: No space left on "
		"device]\nfour\n");
	g_assert_cmpint(fixture->log.last_line.size, ==, 4);
}

static void it_is_told_at_the_end_at_the_latest(struct log_fixture *fixture, const void *data)
{
	room_end(fixture);
	come(fixture, "gone\n");
	room_begin(fixture);
	log_close(&fixture->log);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
	g_assert_nonnull(strstr(text, "[dagd: 5 bytes of output are missing here"));
}

static void an_attempt_without_output_has_no_index(struct log_fixture *fixture, const void *data)
{
	log_close(&fixture->log);
	GStatBuf info;
	g_assert_cmpint(g_stat(fixture->path, &info), ==, 0);
	g_assert_cmpint(info.st_size, ==, 0);
	g_assert_cmpint(info.st_mode & 0777, ==, 0640);
	g_assert_false(g_file_test(fixture->index_path, G_FILE_TEST_EXISTS));
	g_assert_false(fixture->log.has_line);
}

/* dagd may have told there why an attempt did not begin, and sensors look again and again. */
static void what_a_log_held_stays(struct log_fixture *fixture, const void *data)
{
	come(fixture, "one\n");
	log_close(&fixture->log);
	open_with(fixture, -1, (const char *[]){NULL});
	come(fixture, "two\n");
	log_close(&fixture->log);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "one\ntwo\n");
}

static void the_last_line_is_followed_over_reads(struct log_fixture *fixture, const void *data)
{
	static const char *const reads[][2] = {{"a", "a"}, {"b\n", "ab"}, {"\n", ""}, {"c\nd", "d"},
		{"e", "de"}, {"\nf\n", "f"}, {"g\n\n", ""}};
	for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
		come(fixture, reads[i][0]);
		g_assert_cmpmem(fixture->log.last_line.data, fixture->log.last_line.size,
			reads[i][1], strlen(reads[i][1]));
	}
	log_close(&fixture->log);
}

/* Comes in pieces of at most `piece` bytes. */
static void come_in_pieces(
	struct log_fixture *fixture, const char *bytes, size_t size, size_t piece)
{
	for (size_t done = 0; done < size; done += piece) {
		size_t n = MIN(piece, size - done);
		g_assert_cmpint(write(fixture->pipe_fds[1], bytes + done, n), ==, n);
		g_assert_cmpint(log_read(&fixture->log, fixture->pipe_fds[0]), ==, n);
	}
}

/* Bytes of all values, of which no two parts are alike. */
static char *output_make(size_t size)
{
	char *bytes = g_malloc(size);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	return bytes;
}

static void a_log_that_fits_with_its_end_is_whole(struct log_fixture *fixture, const void *data)
{
	const size_t size = 1000 + TAIL_SIZE;
	g_autofree char *bytes = output_make(size), *text = NULL;
	gsize length;
	log_close(&fixture->log);
	open_with(fixture, 1000, (const char *[]){NULL});
	come_in_pieces(fixture, bytes, size, 777);
	log_close(&fixture->log);
	g_assert_true(g_file_get_contents(fixture->path, &text, &length, NULL));
	g_assert_cmpmem(text, length, bytes, size);
}

static void of_a_log_that_is_too_long_the_middle_is_left_out(
	struct log_fixture *fixture, const void *data)
{
	const size_t size = 1000 + 3 * TAIL_SIZE, left_out = size - 1000 - TAIL_SIZE;
	static const char began[] =
		"\n[dagd: the log may have 1000 bytes (logging.max_log_size); of "
		"what follows, only the end is added when the task ends]\n";
	for (size_t piece = 1; piece <= 65536; piece *= 16) {
		g_autofree char *bytes = output_make(size), *text = NULL;
		g_autofree char *ended = g_strdup_printf(
			"[dagd: %zu bytes of output are left out here]\n", left_out);
		gsize length;
		log_close(&fixture->log);
		g_unlink(fixture->path);
		open_with(fixture, 1000, (const char *[]){NULL});
		come_in_pieces(fixture, bytes, size, piece);
		log_close(&fixture->log);
		g_assert_true(g_file_get_contents(fixture->path, &text, &length, NULL));
		g_assert_cmpuint(
			length, ==, 1000 + strlen(began) + strlen(ended) + (size_t)TAIL_SIZE);
		g_assert_cmpmem(text, 1000, bytes, 1000);
		char *at = text + 1000;
		g_assert_true(g_str_has_prefix(at, began));
		at += strlen(began);
		g_assert_true(g_str_has_prefix(at, ended));
		at += strlen(ended);
		g_assert_cmpmem(at, TAIL_SIZE, bytes + size - TAIL_SIZE, TAIL_SIZE);
	}
}

/* One line, with the word at places that no size of a read divides. */
static void a_word_in_a_line_without_end_is_masked_at_every_place(
	struct log_fixture *fixture, const void *data)
{
	static const char word[] = "the secret word";
	GString *line = g_string_new(NULL), *shown = g_string_new(NULL);
	for (size_t i = 0; i < 3000; i++) {
		g_autofree char *filler = g_strnfill(i % 251, 't');
		g_string_append_printf(line, "%s%s", filler, word);
		g_string_append_printf(shown, "%s***", filler);
	}
	log_close(&fixture->log);
	open_with(fixture, -1, (const char *[]){word, NULL});
	come_in_pieces(fixture, line->str, line->len, 4093);
	log_close(&fixture->log);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, shown->str);
	g_string_free(line, TRUE);
	g_string_free(shown, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log/words_are_masked_wherever_the_text_is_cut",
		words_are_masked_wherever_the_text_is_cut);
	g_test_add_func("/log/words_of_few_letters_are_masked_as_by_looking_everywhere",
		words_of_few_letters_are_masked_as_by_looking_everywhere);
	g_test_add_func("/log/words_in_json_are_masked_as_json", words_in_json_are_masked_as_json);
#define ADD(function) \
	g_test_add("/log/" #function, struct log_fixture, NULL, set_up, function, tear_down)
	ADD(what_a_full_disk_swallowed_is_told);
	ADD(it_is_told_at_the_end_at_the_latest);
	ADD(an_attempt_without_output_has_no_index);
	ADD(what_a_log_held_stays);
	ADD(the_last_line_is_followed_over_reads);
	ADD(a_log_that_fits_with_its_end_is_whole);
	ADD(of_a_log_that_is_too_long_the_middle_is_left_out);
	ADD(a_word_in_a_line_without_end_is_masked_at_every_place);
	return g_test_run();
}
