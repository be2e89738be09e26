/* SPDX-License-Identifier: MIT */
/*
 * memory.so: preloaded into dagd by memory.py, it lets allocations fail.
 *
 *   MEMORY_FIRST   which of them is the first to fail, counted from 1
 *   MEMORY_STAYS   set: so do all after it
 *   MEMORY_COUNT   a file into which the number of them is written when the process ends well
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static struct {
	const char *count; /* NULL: nobody wants to know */
	long first;        /* 0: none */
	bool stays;
	atomic_long n;
} memory;

__attribute__((constructor)) static void memory_begin(void)
{
	const char *first = getenv("MEMORY_FIRST");
	memory.count = getenv("MEMORY_COUNT");
	memory.stays = getenv("MEMORY_STAYS") != NULL;
	atomic_store(&memory.n, 0);
	memory.first = first ? strtol(first, NULL, 10) : 0;
}

__attribute__((destructor)) static void memory_end(void)
{
	FILE *file = memory.count ? fopen(memory.count, "w") : NULL;
	if (!file)
		return;
	fprintf(file, "%ld\n", atomic_load(&memory.n));
	fclose(file);
}

static bool fails(void)
{
	long n = atomic_fetch_add_explicit(&memory.n, 1, memory_order_relaxed) + 1;
	if (memory.first == 0 || n < memory.first || (n > memory.first && !memory.stays))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
