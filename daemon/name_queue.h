/* SPDX-License-Identifier: MIT */
/* Names that wait for their turn, each once, in the order in which they came. */
#pragma once

#include <stdbool.h>

struct name_queue;

struct name_queue *name_queue_new(void);
void name_queue_free(struct name_queue *queue);

/* One that waits already keeps its place. */
void name_queue_add(struct name_queue *queue, const char *name);
/* The first of them, which does not wait any more: g_free. NULL: none does. */
char *name_queue_take(struct name_queue *queue);
bool name_queue_has(const struct name_queue *queue, const char *name);
bool name_queue_is_empty(const struct name_queue *queue);
