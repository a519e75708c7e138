/*
 * arena.h
 *		Memory that is freed all at once.
 */
#ifndef TOOL_ARENA_H
#define TOOL_ARENA_H

#include <stddef.h>

#include "base/text.h"

typedef struct ArenaBlock ArenaBlock;

/* Begin with {NULL}. */
typedef struct Arena
{
	ArenaBlock *last;			/* the newest; each knows the one before */
} Arena;

/*
 * arena_alloc, arena_strdup, arena_printf
 *		Memory that lives until arena_free(); arena_alloc() clears it.  A lack
 *		of memory ends the program, as in memory.h.
 */
extern void *arena_alloc(Arena *arena, size_t size);
extern char *arena_strdup(Arena *arena, const char *string);
extern char *arena_printf(Arena *arena, const char *format,...)
			TEXT_PRINTF(2, 3);

/*
 * arena_quote
 *		A copy to show in a message: control characters become '?', and what is
 *		longer than 80 bytes is cut at a character's border and ends in "...".
 */
extern const char *arena_quote(Arena *arena, const char *string);

/* Free everything; the arena is empty again. */
extern void arena_free(Arena *arena);

#endif							/* TOOL_ARENA_H */
