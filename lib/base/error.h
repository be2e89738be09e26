/* SPDX-License-Identifier: MIT */
/* Sentences for the user that may quote anything: one line of UTF-8, whatever was quoted. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/* The error domain of lib/: one sentence for the user, the code is always 0. */
#define LIB_ERROR (g_quark_from_static_string("dagd"))

/*
 * Sets an error of LIB_ERROR from text_one_line() of the message, and returns false, so that a
 * check may end with it. Use it instead of g_set_error() where a word of the user is quoted.
 */
bool error_say(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * The text as one line of valid UTF-8; control characters and what turns the direction of text are
 * escaped, of a very long text the words in its middle are left out.
 */
char *text_one_line(const char *text);

/* How many bytes of what jansson says come before what it quotes, which may be a secret. */
int complaint_size(const char *complaint);

/* What breaks a line, or reaches a terminal as a command or as text read backwards. */
bool char_is_dangerous(gunichar c);
