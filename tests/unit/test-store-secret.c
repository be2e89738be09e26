/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/stat.h>

#include "daemon/store/vault.h"
#include "tests/unit/store_home.h"

static struct variable variable_of(const char *key, const char *value)
{
	return (struct variable){.key = (char *)key, .value = (char *)value};
}

static void give_variable(struct home *home, const char *key, const char *value)
{
	struct variable variable = variable_of(key, value);
	struct batch *batch = batch_new();
	batch_variable(batch, &variable);
	home_commit(home, batch);
}

static char *variable_value(struct home *home, const char *key, GError **error)
{
	struct variable variable;
	if (!reader_variable(store_reader(home->store), key, &variable, error))
		return NULL;
	char *value = g_strdup(variable.value);
	variable_clear(&variable);
	return value;
}

/* ---- round trips ---- */

static void a_variable_comes_back_as_it_was_given(void)
{
	static const char *const values[] = {"", "x", "{\"a\": [1, 2]}", "zwölf\n\t\"'", "***"};
	struct home home;
	GError *error = NULL;
	g_autofree char *big = g_strnfill(1 << 20, 'y');
	home_init(&home, NULL);
	home_open(&home);
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		give_variable(&home, "KEY", values[i]);
		g_autofree char *value = variable_value(&home, "KEY", &error);
		g_assert_no_error(error);
		g_assert_cmpstr(value, ==, values[i]);
	}
	give_variable(&home, "BIG", big);
	g_autofree char *value = variable_value(&home, "BIG", &error);
	g_assert_cmpstr(value, ==, big);
	g_assert_null(variable_value(&home, "key", &error));
	g_assert_no_error(error);

	struct batch *batch = batch_new();
	batch_variable_delete(batch, "KEY");
	batch_variable_delete(batch, "was never there");
	home_commit(&home, batch);
	g_assert_null(variable_value(&home, "KEY", &error));
	g_assert_no_error(error);
	home_remove(&home);
}

static void assert_same(const struct connection *a, const struct connection *b)
{
	g_assert_cmpstr(a->conn_type, ==, b->conn_type);
	g_assert_cmpstr(a->description, ==, b->description);
	g_assert_cmpstr(a->host, ==, b->host);
	g_assert_cmpstr(a->login, ==, b->login);
	g_assert_cmpstr(a->password, ==, b->password);
	g_assert_cmpstr(a->schema, ==, b->schema);
	g_assert_cmpstr(a->extra, ==, b->extra);
	g_assert_cmpint(a->port, ==, b->port);
}

static void a_connection_comes_back_as_it_was_given(void)
{
	struct connection given[] = {
		{.conn_id = (char *)"bare", .conn_type = (char *)"aws"},
		{(char *)"full", (char *)"postgres", (char *)"the wärehouse", (char *)"db.example",
			(char *)"restorer", (char *)"p\"w\\ü\n", (char *)"public",
			(char *)"{\"sslmode\": \"require\"}", 5432},
	};
	struct home home;
	GError *error = NULL;
	struct connection found;
	home_init(&home, NULL);
	home_open(&home);
	struct batch *batch = batch_new();
	batch_connection(batch, &given[0]);
	batch_connection(batch, &given[1]);
	home_commit(&home, batch);
	struct reader *reader = store_reader(home.store);
	for (size_t i = 0; i < G_N_ELEMENTS(given); i++) {
		g_assert_true(reader_connection(reader, given[i].conn_id, &found, &error));
		assert_same(&given[i], &found);
		connection_clear(&found);
	}
	int64_t total;
	struct listing listing = listing_all;
	listing.pattern = "%ul%";
	g_autoptr(GArray) list = reader_connections(reader, &listing, &total, &error);
	g_assert_no_error(error);
	g_assert_cmpint(total, ==, 1);
	assert_same(&given[1], &g_array_index(list, struct connection, 0));

	struct batch *forget = batch_new();
	batch_connection_delete(forget, "full");
	home_commit(&home, forget);
	g_assert_false(reader_connection(reader, "full", &found, &error));
	g_assert_no_error(error);
	home_remove(&home);
}

/* ---- what lies on the disk ---- */

