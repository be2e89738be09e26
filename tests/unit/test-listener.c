/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "daemon/http/listener.h"

static char *folder;

static char *in_folder(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static struct listener listen_on(const char *path)
{
	struct listener listener;
	g_autoptr(GError) error = NULL;
	listener_open(&listener, path, &error);
	g_assert_no_error(error);
	return listener;
}

static void refused(const char *path, const char *expected)
{
	struct listener listener;
	g_autoptr(GError) error = NULL;
	g_assert_false(listener_open(&listener, path, &error));
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, expected));
	g_assert_nonnull(strstr(error->message, "\""));
}

static void close_all(struct listener *listener)
{
	close(listener->fd);
	listener_close(listener);
}

static void test_mode(void)
{
	g_autofree char *path = in_folder("a.sock");
	mode_t mask = umask(077);
	struct listener listener = listen_on(path);
	umask(mask);
	struct stat status;
	g_assert_cmpint(lstat(path, &status), ==, 0);
	g_assert_true(S_ISSOCK(status.st_mode));
	g_assert_cmpuint(status.st_mode & 07777, ==, 0660);
	close_all(&listener);
	g_assert_cmpint(lstat(path, &status), !=, 0);
}

static void test_deep(void)
{
	g_autofree char *name = g_strnfill(100, 'd');
	g_autofree char *deep = g_strdup_printf("%s/%s/%s/%s", folder, name, name, name);
	g_assert_cmpint(g_mkdir_with_parents(deep, 0700), ==, 0);
	g_autofree char *path = g_build_filename(deep, "dagd.sock", NULL);
	struct listener listener = listen_on(path);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/dagd.sock",
		listener.folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	close(fd);
	close_all(&listener);
	for (int i = 0; i < 3; i++) {
		g_assert_cmpint(g_rmdir(deep), ==, 0);
		*strrchr(deep, '/') = 0;
	}
}

static void test_stale(void)
{
	g_autofree char *path = in_folder("a.sock");
	struct listener old = listen_on(path);
	close(old.fd); /* its process died */
	struct listener listener = listen_on(path);
	/* The old one's end does not take the new one's file. */
	listener_close(&old);
	g_assert_cmpint(g_access(path, F_OK), ==, 0);
	close_all(&listener);
}

static void test_living(void)
{
	g_autofree char *path = in_folder("a.sock");
	struct listener old = listen_on(path);
	struct listener listener = listen_on(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	int accepted = accept(listener.fd, NULL, NULL);
	g_assert_cmpint(accepted, >=, 0);
	close(accepted);
	close(fd);
	close_all(&old);
	g_assert_cmpint(g_access(path, F_OK), ==, 0);
	close_all(&listener);
}

static void test_others(void)
{
	g_autofree char *path = in_folder("file");
	g_assert_true(g_file_set_contents(path, "precious", -1, NULL));
	refused(path, "not a socket");
	g_autofree char *content = NULL;
	g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
	g_assert_cmpstr(content, ==, "precious");
	g_autofree char *link = in_folder("link");
	g_assert_cmpint(symlink("elsewhere", link), ==, 0);
	refused(link, "not a socket");
	g_unlink(link);
	g_unlink(path);
	g_autofree char *missing = in_folder("missing/a.sock");
	refused(missing, "No such file");
	g_autofree char *long_name = g_strnfill(65, 'x');
	g_autofree char *long_path = in_folder(long_name);
	refused(long_path, "at most 64 bytes");
	g_autoptr(GDir) left = g_dir_open(folder, 0, NULL);
	g_assert_null(g_dir_read_name(left));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("dagd-listener-XXXXXX", NULL);
	g_test_add_func("/listener/the_mode_is_exact_whatever_the_umask", test_mode);
	g_test_add_func("/listener/a_home_may_be_deeper_than_an_address", test_deep);
	g_test_add_func("/listener/a_dead_socket_is_replaced", test_stale);
	g_test_add_func("/listener/a_living_socket_is_taken_over", test_living);
	g_test_add_func("/listener/other_files_are_left_alone", test_others);
	int result = g_test_run();
	g_rmdir(folder);
	g_free(folder);
	return result;
}
