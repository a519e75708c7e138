/*
 * pool.c
 *		Memory of one owner, freed at once.
 */
#include "pool.h"

#include <string.h>

#define CHUNK_SIZE ((size_t) 16 * 1024)

struct RwChunk
{
	RwChunk    *next;
	size_t		size;			/* bytes behind this header */
	size_t		used;
};

void
rw_pool_init(RwPool *pool, const RwMemory *mem)
{
	pool->mem = *mem;
	pool->chunks = NULL;
}

void
rw_pool_free(RwPool *pool)
{
	RwChunk    *chunk = pool->chunks;

	while (chunk != NULL)
	{
		RwChunk    *next = chunk->next;

		pool->mem.release(pool->mem.arg, chunk);
		chunk = next;
	}
	pool->chunks = NULL;
}

void *
rw_pool_alloc(RwPool *pool, size_t size)
{
	RwChunk    *chunk = pool->chunks;
	char	   *result;

	size = (size + 15) & ~(size_t) 15;
	if (chunk == NULL || chunk->size - chunk->used < size)
	{
		size_t		space = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		chunk = pool->mem.allocate(pool->mem.arg,
								   sizeof(RwChunk) + 16 + space);
		chunk->next = pool->chunks;
		chunk->size = space;
		chunk->used = 0;
		pool->chunks = chunk;
	}
	result = (char *) (chunk + 1) + chunk->used;
	chunk->used += size;
	return result;
}

char *
rw_pool_copy(RwPool *pool, const char *bytes, size_t len)
{
	char	   *copy = rw_pool_alloc(pool, len + 1);

	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

void *
rw_grow(const RwMemory *mem, void *array, size_t *capacity, size_t used,
		size_t element)
{
	size_t		wanted;
	void	   *larger;

	if (used < *capacity)
		return array;
	wanted = *capacity == 0 ? 16 : *capacity * 2;
	larger = mem->allocate(mem->arg, wanted * element);
	if (array != NULL)
	{
		memcpy(larger, array, used * element);
		mem->release(mem->arg, array);
	}
	*capacity = wanted;
	return larger;
}
