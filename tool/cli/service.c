/*
 * service.c
 *		The command line of "qsrepl service".
 */
#include "cli/commands.h"
#include "cmd/service.h"

/* What all of them take. */
static ServiceCall
request_of(const CliCall *call, const char *verb)
{
	return (ServiceCall)
	{
		.file = cli_value(call, "config"),
			.verb = verb,
			.site = cli_value(call, "site"),
			.node = cli_value(call, "node"),
			.json = cli_is_on(call, "json")
	};
}

static int
look(const CliCall *call, const char *verb)
{
	const ServiceCall request = request_of(call, verb);

	return cmd_service(&request);
}

static int
change(const CliCall *call, const char *verb)
{
	ServiceCall request = request_of(call, verb);

	request.dry_run = cli_is_on(call, "dry-run");
	request.yes = cli_is_on(call, "yes");
	return cmd_service(&request);
}

static int
run_list(const CliCall *call)
{
	return look(call, "list");
}

static int
run_status(const CliCall *call)
{
	return look(call, "status");
}

static int
run_stop(const CliCall *call)
{
	return change(call, "stop");
}

static int
run_start(const CliCall *call)
{
	ServiceCall request = request_of(call, "start");

	request.dry_run = cli_is_on(call, "dry-run");
	request.yes = cli_is_on(call, "yes");
	request.force = cli_is_on(call, "force");
	request.no_probe = cli_is_on(call, "no-probe");
	return cmd_service(&request);
}

static int
run_passive(const CliCall *call)
{
	return change(call, "passive");
}

static int
run_active(const CliCall *call)
{
	return change(call, "active");
}

static const CliOption look_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "this site's nodes; without it, those of all sites"},
	{.name = "node",.argument = "NODE",.help = "this node only"},
	{.name = NULL}
};

static const CliOption change_options[] = {
	{.name = "site",.argument = "SITE",.required = true,
	.help = "the site whose nodes are worked on"},
	{.name = "node",.argument = "NODE",.help = "this node only"},
	{.name = NULL}
};

static const CliOption start_options[] = {
	{.name = "site",.argument = "SITE",.required = true,
	.help = "the site whose nodes are worked on"},
	{.name = "node",.argument = "NODE",.help = "this node only"},
	{.name = "force",
	.help = "also where the databases are not this site's own"},
	{.name = "no-probe",.help = "ask nothing over HTTP"},
	{.name = NULL}
};

#define CHANGES \
	(CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE)

const CliCommand cli_service_list = {
	.words = "service list",
	.summary = "list the services of Qlik Sense on the nodes",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = look_options,
	.about =
	"Exit code 7 where a node does not answer, or has no such services.\n",
	.run = run_list
};

const CliCommand cli_service_status = {
	.words = "service status",
	.summary = "list them, and tell whether they could be stopped and started",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = look_options,
	.about =
	"Asks each node for the rights to stop, start and configure, and uses\n"
	"none of them.  Exit code 1 where one lacks, 7 where a node does not\n"
	"answer.\n",
	.run = run_status
};

const CliCommand cli_service_stop = {
	.words = "service stop",
	.summary = "stop a site's services, rims first, and wait for it",
	.globals = CHANGES,
	.options = change_options,
	.about =
	"The repository's database stays up.  A service that does not stop in\n"
	"stop_timeout, and a node that does not answer, are told at the end;\n"
	"everything else is stopped.  May be run again.\n",
	.run = run_stop
};

const CliCommand cli_service_start = {
	.words = "service start",
	.summary = "start a site's services, central node first, and probe them",
	.globals = CHANGES,
	.options = start_options,
	.about =
	"The site's databases must be localized.  The central node's dispatcher,\n"
	"bootstrap_command, repository and probe come first, then the rest of it,\n"
	"then the rims.  Disabled services are left alone.\n",
	.run = run_start
};

const CliCommand cli_service_passive = {
	.words = "service passive",
	.summary = "let no service of a site start with its machine",
	.globals = CHANGES,
	.options = change_options,
	.about =
	"Start types become manual and recovery actions are cleared; what they\n"
	"were is recorded in the database.  Nothing is stopped.\n",
	.run = run_passive
};

const CliCommand cli_service_active = {
	.words = "service active",
	.summary = "give services the start types back that they had",
	.globals = CHANGES,
	.options = change_options,
	.run = run_active
};

static const CliOption work_options[] = {
	{.name = "node",.argument = "NODE",.required = true,.help = "the node"},
	{.name = NULL}
};

static int
run_work(const CliCall *call)
{
	return cmd_service_work(cli_value(call, "config"),
							cli_value(call, "node"));
}

const CliCommand cli_service_work = {
	.words = "service work",
	.summary = "what a session with a node runs",
	.globals = CLI_CONFIG,
	.options = work_options,
	.run = run_work
};
