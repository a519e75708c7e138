/*
 * ask.c
 *		Questions at the terminal.
 */
#include "cmd/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "platform/system.h"

bool
ask_possible(void)
{
	return plat_is_terminal(stdin);
}

char *
ask_line(const char *question)
{
	Line		line = {0};
	size_t		begin;

	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	if (!lines_next(stdin, &line))
	{
		lines_free(&line);
		return NULL;
	}
	while (line.len > 0 && strchr(" \t\r", line.bytes[line.len - 1]) != NULL)
		line.bytes[--line.len] = '\0';
	begin = strspn(line.bytes, " \t");
	memmove(line.bytes, line.bytes + begin, line.len - begin + 1);
	return line.bytes;
}

bool
ask_confirmed(const char *question)
{
	char	   *answer = ask_line(question);
	bool		confirmed = answer != NULL && strcmp(answer, "yes") == 0;

	free(answer);
	return confirmed;
}
