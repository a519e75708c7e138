/*
 * option.c
 *		Reading long options.
 */
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cli/command.h"

int
cli_option(int argc, char **argv, int *i, const char *name,
		   const char **value)
{
	const char *word = argv[*i];
	size_t		len = strlen(name);

	if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, len) != 0)
		return 0;
	if (word[2 + len] == '=')
	{
		*value = word + 2 + len + 1;
		return 1;
	}
	if (word[2 + len] != '\0')
		return 0;
	if (*i + 1 >= argc)
	{
		report_errorf(NULL, "option \"%s\" needs a value", word);
		return -1;
	}
	*value = argv[++*i];
	return 1;
}

int
cli_unexpected(const char *argument, const char *command)
{
	report_errorf("Try --help behind the command.",
				  argument[0] == '-' ?
				  "option \"%s\" is not recognized by \"%s\"" :
				  "argument \"%s\" is more than \"%s\" takes",
				  argument, command);
	return EXIT_USAGE;
}
