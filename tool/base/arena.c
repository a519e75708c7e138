/*
 * arena.c
 *		Memory that is freed all at once.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define QUOTE_MAX 80

/* The bytes follow; the widest types keep them aligned. */
struct ArenaPiece
{
	union
	{
		ArenaPiece *before;
		long double widest;
	}			head;
};

void *
arena_alloc(Arena *arena, size_t size)
{
	ArenaPiece *piece = mem_alloc(sizeof(ArenaPiece) + size);

	piece->head.before = arena->last;
	arena->last = piece;
	return memset(piece + 1, 0, size);
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
		ArenaPiece *piece = arena->last;

		arena->last = piece->head.before;
		free(piece);
	}
}
