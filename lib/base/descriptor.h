/* SPDX-License-Identifier: MIT */
/* A process may open so many files: some are kept for what must go on when there are no more. */
#pragma once

#include <stdbool.h>

/*
 * Whether the descriptor, the lowest that was free, is none of the last ones that are kept back:
 * for the store, for files, and for workers that come back. Who serves one client or one task more
 * asks before it keeps the descriptor.
 */
bool descriptor_is_spare(int fd);
