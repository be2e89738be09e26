/* SPDX-License-Identifier: MIT */
/*
 * A lock is a file that is flocked; its content says by whom. A document in the server could be
 * seen by other machines, too, but would need rights that who restores does not have, and outlive
 * whoever died. The file is removed by its owner while it is locked, so who got the lock of a
 * removed file looks again.
 */
#include "operators/mongorestore/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/instant.h"

enum { OWNER_SIZE_MAX = 1024 };

/* The server by what it says of itself, for one has many names: its replica set, else itself. */
static char *server_identity(mongoc_client_t *client, const char *place)
{
	bson_t *command = BCON_NEW("hello", BCON_INT32(1));
	bson_t reply;
	bson_iter_t field, inner;
	char *identity = NULL;
	bool is_told = mongoc_client_command_simple(client, "admin", command, NULL, &reply, NULL);
	if (is_told && bson_iter_init_find(&field, &reply, "setName")
		&& BSON_ITER_HOLDS_UTF8(&field)) {
		g_autofree char *set = g_strdup(bson_iter_utf8(&field, NULL));
		bool has_hosts = bson_iter_init_find(&field, &reply, "hosts")
			&& BSON_ITER_HOLDS_ARRAY(&field) && bson_iter_recurse(&field, &inner)
			&& bson_iter_next(&inner) && BSON_ITER_HOLDS_UTF8(&inner);
		identity = g_strdup_printf(
			"%s of %s", set, has_hosts ? bson_iter_utf8(&inner, NULL) : "");
	} else if (is_told && bson_iter_init(&field, &reply)
		&& bson_iter_find_descendant(&field, "topologyVersion.processId", &inner)
		&& BSON_ITER_HOLDS_OID(&inner)) {
		char text[25];
		bson_oid_to_string(bson_iter_oid(&inner), text);
		identity = g_strdup(text);
	}
	bson_destroy(&reply);
	bson_destroy(command);
	return identity ? identity : g_strdup(place);
}

/* In a folder that everybody may write to only what is ours alone can be trusted. */
static char *folder_make(GError **error)
{
	struct stat about;
	g_autofree char *folder = g_strdup_printf("/var/tmp/dagd-restores-%u", geteuid());
	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		g_set_error(error, LIB_ERROR, 0, "cannot make the folder of locks %s: %s", folder,
			g_strerror(errno));
		return NULL;
	}
	if (lstat(folder, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid()
		&& (about.st_mode & 077) == 0)
		return g_steal_pointer(&folder);
	g_set_error(error, LIB_ERROR, 0,
		"%s, where locks of restores are kept, is not a folder that only this user may "
		"open; remove it",
		folder);
	return NULL;
}

static char *owner_read(int fd)
{
	char text[OWNER_SIZE_MAX];
	ssize_t n = pread(fd, text, sizeof text, 0);
	return n > 0 ? g_utf8_make_valid(text, n) : g_strdup("it does not say which");
}

/* A full disk only leaves it out. */
static void owner_write(int fd)
{
	const char *dag = g_getenv("DAGD_DAG_ID"), *task = g_getenv("DAGD_TASK_ID");
	g_autofree char *now = instant_iso_z(g_get_real_time() / SECOND_US * SECOND_US);
	g_autofree char *of = dag && task ? g_strdup_printf("%s.%s, ", dag, task) : g_strdup("");
	g_autofree char *text = g_strdup_printf("%sprocess %d, since %s", of, (int)getpid(), now);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
		return;
}

/* The descriptor; -1 with an error; -2: the file was removed meanwhile. */
static int file_lock(const char *path, const char *database, GError **error)
{
	struct stat about;
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		g_set_error(error, LIB_ERROR, 0, "cannot make the lock %s: %s", path,
			g_strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		g_autofree char *owner = owner_read(fd);
		g_set_error(error, LIB_ERROR, 0,
			"another restore into database \"%s\" is running (%s); this one has "
			"changed nothing",
			database, owner);
		close(fd);
		return -1;
	}
	if (fstat(fd, &about) == 0 && about.st_nlink == 0) {
		close(fd);
		return -2;
	}
	owner_write(fd);
	/* Until mongorestore, which inherits it, has ended, too. */
	fcntl(fd, F_SETFD, 0);
	return fd;
}

static bool database_lock(struct locks *locks, const char *folder, const char *identity,
	const char *database, GError **error)
{
	g_autofree char *key = g_strdup_printf("%s/%s", identity, database);
	g_autofree char *name = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	int fd;
	do
		fd = file_lock(path, database, error);
	while (fd == -2);
	if (fd < 0)
		return false;
	g_array_append_val(locks->descriptors, fd);
	g_ptr_array_add(locks->paths, g_steal_pointer(&path));
	return true;
}

bool locks_take(mongoc_client_t *client, const char *place, const char *const *databases,
	struct locks *locks, GError **error)
{
	locks->descriptors = g_array_new(FALSE, FALSE, sizeof(int));
	locks->paths = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *identity = server_identity(client, place);
	g_autofree char *folder = folder_make(error);
	bool are_taken = folder != NULL;
	for (size_t i = 0; are_taken && databases[i]; i++)
		are_taken = database_lock(locks, folder, identity, databases[i], error);
	return are_taken;
}

void locks_release(struct locks *locks)
{
	for (guint i = 0; locks->paths && i < locks->paths->len; i++) {
		unlink(locks->paths->pdata[i]);
		close(g_array_index(locks->descriptors, int, i));
	}
	g_clear_pointer(&locks->paths, g_ptr_array_unref);
	g_clear_pointer(&locks->descriptors, g_array_unref);
}
