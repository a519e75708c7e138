/*
 * lines.c
 *		Reading a text file line by line.
 */
#include "base/lines.h"

#include <stdlib.h>

#include "base/memory.h"

bool
lines_next(FILE *file, Line *line)
{
	int			c = EOF;

	line->len = 0;
	line->ended = false;
	for (;;)
	{
		if (line->len + 1 >= line->capacity)
		{
			line->capacity = line->capacity > 0 ? line->capacity * 2 : 4096;
			line->bytes = mem_grow(line->bytes, line->capacity);
		}
		c = getc(file);
		if (c == EOF || c == '\n')
			break;
		line->bytes[line->len++] = (char) c;
	}
	line->bytes[line->len] = '\0';
	line->ended = c == '\n';
	return line->ended || line->len > 0;
}

void
lines_free(Line *line)
{
	free(line->bytes);
	line->bytes = NULL;
	line->len = line->capacity = 0;
}
