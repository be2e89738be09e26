/* SPDX-License-Identifier: MIT */
/* Two restores into one database would mix: who holds the lock restores. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <libpq-fe.h>

/*
 * Takes the lock of the session's database, whatever machine and name it was reached from; it is
 * held until the session ends, and so never outlives its program. An error at once, which says who
 * has it, when another restore runs.
 */
bool lock_take(PGconn *session, GError **error);

/* After the restore: an error when the session, and so the lock, was lost meanwhile. */
bool lock_check(PGconn *session, GError **error);
