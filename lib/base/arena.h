/* SPDX-License-Identifier: MIT */
/*
 * Memory that lives and dies together: everything parsed from one DAG file is allocated here and
 * freed by one call.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include <glib.h>

struct arena;

struct arena *arena_new(void);

/* Frees all that was ever allocated in it, after running the cleanups, last one first. NULL is
 * fine. */
void arena_free(struct arena *arena);

/* Zeroed memory aligned for any type; never NULL (out of memory aborts). */
void *arena_alloc(struct arena *arena, size_t size);

/* `n` zeroed elements of `size` bytes. */
void *arena_array(struct arena *arena, size_t n, size_t size);

char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Calls release(object) when the arena is freed: for what is owned elsewhere, such as a json_t. */
void arena_adopt(struct arena *arena, void *object, void (*release)(void *object));
