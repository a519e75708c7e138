/*
 * parse.h
 *		From words to a call of a command.
 */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/command.h"

/* What the words ask for. */
typedef enum CliWish
{
	CLI_RUN,					/* *call is to be run */
	CLI_HELP,					/* help for call->command, or group, or all */
	CLI_VERSION,
	CLI_MISTAKE					/* reported; exit with EXIT_USAGE */
} CliWish;

/*
 * cli_parse
 *		Parse a command line.
 *
 * in:     argv, which *call points into afterwards
 * out:    *call, to be freed with cli_call_free() whatever is returned;
 *         *group: set where help for a group of commands is wanted
 */
extern CliWish cli_parse(int argc, char **argv, CliCall *call,
						 const CliGroup **group);
extern void cli_call_free(CliCall *call);

#endif							/* CLI_PARSE_H */
