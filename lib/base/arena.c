/* SPDX-License-Identifier: MIT */
#include "lib/base/arena.h"

#include <stdio.h>
#include <string.h>

/* Of ten thousand small arenas each takes little; a large one soon grows by large blocks. */
enum { BLOCK_SIZE_FIRST = 1024, BLOCK_SIZE_MAX = 16 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	max_align_t memory[];
};

struct cleanup {
	struct cleanup *next;
	void *object;
	void (*release)(void *object);
};

struct arena {
	struct block *blocks; /* the one in use first */
	size_t block_size;    /* of the next one */
	struct cleanup *cleanups;
};

struct arena *arena_new(void)
{
	struct arena *arena = g_new0(struct arena, 1);
	arena->block_size = BLOCK_SIZE_FIRST;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	/* The cleanups are memory of the arena themselves: they run while all of it is still there.
	 */
	for (struct cleanup *cleanup = arena->cleanups; cleanup; cleanup = cleanup->next)
		cleanup->release(cleanup->object);
	while (arena->blocks) {
		struct block *block = arena->blocks;
		arena->blocks = block->next;
		g_free(block);
	}
	g_free(arena);
}

static struct block *block_new(size_t size)
{
	struct block *block = g_malloc0(sizeof(*block) + size);
	block->size = size;
	return block;
}

/* A large object gets a block of its own behind the one in use, whose free end is not given up. */
static void *alloc_large(struct arena *arena, size_t size)
{
	struct block *block = block_new(size);
	block->used = size;
	struct block **link = arena->blocks ? &arena->blocks->next : &arena->blocks;
	block->next = *link;
	*link = block;
	return block->memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	g_assert(size <= G_MAXSSIZE);
	size = MAX((size + sizeof(max_align_t) - 1) / sizeof(max_align_t), 1) * sizeof(max_align_t);
	if (size > BLOCK_SIZE_MAX / 4)
		return alloc_large(arena, size);
	if (!arena->blocks || arena->blocks->size - arena->blocks->used < size) {
		struct block *block = block_new(MAX(arena->block_size, size));
		block->next = arena->blocks;
		arena->blocks = block;
		arena->block_size = MIN(arena->block_size * 2, (size_t)BLOCK_SIZE_MAX);
	}
	void *memory = (char *)arena->blocks->memory + arena->blocks->used;
	arena->blocks->used += size;
	return memory;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t total;
	g_assert(!__builtin_mul_overflow(n, size, &total));
	return arena_alloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	len = strnlen(text, len);
	char *copy = arena_alloc(arena, len + 1);
	memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char few[128];
	va_start(arguments, format);
	int len = vsnprintf(few, sizeof few, format, arguments);
	va_end(arguments);
	if ((size_t)len < sizeof few)
		return arena_strndup(arena, few, (size_t)len);
	char *text = arena_alloc(arena, (size_t)len + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return text;
}

void arena_adopt(struct arena *arena, void *object, void (*release)(void *object))
{
	struct cleanup *cleanup = arena_alloc(arena, sizeof(*cleanup));
	*cleanup = (struct cleanup){.next = arena->cleanups, .object = object, .release = release};
	arena->cleanups = cleanup;
}
