/* SPDX-License-Identifier: MIT */
/* A file that exists in memory only, for the password that a program reads from a file. */
#pragma once

#include <glib.h>

/*
 * A file of mode 0600 with this text. A program started afterwards reads it as
 * /proc/self/fd/RESULT: the descriptor is inherited, as is only fit for a process that starts one
 * program. -1 with an error.
 */
int secret_file_make(const char *text, GError **error);

/* The path of a descriptor as the program that inherits it names it. */
char *inherited_path(int fd);
