/* SPDX-License-Identifier: MIT */
/* What `--help` prints: all nouns, the verbs of one, or one command with its options. */
#pragma once

#include "cli/command_line.h"

/* About as much of the command line as was named: g_free. */
char *help_text(const struct noun *nouns, const struct invocation *invocation);
