/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "daemon/journal.h"

/* Standard error as a pipe that the test reads when it likes. */
struct stderr_pipe {
	int read_fd, stderr_before;
};

static struct stderr_pipe stderr_take(void)
{
	int fds[2];
	g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
	g_assert_cmpint(fcntl(fds[1], F_SETPIPE_SZ, 8192), >, 0);
	g_assert_cmpint(fcntl(fds[0], F_SETFL, O_NONBLOCK), ==, 0);
	struct stderr_pipe taken = {fds[0], dup(STDERR_FILENO)};
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	return taken;
}

static void stderr_give_back(struct stderr_pipe *taken)
{
	dup2(taken->stderr_before, STDERR_FILENO);
	close(taken->stderr_before);
	close(taken->read_fd);
}

/* All lines that are in the pipe: g_strfreev. */
static char **lines_read(const struct stderr_pipe *taken)
{
	GString *text = g_string_new(NULL);
	char bytes[4096];
	ssize_t n;
	while ((n = read(taken->read_fd, bytes, sizeof bytes)) > 0)
		g_string_append_len(text, bytes, n);
	g_strchomp(text->str);
	char **lines = g_strsplit(text->str, "\n", -1);
	g_string_free(text, TRUE);
	return lines;
}

static void a_pipe_that_nobody_reads_holds_nobody_up(void)
{
	struct stderr_pipe taken = stderr_take();
	for (int i = 0; i < 1000; i++)
		journal(JOURNAL_INFO, "line %d of 1000", i);
	g_auto(GStrv) early = lines_read(&taken);
	journal(JOURNAL_INFO, "somebody reads again");
	g_auto(GStrv) late = lines_read(&taken);
	stderr_give_back(&taken);

	unsigned n_early = g_strv_length(early);
	for (unsigned i = 0; i < n_early; i++) {
		g_autofree char *end = g_strdup_printf(" line %u of 1000", i);
		g_assert_true(g_str_has_suffix(early[i], end));
	}
	g_assert_cmpuint(g_strv_length(late), ==, 2);
	g_autofree char *missing = g_strdup_printf("%u lines of this log", 1000 - n_early);
	g_assert_nonnull(strstr(late[0], missing));
	g_assert_true(g_str_has_suffix(late[1], " somebody reads again"));
}

static void a_line_that_fits_in_part_only_is_ended_before_the_next(void)
{
	struct stderr_pipe taken = stderr_take();
	g_autofree char *large = g_strnfill(20000, 'x');
	journal(JOURNAL_INFO, "%s", large);
	g_auto(GStrv) early = lines_read(&taken);
	journal(JOURNAL_INFO, "the next");
	g_auto(GStrv) late = lines_read(&taken);
	stderr_give_back(&taken);

	g_assert_cmpuint(g_strv_length(early), ==, 1);
	g_assert_cmpuint(strlen(early[0]), ==, 8192);
	g_assert_cmpuint(g_strv_length(late), ==, 3);
	g_assert_cmpstr(late[0], ==, "");
	g_assert_nonnull(strstr(late[1], "1 lines of this log were not written"));
	g_assert_true(g_str_has_suffix(late[2], " the next"));
}

static void a_reader_that_is_gone_ends_nobody(void)
{
	struct stderr_pipe taken = stderr_take();
	signal(SIGPIPE, SIG_IGN);
	close(taken.read_fd);
	journal(JOURNAL_INFO, "into the void");
	taken.read_fd = -1;
	dup2(taken.stderr_before, STDERR_FILENO);
	close(taken.stderr_before);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/journal/a_pipe_that_nobody_reads_holds_nobody_up",
		a_pipe_that_nobody_reads_holds_nobody_up);
	g_test_add_func("/journal/a_line_that_fits_in_part_only_is_ended_before_the_next",
		a_line_that_fits_in_part_only_is_ended_before_the_next);
	g_test_add_func(
		"/journal/a_reader_that_is_gone_ends_nobody", a_reader_that_is_gone_ends_nobody);
	return g_test_run();
}
