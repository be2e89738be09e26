/* SPDX-License-Identifier: MIT */
/* dagd's own log: one line each on stderr; with journal priorities under systemd, with times
 * elsewhere. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "lib/base/problem.h"

enum journal_level { JOURNAL_ERROR = 3, JOURNAL_WARNING = 4, JOURNAL_INFO = 6, JOURNAL_DEBUG = 7 };

/* Takes over what libraries and the last words before an abort would write to standard error. */
void journal_open(void);
/* "debug", "info", "warning", "error"; false: no such level. */
bool journal_set_level(const char *name);
/* Never waits: a line that standard error does not take at once is left out, and counted in a later
 * one. From any thread. */
void journal(enum journal_level level, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A line for each, as an error or a warning. */
void journal_problems(const struct problems *problems);
/* A message of sd_notify (`READY=1`); nothing outside of systemd. */
void journal_notify(const char *state);
