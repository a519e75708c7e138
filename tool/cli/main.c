/*
 * main.c
 *		The qsrepl command: parse the command line, run the command.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "base/secret.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/table.h"
#include "platform/system.h"

static int
help(const CliCall *call, const CliGroup *group)
{
	if (call->command != NULL)
		cli_help_command(call->command);
	else if (group != NULL)
		cli_help_group(group);
	else
		cli_help_all();
	return EXIT_OK;
}

/* Only on a terminal that shows it, and not against the user's wish. */
static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return (no == NULL || no[0] == '\0') && plat_is_terminal(stderr) &&
		(term == NULL || strcmp(term, "dumb") != 0);
}

static int
version(void)
{
	printf("qsrepl %s\n", QSREPL_VERSION);
	return EXIT_OK;
}

static int
run(const CliCall *call)
{
	if ((call->command->globals & CLI_VERBOSE) != 0)
		report_set_verbose(cli_is_on(call, "verbose"));
	return call->command->run(call);
}

/* What could not be printed was not done. */
static int
finish(int code)
{
	if (code == EXIT_SYSTEM || (fflush(stdout) == 0 && !ferror(stdout)))
		return code;
	report_errorf(NULL, "could not write to standard output: %s",
				  strerror(errno));
	return EXIT_SYSTEM;
}

int
main(int argc, char **argv)
{
	CliCall		call;
	const CliGroup *group;
	int			code = EXIT_USAGE;

	/* Before anything else has memory of libcrypto. */
	secret_memory();
	report_set_colour(wants_colour());
	switch (cli_parse(argc, argv, &call, &group))
	{
		case CLI_RUN:
			code = run(&call);
			break;
		case CLI_HELP:
			code = help(&call, group);
			break;
		case CLI_VERSION:
			code = version();
			break;
		case CLI_MISTAKE:
			break;
	}
	cli_call_free(&call);
	return finish(code);
}
