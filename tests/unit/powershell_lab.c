/*
 * powershell_lab.c
 *		tool/powershell from the command line, for tests/t/116_powershell.pl.
 *
 *	powershell_lab SCRIPT DEADLINE_MS PARAMETERS WAY... <LINES
 *
 * WAY is the ssh_command of a node that is named "P1".  Prints what the script
 * writes, with sorted members, and then "ok", or "error" and the error's three
 * parts, a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "powershell/powershell.h"

static void
print_line(void *arg, const json_t * line)
{
	char	   *text = json_dumps(line, JSON_SORT_KEYS | JSON_COMPACT);

	(void) arg;
	puts(text);
	fflush(stdout);
	free(text);
}

static size_t
read_lines(char ***lines)
{
	Line		line = {NULL, 0, 0, false};
	size_t		n = 0;

	*lines = NULL;
	while (lines_next(stdin, &line))
	{
		*lines = mem_grow(*lines, (n + 1) * sizeof(char *));
		(*lines)[n++] = mem_strdup(line.bytes);
	}
	lines_free(&line);
	return n;
}

int
main(int argc, char **argv)
{
	ConfigNode	node = {.name = "P1"};
	Error		error = ERROR_NONE;
	char	  **lines;
	PowershellCall call = {.node = &node,.on_line = print_line};
	bool		good;

	if (argc < 4)
		return 2;
	call.script = argv[1];
	call.deadline_ms = (int) strtol(argv[2], NULL, 10);
	call.parameters = json_loads(argv[3], 0, NULL);
	node.ssh_command.words = (const char *const *) argv + 4;
	node.ssh_command.n = (size_t) argc - 4;
	call.n_lines = read_lines(&lines);
	call.lines = (const char *const *) lines;
	good = powershell_run(&call, &error);
	if (good)
		puts("ok");
	else
		printf("error\nmessage: %s\ndetail: %s\nhint: %s\n", error.message,
			   error.detail != NULL ? error.detail : "",
			   error.hint != NULL ? error.hint : "");
	error_free(&error);
	json_decref(call.parameters);
	for (size_t i = 0; i < call.n_lines; i++)
		free(lines[i]);
	free(lines);
	return good ? 0 : 1;
}
