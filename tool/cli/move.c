/*
 * move.c
 *		The command line of the verbs that move the active role.
 */
#include "cli/commands.h"
#include "cmd/move/move.h"

#define GLOBALS \
	(CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE)

static MoveRequest
request_of(const CliCall *call, const char *site)
{
	return (MoveRequest)
	{
		.file = cli_value(call, "config"),
			.site = site,
			.dry_run = cli_is_on(call, "dry-run"),
			.yes = cli_is_on(call, "yes"),
			.json = cli_is_on(call, "json")
	};
}

static const CliOption switchover_options[] = {
	{.name = "to",.argument = "SITE",.required = true,
	.help = "the site that becomes active"},
	{.name = "drain",.argument = "DURATION",
		.help = "how long to wait for running tasks, instead of drain_timeout; "
	"0: not at all"},
	{.name = "force",
	.help = "go on although \"qsrepl check\" fails"},
	{.name = NULL}
};

static int
run_switchover(const CliCall *call)
{
	MoveRequest request = request_of(call, cli_value(call, "to"));

	request.drain = cli_value(call, "drain");
	request.force = cli_is_on(call, "force");
	return cmd_switchover(&request);
}

const CliCommand cli_switchover = {
	.words = "switchover",
	.summary = "move the active role to the other site; nothing is lost",
	.globals = GLOBALS,
	.options = switchover_options,
	.about =
	"Fences and stops the active site's server, waits until the other one has\n"
	"everything, promotes it, and brings the former one back as its standby.\n"
	"May be run at either site.  A run that has stopped is gone on with by\n"
	"\"qsrepl resume\" or undone by \"qsrepl abort\", at either site.  Exit code\n"
	"1: the role has moved, but something is left, which is told: the former\n"
	"active site, services of a node, a share, the alias.\n",
	.run = run_switchover
};

static const CliOption failover_options[] = {
	{.name = "to",.argument = "SITE",.required = true,
	.help = "the site that becomes active, which must be this machine's"},
	{.name = "accept-data-loss",.argument = "BOUND",
		.help = "how much may be lost: bytes as in 16MB, a time as in 30s, or "
	"unknown"},
	{.name = "force-active",.argument = "SITE",
	.help = "the active site: go on although it lives"},
	{.name = NULL}
};

static int
run_failover(const CliCall *call)
{
	MoveRequest request = request_of(call, cli_value(call, "to"));

	request.accept = cli_value(call, "accept-data-loss");
	request.force_active = cli_value(call, "force-active");
	return cmd_failover(&request);
}

const CliCommand cli_failover = {
	.words = "failover",
	.summary = "take over when the active site is lost",
	.globals = GLOBALS,
	.options = failover_options,
	.about =
	"Looks for signs of life of the active site first, and stops at any.  Says\n"
	"what may be lost, which must be accepted: at the terminal, or by\n"
	"--accept-data-loss; --yes alone does not do it.  What the other site wrote\n"
	"since it was last heard is not known, and told so.  Where file shares are\n"
	"configured, a time must cover their content, too; bytes do not.\n",
	.run = run_failover
};

static const CliOption rejoin_options[] = {
	{.name = "rebuild",
	.help = "take a new base backup without trying pg_rewind"},
	{.name = NULL}
};

static int
run_rejoin(const CliCall *call)
{
	MoveRequest request = request_of(call, call->operand);

	request.rebuild = cli_is_on(call, "rebuild");
	return cmd_rejoin(&request);
}

const CliCommand cli_rejoin = {
	.words = "rejoin",
	.summary = "bring a former active site back as a standby",
	.operand = {.name = "SITE"},
	.globals = GLOBALS,
	.options = rejoin_options,
	.about =
	"Run it at that site's machine, after a failover.  What the site had\n"
	"committed and the active one never got is listed and saved first; then\n"
	"pg_rewind brings its data to those of the active site, or, where that\n"
	"cannot be, they are moved aside and a base backup is taken.  The site's own\n"
	"configuration files are kept.  Files of shares that only the site has, or\n"
	"that are newer there, are moved aside first.  It stops there: \"qsrepl\n"
	"failback\" goes on.\n",
	.run = run_rejoin
};

static int
run_failback(const CliCall *call)
{
	const MoveRequest request = request_of(call, call->operand);

	return cmd_failback(&request);
}

const CliCommand cli_failback = {
	.words = "failback",
	.summary = "bring a former active site back and make it active again",
	.operand = {.name = "SITE"},
	.globals = GLOBALS,
	.about =
	"\"qsrepl rejoin SITE\", a pause until you say yes, then \"qsrepl switchover\n"
	"--to SITE\".  Run it at that site's machine.\n",
	.run = run_failback
};

static int
run_maintenance_begin(const CliCall *call)
{
	const MoveRequest request = request_of(call, NULL);

	return cmd_maintenance_begin(&request);
}

static int
run_maintenance_end(const CliCall *call)
{
	const MoveRequest request = request_of(call, NULL);

	return cmd_maintenance_end(&request);
}

const CliCommand cli_maintenance_begin = {
	.words = "maintenance begin",
	.summary = "hold the passive site as the way back of an upgrade",
	.globals = GLOBALS,
	.about =
	"Before Qlik Sense is upgraded at the active site: its services are stopped,\n"
	"then this lets the passive site get everything and holds it there.  The log\n"
	"is kept for it at the active site, up to max_slot_wal_keep_size.\n",
	.run = run_maintenance_begin
};

const CliCommand cli_maintenance_end = {
	.words = "maintenance end",
	.summary = "bring the passive site along after an upgrade",
	.globals = GLOBALS,
	.about =
	"The passive site follows again, which brings the upgrade's changes of the\n"
	"schema to it.  Waits until it has everything.\n",
	.run = run_maintenance_end
};

static int
run_resume(const CliCall *call)
{
	const MoveRequest request = request_of(call, NULL);

	return cmd_resume(&request);
}

static int
run_abort(const CliCall *call)
{
	const MoveRequest request = request_of(call, NULL);

	return cmd_abort(&request);
}

const CliCommand cli_resume = {
	.words = "resume",
	.summary = "bring a run that has stopped to its end",
	.globals = GLOBALS,
	.about =
	"Each step is looked at first; what is done already is not done again.\n"
	"Where this machine has no journal of the run, the one that was mirrored\n"
	"into the databases is used.\n",
	.run = run_resume
};

const CliCommand cli_abort = {
	.words = "abort",
	.summary = "undo a run that has stopped",
	.globals = GLOBALS,
	.about =
	"Undoes what was begun, in reverse order.  Refused from the promotion on,\n"
	"which cannot be undone: then \"qsrepl resume\" is the way.  Exit code 1: all\n"
	"is undone, but not all services of the active site run again.\n",
	.run = run_abort
};
