/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <stdint.h>
#include <sys/vfs.h>

#include "daemon/home.h"

static void file_systems_of_the_network_are_known(void)
{
	static const uint32_t remote[] = {0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x01021997,
		0x00C36400, 0x0BD00BD0, 0x5346414F, 0x6B414653, 0x47504653, 0x01161970};
	for (size_t i = 0; i < G_N_ELEMENTS(remote); i++)
		g_assert_nonnull(filesystem_remote_name((long)remote[i]));
	g_assert_cmpstr(filesystem_remote_name(NFS_SUPER_MAGIC), ==, "NFS");
	/* On machines with narrow numbers it has a sign. */
	g_assert_cmpstr(filesystem_remote_name((int32_t)0xFF534D42), ==, "CIFS");
}

static void disks_of_this_machine_are_fine(void)
{
	static const uint32_t local[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
		TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, 0x2FC12FC1 /* ZFS */};
	for (size_t i = 0; i < G_N_ELEMENTS(local); i++)
		g_assert_null(filesystem_remote_name((long)local[i]));
}

/* ---- the disk of a home, as a test has it ---- */

static long disk_type = EXT4_SUPER_MAGIC;

/* Which of these two it is depends on how wide numbers of files are. */
int __wrap_statfs(const char *path, struct statfs *about);
int __wrap_statfs64(const char *path, struct statfs *about);

int __wrap_statfs(const char *path, struct statfs *about)
{
	*about = (struct statfs){.f_type = disk_type};
	return 0;
}

int __wrap_statfs64(const char *path, struct statfs *about)
{
	return __wrap_statfs(path, about);
}

static void home_remove(struct home *home)
{
	g_autofree char *run = g_path_get_dirname(home->socket);
	g_rmdir(home->logs);
	g_rmdir(run);
	g_assert_cmpint(g_rmdir(home->state), ==, 0);
	g_assert_cmpint(g_rmdir(home->path), ==, 0);
	home_clear(home);
}

static void a_home_on_a_file_system_of_the_network_is_refused(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("dagd-home-XXXXXX", NULL);
	struct home home;
	g_assert_true(home_find(folder, &home, &error));
	disk_type = NFS_SUPER_MAGIC;
	g_assert_false(home_make(&home, &error));
	disk_type = EXT4_SUPER_MAGIC;
	g_assert_error(error, HOME_ERROR, HOME_FAILED);
	g_autofree char *sentence = g_strdup_printf(
		"%s/state is on a file system of the network (NFS), where no database can be kept "
		"safely: give a home on a disk of this machine",
		folder);
	g_assert_cmpstr(error->message, ==, sentence);
	home_remove(&home);
}

static void a_home_is_made_where_there_is_none(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("dagd-home-XXXXXX", NULL);
	struct home home;
	g_assert_true(home_find(folder, &home, &error));
	g_assert_true(home_make(&home, &error));
	g_assert_no_error(error);
	g_assert_true(g_file_test(home.state, G_FILE_TEST_IS_DIR));
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/home/file_systems_of_the_network_are_known",
		file_systems_of_the_network_are_known);
	g_test_add_func("/home/disks_of_this_machine_are_fine", disks_of_this_machine_are_fine);
	g_test_add_func("/home/a_home_on_a_file_system_of_the_network_is_refused",
		a_home_on_a_file_system_of_the_network_is_refused);
	g_test_add_func(
		"/home/a_home_is_made_where_there_is_none", a_home_is_made_where_there_is_none);
	return g_test_run();
}
