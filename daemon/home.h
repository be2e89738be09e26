/* SPDX-License-Identifier: MIT */
/* Where dagd keeps its things: one folder, or the ones systemd gives it. */
#pragma once

#include <stdbool.h>

#include <glib.h>

struct home {
	char *path;      /* NULL under systemd's folders */
	char *config;    /* dagd.yaml; need not exist */
	char *dags;      /* default of core.dags_folder */
	char *operators; /* plugins */
	char *logs;
	char *state;  /* 0700 */
	char *socket; /* run/dagd.sock */
};

/*
 * `path` (the option --home) or NULL: $DAGD_HOME, else the folders that systemd passes
 * (CONFIGURATION_DIRECTORY, STATE_DIRECTORY, LOGS_DIRECTORY, RUNTIME_DIRECTORY), else ~/dagd.
 * False: none can be told.
 */
bool home_find(const char *path, struct home *home, GError **error);
/*
 * Makes the folders that are missing, the private ones 0700. False and a sentence when it cannot be
 * written, or the state would be on another machine's disk.
 */
bool home_make(const struct home *home, GError **error);
void home_clear(struct home *home);
/* The name of a network's file system, by its number in statfs(2); NULL: it is none. */
const char *filesystem_remote_name(long type);

/*
 * Takes the lock on the state folder, which lasts as long as the process and is not inherited. -1
 * with an error that names the holder's pid (code HOME_BUSY) when another dagd has it.
 */
enum home_error { HOME_FAILED, HOME_BUSY };
#define HOME_ERROR (g_quark_from_static_string("dagd-home"))
int home_lock(const struct home *home, GError **error);
/* Whether another boot of the machine stands in the lock's file: it stopped while a dagd ran. */
bool home_was_cut(int lock, const char *boot_id);
/* Leaves there during which boot dagd runs. */
void home_sign(int lock, const char *boot_id);
/* It has ended in good order. */
void home_sign_off(int lock);
