/* SPDX-License-Identifier: MIT */
/* Which collections of the target a restore would write, as mongorestore itself tells. */
#pragma once

#include <stdbool.h>

#include <glib.h>

struct targets {
	GPtrArray *collections; /* `shop.orders`, sorted, each once; NULL-terminated */
	GPtrArray *databases;   /* the same of their databases */
	GPtrArray *sources;     /* the same of the collections as the dump names them */
};

/*
 * Lets mongorestore, whose command line `argv` (NULL-terminated) is and which reads `config_fd`,
 * look at dump and renamings without touching the target. `targets` is filled on success: clear it.
 */
bool targets_find(const char *const *argv, int config_fd, struct targets *targets, GError **error);

void targets_clear(struct targets *targets);
