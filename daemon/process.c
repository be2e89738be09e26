/* SPDX-License-Identifier: MIT */
#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <jansson.h>

#include "lib/base/instant.h"
#include "lib/base/memory.h"

/* About thirty descriptors are open when nothing happens. */
enum { MMAP_THRESHOLD = 256 * 1024, TRIM_THRESHOLD = 1024 * 1024, DESCRIPTORS_MIN = 64 };

/*
 * Secrets come and go. Many files may be open: one or two for each worker. What was large goes back
 * to the system when it is freed, at whatever size glibc has seen before; not the few hundred KB
 * that each of many files takes to be read.
 */
static bool limits_set(struct rlimit *files, GError **error)
{
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
	memory_close();
	if (getrlimit(RLIMIT_NOFILE, files) != 0)
		g_error("cannot find out how many files may be open: %m");
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){files->rlim_max, files->rlim_max});
	if (files->rlim_max >= DESCRIPTORS_MIN)
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"at most %lu files may be open, dagd needs %d: raise the limit (LimitNOFILE= of "
		"its unit, or ulimit -n)",
		(unsigned long)files->rlim_max, DESCRIPTORS_MIN);
	return false;
}

static void forget(void *memory)
{
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* Its callers take NULL for a value that is not there, and would go on with half of what they had.
 */
static void *json_take(size_t size)
{
	return g_malloc(size);
}

uv_loop_t *process_begin(struct rlimit *files, GError **error)
{
	/* Where libuv itself gets no memory, it ends without a word. */
	uv_replace_allocator(g_malloc, g_realloc, g_malloc0_n, g_free);
	/* Passwords and keys arrive as JSON, of which the parser makes copies of its own. */
	json_set_alloc_funcs(json_take, forget);
	if (!limits_set(files, error))
		return NULL;
	uv_loop_t *loop = uv_default_loop();
	if (!loop)
		g_set_error(error, LIB_ERROR, 0, "the event loop cannot be made: %s",
			g_strerror(errno));
	return loop;
}

char *process_boot_id(GError **error)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (n <= 0)
		g_set_error(error, LIB_ERROR, 0,
			"cannot read \"%s\", which tells what runs still from what ended with the "
			"machine: %s; dagd's unit must not have ProcSubset=pid",
			path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return n > 0 ? g_strdup(g_strstrip(text)) : NULL;
}

char **process_operator_env(void)
{
	static const char *const kept[] = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG",
		"LANGUAGE", "TZ", "TMPDIR", NULL};
	char **environment = g_get_environ();
	GPtrArray *env = g_ptr_array_new();
	for (char **entry = environment; *entry; entry++) {
		g_autofree char *name = g_strndup(*entry, strcspn(*entry, "="));
		static const char *const prefixes[] = {"LC_", "AWS_", "SSL_", "PG", "http", "HTTP",
			"no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy"};
		bool is_kept = g_strv_contains(kept, name);
		for (size_t i = 0; !is_kept && i < G_N_ELEMENTS(prefixes); i++)
			is_kept = g_str_has_prefix(name, prefixes[i]);
		if (is_kept)
			g_ptr_array_add(env, g_strdup(*entry));
	}
	g_strfreev(environment);
	g_ptr_array_add(env, NULL);
	return (char **)g_ptr_array_free(env, FALSE);
}

char **process_command_env(void)
{
	static const char *const withheld[] = {"DAGD_CONN_", "DAGD_VAR_", "AIRFLOW_CONN_",
		"AIRFLOW_VAR_", "NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_"};
	char **environment = g_get_environ();
	GPtrArray *env = g_ptr_array_new();
	for (char **entry = environment; *entry; entry++) {
		bool is_withheld = false;
		for (size_t i = 0; !is_withheld && i < G_N_ELEMENTS(withheld); i++)
			is_withheld = g_str_has_prefix(*entry, withheld[i]);
		if (!is_withheld)
			g_ptr_array_add(env, g_strdup(*entry));
	}
	g_strfreev(environment);
	g_ptr_array_add(env, NULL);
	return (char **)g_ptr_array_free(env, FALSE);
}
