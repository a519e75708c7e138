/*
 * help.h
 *		Help on standard output, made from the table of commands.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* Print the help: of the program, of a group of commands, of a command. */
extern void cli_help_all(void);
extern void cli_help_group(const CliGroup *group);
extern void cli_help_command(const CliCommand *command);

#endif							/* CLI_HELP_H */
