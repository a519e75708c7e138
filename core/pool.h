/*
 * pool.h
 *		Memory of one owner, freed at once: strings and arrays that grow.
 */
#ifndef RW_POOL_H
#define RW_POOL_H

#include "rw.h"

typedef struct RwChunk RwChunk;

typedef struct RwPool
{
	RwMemory	mem;
	RwChunk    *chunks;			/* newest first */
} RwPool;

extern void rw_pool_init(RwPool *pool, const RwMemory *mem);
extern void rw_pool_free(RwPool *pool);

/* Memory that lives as long as the pool. */
extern void *rw_pool_alloc(RwPool *pool, size_t size);
extern char *rw_pool_copy(RwPool *pool, const char *bytes, size_t len);

/*
 * rw_grow
 *		Make room for one more element of an array from mem.
 *
 * in:     *capacity, used: in elements; element in bytes
 * out:    the array, moved or not; *capacity updated
 */
extern void *rw_grow(const RwMemory *mem, void *array, size_t *capacity,
					 size_t used, size_t element);

#endif							/* RW_POOL_H */
