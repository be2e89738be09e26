/* SPDX-License-Identifier: MIT */
/* The note on a run or on a task of it: shown, written, removed. */
#pragma once

#include "cli/command_line.h"

/* `path` is of what has the note; `text` NULL: the note is shown, unless --remove is given. */
int note(const struct invocation *invocation, const char *path, const char *text);

extern const struct option note_options[];
