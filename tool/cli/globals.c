/*
 * globals.c
 *		Options that many commands take; they may stand before the command too.
 */
#include "cli/command.h"
#include "config/paths.h"

const CliOption cli_globals[] = {
	{.name = "config",.argument = "FILE",.variable = "QSREPL_CONFIG",
		.otherwise = CONFIG_DEFAULT_FILE,
	.help = "the configuration file"},
	{.name = "json",.variable = "QSREPL_JSON",
	.help = "print one JSON document"},
	{.name = "dry-run",.variable = "QSREPL_DRY_RUN",
	.help = "show what would be done, and do nothing"},
	{.name = "yes",.variable = "QSREPL_YES",
	.help = "confirm what would else be asked"},
	{.name = "verbose",.variable = "QSREPL_VERBOSE",
	.help = "tell more on standard error"},
	{.name = NULL}
};
