/*
 * lines.h
 *		Reading a text file line by line, any bytes, any length.
 */
#ifndef TOOL_LINES_H
#define TOOL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A buffer that is used again for each line; free it with lines_free(). */
typedef struct Line
{
	char	   *bytes;			/* with a NUL behind them */
	size_t		len;			/* without the line feed */
	size_t		capacity;
	bool		ended;			/* a line feed was there */
} Line;

/*
 * lines_next
 *		Read the next line; false at the end of the file or on an error, which
 *		ferror() tells.
 */
extern bool lines_next(FILE *file, Line *line);
extern void lines_free(Line *line);

#endif							/* TOOL_LINES_H */
