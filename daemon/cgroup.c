/* SPDX-License-Identifier: MIT */
#include "daemon/cgroup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <glib.h>

#include "lib/wire/cgroup.h"

/* Of the lines of /proc/self/mountinfo the mount point of the first cgroup2. */
static char *mount_point(void)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);
		if (strstr(*line, " - cgroup2 ") && g_strv_length(words) > 4)
			return g_strdup(words[4]);
	}
	return NULL;
}

/* The cgroup that this process is in. */
static char *own_path(void)
{
	g_autofree char *text = NULL, *mount = mount_point();
	if (!mount || !g_file_get_contents("/proc/self/cgroup", &text, NULL, NULL))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, "0::/"))
			return g_build_filename(mount, *line + strlen("0::"), NULL);
	return NULL;
}

/* systemd marks what it has delegated; root alone reads the second name. */
static bool is_delegated(const char *path)
{
	static const char *const names[] = {"user.delegate", "trusted.delegate"};
	char value[8];
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (getxattr(path, names[i], value, sizeof value) == 1 && value[0] == '1')
			return true;
	return false;
}

/* Tries it. */
static bool is_usable(const char *path, const char *suffix, char **why)
{
	g_autofree char *probe = g_strdup_printf("%s/probe%s", path, suffix);
	cgroup_remove(probe); /* left when dagd was killed here */
	int code = cgroup_make(probe);
	if (code == 0) {
		cgroup_remove(probe);
		return true;
	}
	*why = code == -ENOTSUP
		? g_strdup_printf("in \"%s\" cgroups cannot be killed as a whole: it is none of "
				  "version 2, or the kernel is older than 5.14",
			path)
		: g_strdup_printf("no cgroup can be made in \"%s\": %s", path, g_strerror(-code));
	return false;
}

char *cgroup_suffix(const char *state_folder)
{
	struct stat state = {0};
	stat(state_folder, &state);
	return g_strdup_printf("-%jx-%jx", (uintmax_t)state.st_dev, (uintmax_t)state.st_ino);
}

char *cgroup_find(const char *configured, const char *suffix, char **why)
{
	g_autofree char *path = configured && *configured ? g_strdup(configured) : own_path();
	if (!path) {
		*why = g_strdup("there are no cgroups of version 2");
		return NULL;
	}
	if (!(configured && *configured) && !is_delegated(path)) {
		*why = g_strdup("dagd's own cgroup was not delegated to it");
		return NULL;
	}
	return is_usable(path, suffix, why) ? g_steal_pointer(&path) : NULL;
}
