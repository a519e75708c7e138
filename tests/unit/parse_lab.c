/*
 * parse_lab.c
 *		The tool's parser of command lines, for tests/t/176_docs_commands.pl.
 *
 *	parse_lab <LINES
 *
 * A line is the words behind "qsrepl", with tabs between.  Prints a line for
 * each: "ok" and the command's words, or what the parser complains of.  Nothing
 * is run.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "cli/parse.h"

#define MAX_WORDS 64

static int
cut(char *line, char **words)
{
	static char program[] = "qsrepl";
	int			n = 0;

	words[n++] = program;
	while (n < MAX_WORDS && line != NULL)
	{
		char	   *tab = strchr(line, '\t');

		if (tab != NULL)
			*tab++ = '\0';
		words[n++] = line;
		line = tab;
	}
	return n;
}

int
main(void)
{
	Line		line = {NULL, 0, 0, false};
	char	   *words[MAX_WORDS];

	dup2(STDOUT_FILENO, STDERR_FILENO);
	while (lines_next(stdin, &line))
	{
		const CliGroup *group;
		CliCall		call;
		CliWish		wish = cli_parse(cut(line.bytes, words), words, &call,
									 &group);

		if (wish != CLI_MISTAKE)
			printf("ok %s\n", call.command != NULL ? call.command->words : "");
		fflush(stdout);
		puts("--");
		fflush(stdout);
		cli_call_free(&call);
	}
	lines_free(&line);
	return 0;
}
