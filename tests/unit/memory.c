/*
 * memory.c
 *		An allocator for tests.
 *
 * Each block is a malloc() of its own, so that the sanitizers and valgrind
 * see every byte outside of one.
 */
#include "memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct TestBlock
{
	TestBlock  *previous;
	TestBlock  *next;
	void	   *bytes;			/* what the engine sees */
	uint64_t	unused;			/* keeps the bytes behind aligned */
};

static void *
take(void *arg, size_t size)
{
	TestMemory *memory = arg;
	TestBlock  *block;

	if (memory->allowed == 0)
		longjmp(memory->out, 1);
	memory->allowed--;
	block = malloc(sizeof(TestBlock) + size);
	if (block == NULL)
	{
		puts("out of memory");
		exit(1);
	}
	block->previous = NULL;
	block->next = memory->blocks;
	block->bytes = block + 1;
	if (memory->blocks != NULL)
		memory->blocks->previous = block;
	memory->blocks = block;
	memory->live++;
	memory->taken++;
	return block->bytes;
}

static void
give_back(void *arg, void *pointer)
{
	TestMemory *memory = arg;
	TestBlock  *block = (TestBlock *) pointer - 1;

	if (block->previous != NULL)
		block->previous->next = block->next;
	else
		memory->blocks = block->next;
	if (block->next != NULL)
		block->next->previous = block->previous;
	memory->live--;
	free(block);
}

void
memory_init(TestMemory *memory)
{
	memory->engine.allocate = take;
	memory->engine.release = give_back;
	memory->engine.arg = memory;
	memory->blocks = NULL;
	memory->live = 0;
	memory->taken = 0;
	memory->allowed = SIZE_MAX;
}

void
memory_reset(TestMemory *memory)
{
	while (memory->blocks != NULL)
		give_back(memory, memory->blocks->bytes);
}
