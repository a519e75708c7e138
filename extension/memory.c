/*
 * memory.c
 *		The rewrite engine's allocator on top of memory contexts.
 *
 * IDENTIFICATION
 *		extension/memory.c
 */
#include "qsrepl.h"

#include "utils/memutils.h"

static void *
allocate_current(void *arg, size_t size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, size);
}

static void *
allocate_in(void *arg, size_t size)
{
	return MemoryContextAllocHuge((MemoryContext) arg, size);
}

static void
release(void *arg, void *pointer)
{
	pfree(pointer);
}

const RwMemory qsrepl_memory = {allocate_current, release, NULL};

RwMemory
qsrepl_memory_in(MemoryContext context)
{
	RwMemory	memory = {allocate_in, release, context};

	return memory;
}
