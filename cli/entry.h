/* SPDX-License-Identifier: MIT */
/* What `variables`, `connections` and `pools` do alike with one entry. */
#pragma once

#include "cli/command_line.h"

/* `delete NAME`: of the list `nouns` of the API; the answer of the verb. */
int entry_delete(struct invocation *invocation, const char *nouns, const char *noun);
