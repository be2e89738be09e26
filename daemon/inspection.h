/* SPDX-License-Identifier: MIT */
/*
 * After the machine stopped without warning, with dagd on it, a disk that lied about its syncs may
 * have damaged the database: all of it is read once, beside all else, one table after the other.
 */
#pragma once

struct daemon;

/* When it finds damage, no task begins any more, and health says why. */
void inspection_begin(struct daemon *daemon);
