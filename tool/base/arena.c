/*
 * arena.c
 *		Memory that is freed all at once.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define QUOTE_MAX 80

/*
 * Small things share a block, since there may be as many as files.  It is 0 for
 * a sanitizer, which knows each thing's end only where it is alone.
 */
#ifndef ARENA_BLOCK_SIZE
#define ARENA_BLOCK_SIZE 16384
#endif
#define SMALL_MAX (ARENA_BLOCK_SIZE / 16)

/* The widest types, so that what follows one is aligned for all. */
typedef union Widest
{
	long double number;
	void	   *pointer;
	int64_t		integer;
} Widest;

/* The bytes follow. */
struct ArenaBlock
{
	ArenaBlock *before;
	size_t		used;			/* bytes */
	size_t		size;
	Widest		bytes[];
};

/* A block that what comes next is taken from, or one behind that. */
static ArenaBlock *
new_block(Arena *arena, size_t size, bool next)
{
	ArenaBlock *block = mem_alloc(sizeof(ArenaBlock) + size);
	ArenaBlock **place = next || arena->last == NULL ? &arena->last :
	&arena->last->before;

	block->before = *place;
	block->used = 0;
	block->size = size;
	*place = block;
	return block;
}

void *
arena_alloc(Arena *arena, size_t size)
{
	ArenaBlock *block = arena->last;
	size_t		room = (size + sizeof(Widest) - 1) / sizeof(Widest) *
	sizeof(Widest);
	char	   *bytes;

	if (room > SMALL_MAX)
		block = new_block(arena, room, false);
	else if (block == NULL || block->size - block->used < room)
		block = new_block(arena, ARENA_BLOCK_SIZE, true);
	bytes = (char *) block->bytes + block->used;
	block->used += room;
	return memset(bytes, 0, size);
}

char *
arena_strdup(Arena *arena, const char *string)
{
	size_t		size = strlen(string) + 1;

	return memcpy(arena_alloc(arena, size), string, size);
}

char *
arena_printf(Arena *arena, const char *format,...)
{
	va_list		args;
	int			len;
	char	   *text;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return arena_strdup(arena, format);
	text = arena_alloc(arena, (size_t) len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t) len + 1, format, args);
	va_end(args);
	return text;
}

/* Does a character of UTF-8 go on with this byte? */
static bool
continues(char c)
{
	return ((unsigned char) c & 0xC0) == 0x80;
}

const char *
arena_quote(Arena *arena, const char *string)
{
	size_t		len = strlen(string);
	char	   *copy;

	if (len > QUOTE_MAX)
	{
		len = QUOTE_MAX - 3;
		while (len > 0 && continues(string[len]))
			len--;
		copy = arena_printf(arena, "%.*s...", (int) len, string);
	}
	else
		copy = arena_strdup(arena, string);
	for (char *c = copy; *c != '\0'; c++)
		if ((unsigned char) *c < 0x20 || *c == 0x7F)
			*c = '?';
	return copy;
}

void
arena_free(Arena *arena)
{
	while (arena->last != NULL)
	{
		ArenaBlock *block = arena->last;

		arena->last = block->before;
		free(block);
	}
}
