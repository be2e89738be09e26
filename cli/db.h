/* SPDX-License-Identifier: MIT */
/* The verbs of `dagctl db` that have a file of their own. */
#pragma once

#include "cli/command_line.h"

int db_backup(struct invocation *invocation);
int db_clean(struct invocation *invocation);

extern const struct option db_backup_options[], db_clean_options[];
