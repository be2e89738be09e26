/* SPDX-License-Identifier: MIT */
/* A process may open so many files: some are kept for what must go on when there are no more. */
#pragma once

#include <stdbool.h>

/* For whom there must always be some that the next ones do not take: above all for the store, for
 * files, and for workers that come back. */
enum descriptor_use { DESCRIPTOR_OF_CLIENT, DESCRIPTOR_OF_TASK };

/*
 * Whether the descriptor, the lowest that was free, is none of the last ones, which are kept back
 * from this use. Who serves one client or one task more asks before it keeps the descriptor.
 */
bool descriptor_is_spare(int fd, enum descriptor_use use);

/* Whether accept() failed with this errno for want of something that the next call would want, too:
 * who accepts rests for a while. */
bool descriptor_is_lacking(int error);
