/*
 * complain.h
 *		Reports of what is wrong with a command line.  All return false.
 */
#ifndef CLI_COMPLAIN_H
#define CLI_COMPLAIN_H

#include "base/report.h"
#include "cli/command.h"

/* With a hint to look at the help. */
extern bool cli_complain(const char *format,...) REPORT_PRINTF(1, 2);

/* With the nearest known one.  command and group may be NULL. */
extern bool cli_complain_option(const CliCommand *command, const char *word);
extern bool cli_complain_command(const CliGroup *group, const char *word);

/* With the values that are possible. */
extern bool cli_complain_value(const CliOption *option, const char *value);
extern bool cli_complain_variable(const CliOption *option, const char *words,
								  const char *value);

#endif							/* CLI_COMPLAIN_H */
