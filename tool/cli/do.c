/*
 * do.c
 *		The command line that remote_command ends in.
 */
#include "cli/commands.h"
#include "cmd/cert/ready.h"
#include "cmd/cert/transport.h"
#include "cmd/do.h"
#include "server/act.h"

static int
run_do(const CliCall *call)
{
	return cmd_do(cli_value(call, "config"), call->operand,
				  cli_value(call, "site"));
}

static const CliOption options[] = {
	{.name = "site",.argument = "SITE",.required = true,
	.help = "the site, which must be this machine's"},
	{.name = NULL}
};

const CliCommand cli_do = {
	.words = "do",
	.summary = "one act at this machine's server, as a plan's step needs it",
	.operand = {.name = "ACT",.words = SERVER_ACTS " " TRANSPORT_ACTS " " CERT_READY_ACT},
	.globals = CLI_CONFIG | CLI_VERBOSE,
	.options = options,
	.about =
	"What qsrepl at the other site calls by remote_command.  state prints a\n"
	"JSON document; start and stop are the server's; standby writes the files\n"
	"that make it start as a standby, primary takes standby.signal away; hold\n"
	"and release write the settings file of a standby; fence closes the server for\n"
	"all but superusers; reach logs in at the other site for replication;\n"
	"transport makes and registers the site's transport key, certificates\n"
	"installs what the active site has sealed for it.\n",
	.run = run_do
};
