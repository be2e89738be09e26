/* SPDX-License-Identifier: MIT */
/*
 * A dagd that one process has for itself (`dagctl dags test`) ends with it, however that ends: the
 * runs are cancelled first, for nobody would ever take their results.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

struct daemon;
struct leash;

/* The parent is the process that started this one. NULL and an error: it is gone already. */
struct leash *leash_open(struct daemon *daemon, int parent_pid, GError **error);
/* Its memory is freed when the loop has run once more. NULL is fine. */
void leash_close(struct leash *leash);
