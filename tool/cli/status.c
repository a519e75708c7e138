/*
 * status.c
 *		The command line of the verbs that only look.
 */
#include "cli/commands.h"
#include "cmd/check.h"
#include "cmd/status/status.h"

static int
run_status(const CliCall *call)
{
	return cmd_status(cli_value(call, "config"), cli_is_on(call, "json") ?
					  "json" : cli_value(call, "format"),
					  cli_is_on(call, "watch"));
}

static int
run_is_active(const CliCall *call)
{
	return cmd_is_active(cli_value(call, "config"), call->operand,
						 cli_value(call, "database"),
						 cli_is_on(call, "quiet"), cli_is_on(call, "json"));
}

static int
run_check(const CliCall *call)
{
	return cmd_check(cli_value(call, "config"), cli_is_on(call, "strict"),
					 cli_is_on(call, "json"));
}

static const CliOption status_options[] = {
	{.name = "watch",.help = "again each second, until Ctrl-C"},
	{.name = "format",.argument = "FORMAT",.otherwise = "text",
	.words = "text json prometheus",.help = "how it is printed"},
	{.name = NULL}
};

const CliCommand cli_status = {
	.words = "status",
	.summary = "show where both sites stand",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = status_options,
	.about =
	"Exit code 7 where a site does not answer or a database could not be\n"
	"read.  All sites together take no longer than connect_timeout, nor do the\n"
	"name servers.\n",
	.run = run_status
};

static const CliOption is_active_options[] = {
	{.name = "database",.argument = "NAME",
	.help = "the database to ask, instead of the first one"},
	{.name = "quiet",.help = "tell it by the exit code only"},
	{.name = NULL}
};

const CliCommand cli_is_active = {
	.words = "is-active",
	.summary = "tell by exit code whether a site is the active one",
	.operand = {.name = "SITE"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = is_active_options,
	.about =
	"For the probes of load balancers: one connection, at most two seconds.\n"
	"Exit code 0 where the site's server is a primary, localized and not\n"
	"fenced; 1 where it answers and is not; 7 where it could not be reached.\n"
	"Prints \"active\", or what it is instead: standby, fenced, wrong-site,\n"
	"none, foreign, restored, unknown, unreachable.\n",
	.run = run_is_active
};

static const CliOption check_options[] = {
	{.name = "strict",.help = "count warnings as failures"},
	{.name = NULL}
};

const CliCommand cli_check = {
	.words = "check",
	.summary = "tell whether the passive site is ready to take over",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = check_options,
	.about =
	"Looks at both sites and changes nothing.  Exit code 0 where they are\n"
	"ready for switchover and for failover, 1 where they are not.  What is\n"
	"\"at risk\" is what a failover at this moment would lose.\n",
	.run = run_check
};
