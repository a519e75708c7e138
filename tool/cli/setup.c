/*
 * setup.c
 *		The command line of "qsrepl setup".
 */
#include "cli/commands.h"
#include "cmd/setup/setup.h"

#define GLOBALS \
	(CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE)

static SetupRequest
request_of(const CliCall *call)
{
	return (SetupRequest)
	{
		.file = cli_value(call, "config"),
			.site = cli_value(call, "site"),
			.dry_run = cli_is_on(call, "dry-run"),
			.yes = cli_is_on(call, "yes"),
			.json = cli_is_on(call, "json")
	};
}

static const CliOption primary_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site, which must be this machine's"},
	{.name = "no-restart",
	.help = "stop before the server is restarted, and say why it must be"},
	{.name = NULL}
};

static int
run_primary(const CliCall *call)
{
	SetupRequest request = request_of(call);

	request.no_restart = cli_is_on(call, "no-restart");
	return cmd_setup_primary(&request);
}

const CliCommand cli_setup_primary = {
	.words = "setup primary",
	.summary = "make this site's server the primary of the pair",
	.globals = GLOBALS,
	.options = primary_options,
	.about =
	"Without --site or --yes the site is asked for.  Settings, role, slots,\n"
	"extension, sites, mappings, profile: what is there already stays.  It may\n"
	"be run again at any time, also to go on with a run that has stopped.\n",
	.run = run_primary
};

static const CliOption standby_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site, which must be this machine's"},
	{.name = "discard-site",.argument = "SITE",
		.help = "the site again: its own data may go although the primary lacks "
	"some of it"},
	{.name = "rebuild",
	.help = "copy a standby anew that is there already"},
	{.name = NULL}
};

static int
run_standby(const CliCall *call)
{
	SetupRequest request = request_of(call);

	request.discard_site = cli_value(call, "discard-site");
	request.rebuild = cli_is_on(call, "rebuild");
	return cmd_setup_standby(&request);
}

const CliCommand cli_setup_standby = {
	.words = "setup standby",
	.summary = "make this site's server a standby of the primary",
	.globals = GLOBALS,
	.options = standby_options,
	.about =
	"Without --site or --yes the site is asked for.  What is in the data\n"
	"directory is moved aside under a dated name, never deleted; pg_hba.conf,\n"
	"pg_ident.conf and postgresql.conf are kept.  It may be run again at any\n"
	"time, also to go on with a run that has stopped.  A standby for which the\n"
	"primary no longer has the log is copied anew.\n",
	.run = run_standby
};

static const CliOption remove_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site, which must be this machine's"},
	{.name = "unfence",
	.help = "a server that is fenced may take changes again"},
	{.name = "no-restart",
	.help = "stop before the server is restarted, and say why it must be"},
	{.name = NULL}
};

static int
run_remove(const CliCall *call)
{
	SetupRequest request = request_of(call);

	request.unfence = cli_is_on(call, "unfence");
	request.no_restart = cli_is_on(call, "no-restart");
	return cmd_setup_remove(&request);
}

const CliCommand cli_setup_remove = {
	.words = "setup remove",
	.summary = "take qsrepl away from this site's server",
	.globals = GLOBALS,
	.options = remove_options,
	.about =
	"Without --site or --yes the site is asked for.  Subscriptions, slots,\n"
	"publications, triggers, the extension with its mappings and rules, the\n"
	"library and the settings go; the rows stay as they are.  Refused where the\n"
	"server is a standby, where another site still replicates from it, and where\n"
	"rows have another site's values.  It may be run again at any time, also to\n"
	"go on with a run that has stopped.\n",
	.run = run_remove
};

static const CliOption publisher_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site, which must be this machine's"},
	{.name = "no-restart",
	.help = "stop before the server is restarted, and say why it must be"},
	{.name = NULL}
};

static int
run_publisher(const CliCall *call)
{
	SetupRequest request = request_of(call);

	request.no_restart = cli_is_on(call, "no-restart");
	return cmd_setup_publisher(&request);
}

const CliCommand cli_setup_publisher = {
	.words = "setup publisher",
	.summary = "logical mode: let this site's databases be replicated",
	.globals = GLOBALS,
	.options = publisher_options,
	.about =
	"Without --site or --yes the site is asked for.  Settings, role, extension,\n"
	"sites, mappings, profile, publications of all tables by name: what is there\n"
	"already stays, and tables that are new are added.  It may be run again at\n"
	"any time, also to go on with a run that has stopped.\n",
	.run = run_publisher
};

static const CliOption subscriber_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site, which must be this machine's"},
	{.name = "discard-site",.argument = "SITE",
		.help = "the site again: its own databases may go although the publisher "
	"lacks some of their apps or users"},
	{.name = "no-restart",
	.help = "stop before the server is restarted, and say why it must be"},
	{.name = NULL}
};

static int
run_subscriber(const CliCall *call)
{
	SetupRequest request = request_of(call);

	request.discard_site = cli_value(call, "discard-site");
	request.no_restart = cli_is_on(call, "no-restart");
	return cmd_setup_subscriber(&request);
}

const CliCommand cli_setup_subscriber = {
	.words = "setup subscriber",
	.summary = "logical mode: make this site's databases copies of the "
	"publisher's",
	.globals = GLOBALS,
	.options = subscriber_options,
	.about =
	"Without --site or --yes the site is asked for.  The server is fenced, so\n"
	"that only replication writes; databases that were there are renamed, never\n"
	"dropped.  It waits until all rows have arrived.  It may be run again at any\n"
	"time, also to go on with a run that has stopped.\n",
	.run = run_subscriber
};
