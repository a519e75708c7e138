/*
 * commands.c
 *		The table of all commands, in the order of the help.
 */
#include "cli/commands.h"

const CliGroup cli_groups[] = {
	{"config", "validate and show the configuration"},
	{"setup", "set up the database servers of the sites"},
	{"rules", "test and try the rules of rewriting"},
	{"completion", "print a script for a shell's completion"},
	{"docs", "print what is made from the tool's own tables"},
	{NULL, NULL}
};

const CliCommand *const cli_commands[] = {
	&cli_init,
	&cli_config_check,
	&cli_config_show,
	&cli_setup_primary,
	&cli_setup_standby,
	&cli_setup_publisher,
	&cli_setup_subscriber,
	&cli_status,
	&cli_is_active,
	&cli_check,
	&cli_rules_test,
	&cli_rules_rewrite,
	&cli_completion_bash,
	&cli_docs_man,
	&cli_docs_configuration,
	NULL
};
