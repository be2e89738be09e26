/* SPDX-License-Identifier: MIT */
/* The text of a DAG without its schedule, so that only what is asked for runs. */
#pragma once

#include <stddef.h>

/*
 * The document with `schedule: null` and without `catchup`, every line where it was: g_free. A
 * document that is not written with one key a line is returned as it is.
 */
char *unscheduled_text(const char *text, size_t len);
