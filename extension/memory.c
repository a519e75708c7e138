/*
 * memory.c
 *		The rewrite engine's allocators on top of memory contexts.
 *
 * IDENTIFICATION
 *		extension/memory.c
 */
#include "qsrepl.h"

#include "utils/memutils.h"

#include "compat.h"

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

/* Leaves room before the bytes, so that they become a text as they are. */
static void *
allocate_text(void *arg, size_t size)
{
	return (char *) MemoryContextAllocHuge(CurrentMemoryContext,
										   size + VARHDRSZ) + VARHDRSZ;
}

static void
release_text(void *arg, void *pointer)
{
	pfree((char *) pointer - VARHDRSZ);
}

const RwMemory qsrepl_text_memory = {allocate_text, release_text, NULL};

Datum
qsrepl_finish_text(char *bytes, size_t len)
{
	text	   *result = (text *) (bytes - VARHDRSZ);

	SET_VARSIZE(result, len + VARHDRSZ);
	return PointerGetDatum(result);
}

RwMemory
qsrepl_memory_in(MemoryContext context)
{
	RwMemory	memory = {allocate_in, release, context};

	return memory;
}
