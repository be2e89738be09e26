/* SPDX-License-Identifier: MIT */
/* How an attempt ended, as the RESULT frame that says so. */
#pragma once

#include "worker/attempt.h"

/* Its program has ended with this status of waitpid. */
void outcome_of_status(struct attempt *attempt, int status);
/* Its program never ran. */
void outcome_of_failure(struct attempt *attempt, const char *error);
