/* SPDX-License-Identifier: MIT */
/* Completion in a shell, made from the table of commands. */
#pragma once

#include "cli/command.h"

/* Each gives a script to be read by that shell: g_free. */
char *completion_bash(const struct noun *nouns);
char *completion_zsh(const struct noun *nouns);
char *completion_fish(const struct noun *nouns);
