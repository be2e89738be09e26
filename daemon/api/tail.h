/* SPDX-License-Identifier: MIT */
/* Follows the logs of one task, try by try, and gives their text in whole lines. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct tail {
	unsigned try_number; /* the one being read; 0: none yet */
	int64_t offset;
	int fd; /* -1: not open yet */
};

/*
 * The next text of a log file: up to 64 KiB, of a log that goes on whole lines only. NULL: nothing
 * new. Valid UTF-8; g_free.
 */
char *tail_read(struct tail *tail, const char *path, bool goes_on);
/* Another file follows. */
void tail_next(struct tail *tail, unsigned try_number);
void tail_close(struct tail *tail);
