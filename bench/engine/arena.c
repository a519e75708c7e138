/*
 * arena.c
 *		Memory for results: taken by moving a pointer, given back at once.
 *
 * All peers that run in this process use it, so that none is measured by its
 * malloc.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define ARENA_SIZE ((size_t) 64 * 1024 * 1024)

static char *arena;
static size_t arena_used;

void *
heap_alloc(size_t size)
{
	void	   *pointer = malloc(size > 0 ? size : 1);

	if (pointer == NULL)
	{
		fprintf(stderr, "engine: error: out of memory\n");
		exit(1);
	}
	return pointer;
}

void *
arena_alloc(size_t size)
{
	void	   *result;

	if (arena == NULL)
		arena = heap_alloc(ARENA_SIZE);
	size = (size + 15) & ~(size_t) 15;
	if (size > ARENA_SIZE - arena_used)
	{
		fprintf(stderr, "engine: error: the arena is too small\n");
		exit(1);
	}
	result = arena + arena_used;
	arena_used += size;
	return result;
}

void
arena_reset(void)
{
	arena_used = 0;
}

static void *
from_arena(void *arg, size_t size)
{
	(void) arg;
	return arena_alloc(size);
}

static void
to_arena(void *arg, void *pointer)
{
	(void) arg;
	(void) pointer;
}

static void *
from_heap(void *arg, size_t size)
{
	(void) arg;
	return heap_alloc(size);
}

static void
to_heap(void *arg, void *pointer)
{
	(void) arg;
	free(pointer);
}

const RwMemory arena_memory = {from_arena, to_arena, NULL};
const RwMemory heap_memory = {from_heap, to_heap, NULL};
