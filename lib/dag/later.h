/* SPDX-License-Identifier: MIT */
/*
 * What the language has, or people know from Airflow, and this version cannot obey: refused by name
 * rather than accepted and ignored. A feature that is built moves its row into the table of keys.
 */
#pragma once

#include "lib/dag/reading.h"

extern const struct later_key dag_later[], task_later[];
/* What a key is called here that has another name elsewhere, or NULL. */
const char *key_elsewhere(const char *name);
