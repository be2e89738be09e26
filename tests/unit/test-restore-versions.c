/* SPDX-License-Identifier: MIT */
/* Which versions of dump, client and server go together: those that no test server can be had of.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

#include "lib/base/instant.h"
#include "operators/mongorestore/versions.h"
#include "operators/pg_restore/archive.h"
#include "operators/pg_restore/client.h"

static void says(char *complaint, const char *expected)
{
	if (!expected)
		g_assert_null(complaint);
	else if (!complaint || !strstr(complaint, expected))
		g_error("\"%s\" does not say \"%s\"", complaint ? complaint : "nothing", expected);
	g_free(complaint);
}

static void versions_of_postgresql_are_read_as_libpq_counts(void)
{
	g_assert_cmpint(version_read("15.18 (Debian 15.18-0+deb12u1)"), ==, 150018);
	g_assert_cmpint(version_read("17rc1"), ==, 170000);
	g_assert_cmpint(version_read("9.6.24"), ==, 90624);
	g_assert_cmpint(version_read("9.6"), ==, 90600);
	g_assert_cmpint(version_read("devel"), ==, 0);
	g_assert_cmpint(version_read("-1.2"), ==, 0);
	g_assert_cmpint(version_read("99999999999999999999"), ==, 0);
}

static void a_pg_restore_must_fit_the_server(void)
{
	says(client_complaint(150018, 150020), NULL);
	says(client_complaint(150018, 170006), NULL);
	says(client_complaint(160010, 130022), NULL);
	says(client_complaint(180007, 170012), NULL);
	says(client_complaint(160010, 120022), "pg_restore is of PostgreSQL 16, the server of 12");
	says(client_complaint(180007, 160016), "pg_restore is of PostgreSQL 18, the server of 16");
	says(client_complaint(190000, 180007), "pg_restore is of PostgreSQL 19, the server of 18");
	says(client_complaint(170006, 150020),
		"pg_restore is of PostgreSQL 17, the server of 15, which does not know all");
	says(client_complaint(170006, 150020), "install postgresql-client-15");
	says(client_complaint(0, 150020), "does not tell its version");
}

static void a_pg_restore_has_no_known_hole(void)
{
	says(client_complaint(150013, 150020), "pg_restore 15.13 runs SQL");
	says(client_complaint(150013, 150020), "install 15.14 or newer");
	says(client_complaint(150014, 150020), NULL);
	says(client_complaint(130021, 150020), "install 13.22 or newer");
	says(client_complaint(120099, 150020), "install 13.22 or newer");
	says(client_complaint(170005, 170005), "install 17.6 or newer");
	says(client_complaint(180000, 180000), NULL);
}

static void a_hole_that_is_not_mended_everywhere_is_told(void)
{
	says(client_warning(150018),
		"pg_restore 15.18 has the hole CVE-2026-116314, mended in 15.20");
	says(client_warning(130022), "mended in 14.25");
	says(client_warning(180006), "mended in 18.7");
	says(client_warning(150020), NULL);
	says(client_warning(180007), NULL);
	says(client_warning(190000), NULL);
	says(client_warning(0), NULL);
}

static void a_dump_of_postgresql_is_not_newer_than_what_reads_it(void)
{
	struct contents contents = {.server_version = 150018, .pg_dump_version = 160010};
	says(dump_complaint(&contents, 160010, 160010), NULL);
	says(dump_complaint(&contents, 150018, 160010),
		"made by pg_dump 16, which is newer than this pg_restore (15)");
	contents = (struct contents){.server_version = 160010, .pg_dump_version = 150018};
	says(dump_complaint(&contents, 150018, 150018),
		"the dump is of PostgreSQL 16, the server of 15");
	contents = (struct contents){0};
	says(dump_complaint(&contents, 150018, 150018), NULL);
}

/* The archive of pg_dump 18.6 from a server of 15.18, behind `before` bytes. */
static int archive_make(int before)
{
	static const char head[] = "PGDMP\1\20\0\4\10\1\1"
				   "\0\1\0\0\0\0\2\0\0\0\0\3\0\0\0\0\4\0\0\0"
				   "\0\12\0\0\0\0\176\0\0\0\1\1\0\0\0"
				   "\0\6\0\0\0source\0\5\0\0\00015.18\0\4\0\0\00018.6";
	int fd = memfd_create("archive", MFD_CLOEXEC);
	g_assert_cmpint(pwrite(fd, head, sizeof head - 1, before), ==, sizeof head - 1);
	return fd;
}

static void the_head_of_an_archive_tells_who_made_it(void)
{
	for (int before = 0; before <= 512; before += 512) {
		struct contents contents = {0};
		int fd = archive_make(before);
		g_assert_true(archive_versions_read(fd, before, &contents));
		g_assert_cmpint(contents.server_version, ==, 150018);
		g_assert_cmpint(contents.pg_dump_version, ==, 180006);
		close(fd);
	}
}

static void a_head_that_is_cut_or_odd_tells_nothing(void)
{
	struct contents contents = {0};
	for (off_t size = 0; size < 77; size++) {
		int fd = archive_make(0);
		g_assert_cmpint(ftruncate(fd, size), ==, 0);
		g_assert_false(archive_versions_read(fd, 0, &contents));
		close(fd);
	}
	int fd = archive_make(0);
	g_assert_cmpint(pwrite(fd, "\377\377\377\177", 4, 48), ==, 4);
	g_assert_false(archive_versions_read(fd, 0, &contents));
	g_assert_cmpint(contents.pg_dump_version, ==, 0);
	close(fd);
}

