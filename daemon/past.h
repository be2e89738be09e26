/* SPDX-License-Identifier: MIT */
/* Which run was before another one: the engine asks, the store knows. */
#pragma once

#include "daemon/daemon.h"

/* Answers EFFECT_FIND_PAST once that is durable. */
void past_find(struct daemon *daemon, const struct run_record *run, bool is_of_schedule);
