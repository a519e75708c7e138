/*
 * memory.h
 *		Memory that is there or ends the program.
 */
#ifndef TOOL_MEMORY_H
#define TOOL_MEMORY_H

#include <stddef.h>

#include "rw.h"

/* The engine's allocator on top of the functions below. */
extern const RwMemory mem_engine;

/*
 * mem_alloc, mem_grow, mem_strdup
 *		As malloc, realloc and strdup; on failure an error is printed and the
 *		program exits with EXIT_OUT_OF_MEMORY.  The caller frees with free().
 */
extern void *mem_alloc(size_t size);
extern void *mem_grow(void *old, size_t size);
extern char *mem_strdup(const char *string);

#endif							/* TOOL_MEMORY_H */
