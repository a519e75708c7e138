/*
 * drill.c
 *		The command line of "qsrepl drill".
 */
#include "cli/commands.h"
#include "cmd/drill/drill.h"

static const CliOption drill_options[] = {
	{.name = "site",.argument = "SITE",
		.help = "the site, which must be this machine's; without it, only "
	"where it is the passive one"},
	{.name = "hold",.argument = "DURATION",
		.help = "keep the copy open so long, or until \"qsrepl drill end\", as "
	"in 30min"},
	{.name = "report",.argument = "DIRECTORY",
	.help = "write the report there, too, as a page to print"},
	{.name = NULL}
};

static int
run_drill(const CliCall *call)
{
	const DrillRequest request = {
		.file = cli_value(call, "config"),
		.site = cli_value(call, "site"),
		.hold = cli_value(call, "hold"),
		.report = cli_value(call, "report"),
		.dry_run = cli_is_on(call, "dry-run"),
		.json = cli_is_on(call, "json")
	};

	return cmd_drill(&request);
}

const CliCommand cli_drill = {
	.words = "drill",
	.summary = "try a takeover on a copy of the passive server",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_VERBOSE,
	.options = drill_options,
	.about =
	"The site's server is copied, the copy is started on drill_port, closed to\n"
	"the network, promoted, localized, checked and removed, also where this\n"
	"command is killed. Replication goes on. Exit code 0 where the verdict is\n"
	"passed, 1 where it is failed.\n",
	.run = run_drill
};

static int
run_end(const CliCall *call)
{
	return cmd_drill_end(cli_value(call, "config"));
}

const CliCommand cli_drill_end = {
	.words = "drill end",
	.summary = "remove the copy that a drill keeps open, or has left",
	.globals = CLI_CONFIG | CLI_VERBOSE,
	.run = run_end
};

static int
run_status(const CliCall *call)
{
	return cmd_drill_status(cli_value(call, "config"),
							cli_is_on(call, "json"));
}

const CliCommand cli_drill_status = {
	.words = "drill status",
	.summary = "tell whether a drill's copy is open, and how the last one went",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.run = run_status
};

static const CliOption keep_options[] = {
	{.name = "site",.argument = "SITE",.required = true,.help = "the site"},
	{.name = "named",.help = "it was named"},
	{.name = "hold",.argument = "DURATION",.help = "as of \"drill\""},
	{.name = NULL}
};

static int
run_keep(const CliCall *call)
{
	const DrillRequest request = {
		.file = cli_value(call, "config"),
		.site = cli_value(call, "site"),
		.hold = cli_value(call, "hold"),
		.named = cli_is_on(call, "named")
	};

	return cmd_drill_keep(&request);
}

const CliCommand cli_drill_keep = {
	.words = "drill keep",
	.summary = "what \"drill\" starts",
	.globals = CLI_CONFIG,
	.options = keep_options,
	.run = run_keep
};
