/* SPDX-License-Identifier: MIT */
/* A file that exists in memory only, for the password that a program reads from a file. */
#pragma once

#include <glib.h>

/*
 * A file of mode 0600 with this text. The program that is run with it as its `secret_fd` (tool.h)
 * reads it as /proc/self/fd/RESULT; no other program inherits it. -1 with an error.
 */
int secret_file_make(const char *text, GError **error);

/* The path of a descriptor as the program that inherits it names it. */
char *inherited_path(int fd);
