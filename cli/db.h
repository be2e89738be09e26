/* SPDX-License-Identifier: MIT */
/* The verbs of `dagctl db` that have a file of their own. */
#pragma once

#include "cli/command_line.h"

int db_clean(struct invocation *invocation);

extern const struct option db_clean_options[];