static bool folder_holds(const struct home *home, const char *text)
{
	bool holds = false;
	const char *name;
	g_autoptr(GDir) dir = g_dir_open(home->folder, 0, NULL);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(home->folder, name, NULL);
		g_autofree char *bytes = NULL;
		gsize len;
		g_assert_true(g_file_get_contents(path, &bytes, &len, NULL));
		holds |= memmem(bytes, len, text, strlen(text)) != NULL;
	}
	return holds;
}

static void no_file_holds_a_secret_in_clear(void)
{
	static const char *const secrets[] = {"canary-value-4711", "canary-password-4711",
		"canary-login-4711", "canary-host-4711", "canary-extra-4711",
		"canary-removed-4711"};
	struct home home;
	struct variable variable = {
		(char *)"PASS", (char *)secrets[0], (char *)"planted-in-clear-4711"};
	struct connection connection = {(char *)"db", (char *)"postgres", NULL, (char *)secrets[3],
		(char *)secrets[2], (char *)secrets[1], NULL,
		(char *)"{\"k\": \"canary-extra-4711\"}", 0};
	home_init(&home, NULL);
	home_open(&home);
	give_variable(&home, "PASS", secrets[5]);
	struct batch *batch = batch_new();
	batch_variable(batch, &variable);
	batch_connection(batch, &connection);
	home_commit(&home, batch);
	home_close(&home); /* its files can be read now without taking SQLite's locks away */
	g_autofree char *wal = g_strconcat(home.path, "-wal", NULL);
	g_assert_true(g_file_test(wal, G_FILE_TEST_EXISTS));
	g_assert_true(
		folder_holds(&home, "planted-in-clear-4711")); /* so the search finds things */
	g_assert_true(folder_holds(&home, "PASS"));
	for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++)
		g_assert_false(folder_holds(&home, secrets[i]));
	home_remove(&home);
}

static void files_are_the_owners_only(void)
{
	static const char *const names[] = {"dagd.db", "dagd.db-wal", "dagd.db-shm", "key"};
	struct home home;
	mode_t before = umask(0);
	home_init(&home, NULL);
	home_open(&home);
	umask(before);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct stat about;
		g_autofree char *path = g_build_filename(home.folder, names[i], NULL);
		g_assert_cmpint(stat(path, &about), ==, 0);
		g_assert_cmpint(about.st_mode & 0777, ==, 0600);
	}
	home_remove(&home);
}

static void a_sealed_value_opens_in_its_own_place_only(void)
{
	static const char *const tricks[] = {
		/* Another variable's value. */
		"UPDATE variable SET sealed = (SELECT sealed FROM variable WHERE key = 'B')"
		" WHERE key = 'A'",
		/* A connection's of the same name. */
		"UPDATE variable SET sealed = (SELECT sealed FROM connection WHERE conn_id = 'A')"
		" WHERE key = 'A'",
		"UPDATE variable SET sealed = zeroblob(length(sealed)) WHERE key = 'A'",
		"UPDATE variable SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE key = "
		"'A'",
		"UPDATE variable SET sealed = substr(sealed, 1, 30) WHERE key = 'A'",
		"UPDATE variable SET sealed = x'' WHERE key = 'A'",
		"UPDATE variable SET sealed = CAST(x'02' || substr(sealed, 2) AS BLOB) WHERE key = "
		"'A'",
	};
	struct connection connection = {.conn_id = (char *)"A", .conn_type = (char *)"http"};
	for (size_t i = 0; i < G_N_ELEMENTS(tricks); i++) {
		struct home home;
		g_autoptr(GError) error = NULL;
		home_init(&home, NULL);
		home_open(&home);
		give_variable(&home, "A", "canary-4711");
		give_variable(&home, "B", "canary-4712");
		struct batch *batch = batch_new();
		batch_connection(batch, &connection);
		home_commit(&home, batch);
		home_meddle(&home, tricks[i]);
		g_assert_null(variable_value(&home, "A", &error));
		g_assert_error(error, STORE_ERROR, STORE_FAILED);
		g_assert_cmpstr(error->message, ==,
			"the value of variable \"A\" cannot be opened: it was sealed with another "
			"key, "
			"or altered");
		g_autofree char *other = variable_value(&home, "B", NULL);
		g_assert_cmpstr(other, ==, "canary-4712");
		home_remove(&home);
	}
}

