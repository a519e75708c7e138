/*
 * memory.h
 *		An allocator for tests: counts what is taken and given back, and can
 *		run out by longjmp, as palloc does.
 */
#ifndef UNIT_MEMORY_H
#define UNIT_MEMORY_H

#include <setjmp.h>
#include <stddef.h>

#include "rw.h"

typedef struct TestBlock TestBlock;

typedef struct TestMemory
{
	RwMemory	engine;			/* to be given to the engine */
	TestBlock  *blocks;			/* all that live */
	size_t		live;			/* blocks */
	size_t		taken;			/* blocks, ever */
	size_t		allowed;		/* blocks that may still be taken */
	jmp_buf		out;			/* where to leave when none may */
} TestMemory;

/* A memory without end. */
extern void memory_init(TestMemory *memory);

/* Release all that lives, as the end of a memory context does. */
extern void memory_reset(TestMemory *memory);

#endif							/* UNIT_MEMORY_H */
