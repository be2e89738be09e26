/* SPDX-License-Identifier: MIT */
/* What pg_restore says while it restores: passed on to the log, its errors weighed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

struct report {
	const json_t *harmless; /* the task's list of texts, or NULL */
	GString *error;         /* the one that is being told, with all its lines; empty: none */
	char *first_error;      /* the first that is not harmless, its first line */
	int64_t n_errors, n_harmless;
	int64_t n_ignored; /* as pg_restore sums up; 0: it does not */
};

void report_open(struct report *report, const json_t *harmless);
void report_close(struct report *report);

/* A tool_line_reader; `data` is the report. */
void report_line(void *data, const char *line);

/* After the last line: whether an exit code of 1 means no more than errors that do no harm. */
bool report_is_harmless(struct report *report);
