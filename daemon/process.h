/* SPDX-License-Identifier: MIT */
/* What the system gives to dagd's own process, and what of it operators get. */
#pragma once

#include <sys/resource.h>

#include <glib.h>
#include <uv.h>

/*
 * Sets dagd's own limits and makes its loop. NULL: it has too few descriptors to begin. *files is
 * the limit of descriptors that it was given, and that tasks are to have.
 */
uv_loop_t *process_begin(struct rlimit *files, GError **error);
/* Another one after each start of the machine: g_free. */
char *process_boot_id(GError **error);
/* What secrets.command inherits: all but what is a secret itself, or systemd's for dagd alone.
 * g_strfreev. */
char **process_command_env(void);
/* What operators inherit: nothing that was meant for dagd alone. g_strfreev. */
char **process_operator_env(void);
