/* SPDX-License-Identifier: MIT */
/* Which names dag, task, run, variable and connection may have; none of them can be a path. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/*
 * dag_id, task_id, group_id, operator, parameter and variable names, connection ids:
 * `[A-Za-z0-9_.-]`, not starting with `.` or `-`, at most 240 bytes (Airflow's rule, less the
 * leading dot and what the name of a folder adds).
 */
bool ident_check(const char *what, const char *name, GError **error);

/* Of a task, or of a callback: `load@on_failure_callback`. */
bool task_id_check(const char *task_id, GError **error);

/* run_id: the same and `: + ~ @ =`, at most 200 bytes (Airflow's allowed_run_id_pattern and a cap
 * for file names). */
bool run_id_check(const char *run_id, GError **error);

/* Whether the value of a field or variable of this name is to be hidden (Airflow's default list:
 * password, secret, token ...). */
bool name_is_sensitive(const char *name);
