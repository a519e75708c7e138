/*
 * usage.h
 *		Pieces that help and manual share.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "base/text.h"
#include "cli/command.h"

/* "rules rewrite --mappings FILE --site SITE [OPTION]..." */
extern void cli_usage_add(Text *text, const CliCommand *command);

/* The help of an option, with values, default and variable behind it. */
extern void cli_usage_option(Text *text, const CliOption *option);

/* Does the command take an option that need not be given? */
extern bool cli_usage_has_options(const CliCommand *command);

#endif							/* CLI_USAGE_H */