/* ---- the key ---- */

#define OTHER_KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void assert_refused(struct home *home, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(home_try_open(home, &error));
	g_assert_error(error, STORE_ERROR, STORE_FAILED);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, words));
	g_assert_nonnull(strstr(error->message, home->key_path));
}

static void put_key(const struct home *home, const char *text, size_t len)
{
	g_assert_true(g_file_set_contents_full(
		home->key_path, text, (gssize)len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void secrets_need_their_key(void)
{
	struct home home;
	g_autofree char *key = NULL;
	home_init(&home, NULL);
	home_open(&home);
	give_variable(&home, "A", "canary-4711");
	home_close(&home);
	g_assert_true(g_file_get_contents(home.key_path, &key, NULL, NULL));
	g_assert_cmpint(strlen(key), ==, 65);

	g_remove(home.key_path);
	assert_refused(&home, "(variables and connections: 1) cannot be read");
	g_assert_false(g_file_test(home.key_path, G_FILE_TEST_EXISTS));
	put_key(&home, OTHER_KEY "\n", 65);
	assert_refused(&home, "holds another key");

	put_key(&home, key, 65);
	home_open(&home);
	g_autofree char *value = variable_value(&home, "A", NULL);
	g_assert_cmpstr(value, ==, "canary-4711");
	home_remove(&home);
}

static void without_secrets_any_key_will_do(void)
{
	struct home home;
	home_init(&home, NULL);
	home_open(&home);
	home_close(&home);
	g_remove(home.key_path);
	home_open(&home);
	home_close(&home);
	put_key(&home, OTHER_KEY, 64);
	home_open(&home);
	give_variable(&home, "A", "x");
	home_close(&home);
	put_key(&home, OTHER_KEY "\r\n", 66);
	home_open(&home);
	g_autofree char *value = variable_value(&home, "A", NULL);
	g_assert_cmpstr(value, ==, "x");
	home_remove(&home);
}

static void a_key_file_that_is_none_is_refused(void)
{
	static const struct {
		const char *text;
		size_t len;
	} files[] = {{"", 0}, {"\n", 1}, {"00112233", 8}, {OTHER_KEY "0", 65}, {OTHER_KEY " x", 66},
		{OTHER_KEY OTHER_KEY, 128}, {OTHER_KEY "\0", 65}, {"\xef\xbb\xbf" OTHER_KEY, 67},
		{"zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", 64}};
	struct home home;
	home_init(&home, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		put_key(&home, files[i].text, files[i].len);
		assert_refused(&home, "64 hexadecimal digits");
	}
	put_key(&home, OTHER_KEY, 64);
	g_assert_cmpint(g_chmod(home.key_path, 0640), ==, 0);
	assert_refused(&home, "chmod it to 600");
	g_remove(home.key_path);
	g_assert_cmpint(g_mkdir(home.key_path, 0700), ==, 0);
	assert_refused(&home, "is not a regular file");
	g_assert_cmpint(g_rmdir(home.key_path), ==, 0);
	home_open(&home);
	home_remove(&home);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-secret/a_variable_comes_back_as_it_was_given",
		a_variable_comes_back_as_it_was_given);
	g_test_add_func("/store-secret/a_connection_comes_back_as_it_was_given",
		a_connection_comes_back_as_it_was_given);
	g_test_add_func(
		"/store-secret/no_file_holds_a_secret_in_clear", no_file_holds_a_secret_in_clear);
	g_test_add_func("/store-secret/files_are_the_owners_only", files_are_the_owners_only);
	g_test_add_func("/store-secret/a_sealed_value_opens_in_its_own_place_only",
		a_sealed_value_opens_in_its_own_place_only);
	g_test_add_func("/store-secret/secrets_need_their_key", secrets_need_their_key);
	g_test_add_func(
		"/store-secret/without_secrets_any_key_will_do", without_secrets_any_key_will_do);
	g_test_add_func("/store-secret/a_key_file_that_is_none_is_refused",
		a_key_file_that_is_none_is_refused);
	return g_test_run();
}