static void a_dump_that_is_too_new_is_told_with_all_versions(void)
{
	struct client client = {.version = 150018, .server_version = 180006};
	struct contents contents = {.server_version = 180006, .pg_dump_version = 180006};
	says(dump_too_new_text("a.dump", &contents, &client),
		"this pg_restore (15.18) is too old for a.dump, which pg_dump 18.6 made; "
		"install postgresql-client-18; nothing was restored");
	client.server_version = 150018;
	says(dump_too_new_text("a.dump", &contents, &client),
		"which pg_dump 18.6 made; it is of PostgreSQL 18, the server of 15: restore it "
		"into one that is not older; nothing was restored");
	contents.server_version = 150018;
	says(dump_too_new_text("a.dump", &contents, &client),
		"; make the dump with pg_dump 15; nothing");
	client.server_version = 170006;
	says(dump_too_new_text("a.dump", &contents, &client), "; install postgresql-client-18;");
	contents = (struct contents){0};
	says(dump_too_new_text("a.dump", &contents, &client),
		"too old for a.dump, which a newer pg_dump made; install the client programs");
}

static void a_dump_of_mongodb_is_of_the_version_of_the_server(void)
{
	says(server_complaint("8.0.4", "8.2.11"), NULL);
	says(server_complaint("7.0.1", "8.0.4"),
		"the dump is of MongoDB 7.0.1, the server of 8.0.4");
	says(server_complaint("8.0.4", "7.0.1"), "the dump is of MongoDB 8.0.4");
	says(server_complaint("4.2.8", "4.4.1"), "the dump is of MongoDB 4.2.8");
	says(server_complaint("4.4.8", "4.4.1"), NULL);
	says(server_complaint(NULL, "8.0.4"), NULL);
	says(server_complaint("unknown", "8.0.4"), NULL);
}

static void a_dump_of_mongodb_is_not_made_by_a_newer_tool(void)
{
	says(tool_complaint("100.12.0", "100.10.0-pre"), NULL);
	says(tool_complaint("101.0.0", "100.10.0"), "made by mongodump 101.0.0, which is newer");
	says(tool_complaint("r4.2.1", "100.10.0"), NULL);
	says(tool_complaint("100.10.0", NULL), NULL);
}

static void the_list_of_a_dump_tells_its_date_and_tables(void)
{
	struct contents contents = {0};
	g_assert_cmpint(contents_made_before(&contents), ==, INSTANT_NEVER);
	contents_line(&contents, "; Archive created at 2026-11-26 12:46:39 UTC");
	contents_line(&contents, ";     Dumped from database version: 15.18 (Debian 15.18-0)");
	contents_line(&contents, ";     Dumped by pg_dump version: 16.10");
	contents_line(&contents, "222; 1259 16445 TABLE public Größe und 表 dagd");
	contents_line(&contents, "223; 1259 16446 TABLE public DATA dagd");
	contents_line(&contents, "3401; 0 16397 TABLE DATA lending customer dagd");
	contents_line(&contents, "3241; 0 0 TABLE ATTACH lending payment_2025 dagd");
	contents_line(&contents, "TABLE");
	contents_line(&contents, "");
	g_autofree char *made = instant_iso_z(contents_made_before(&contents));
	g_assert_cmpstr(made, ==, "2026-11-27T00:46:39Z");
	g_assert_cmpint(contents.server_version, ==, 150018);
	g_assert_cmpint(contents.pg_dump_version, ==, 160010);
	g_assert_true(contents_has(&contents, "TABLE", "public", "Größe und 表"));
	g_assert_true(contents_has(&contents, "TABLE", "public", "DATA"));
	g_assert_false(contents_has(&contents, "TABLE", "lending", "customer"));
	g_assert_false(contents_has(&contents, "TABLE", "lending", "payment_2025"));
	contents_clear(&contents);
}

static void a_date_that_is_none_is_none(void)
{
	struct contents contents = {0};
	contents_line(&contents, "; Archive created at 2026-13-41 12:46:39 UTC");
	g_assert_cmpint(contents_made_before(&contents), ==, INSTANT_NEVER);
	contents_line(&contents, "; Archive created at ");
	g_assert_cmpint(contents_made_before(&contents), ==, INSTANT_NEVER);
	contents_clear(&contents);
}

#define TEST(name) g_test_add_func("/restore-versions/" #name, name)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(versions_of_postgresql_are_read_as_libpq_counts);
	TEST(a_pg_restore_must_fit_the_server);
	TEST(a_pg_restore_has_no_known_hole);
	TEST(a_hole_that_is_not_mended_everywhere_is_told);
	TEST(a_dump_of_postgresql_is_not_newer_than_what_reads_it);
	TEST(the_head_of_an_archive_tells_who_made_it);
	TEST(a_head_that_is_cut_or_odd_tells_nothing);
	TEST(a_dump_that_is_too_new_is_told_with_all_versions);
	TEST(a_dump_of_mongodb_is_of_the_version_of_the_server);
	TEST(a_dump_of_mongodb_is_not_made_by_a_newer_tool);
	TEST(the_list_of_a_dump_tells_its_date_and_tables);
	TEST(a_date_that_is_none_is_none);
	return g_test_run();
}
