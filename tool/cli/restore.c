/*
 * restore.c
 *		The command line of "qsrepl snapshot restore".
 */
#include "cli/commands.h"
#include "cmd/restore/restore.h"

static const CliOption restore_options[] = {
	{.name = "site",.argument = "SITE",
		.help = "whose values the rows get, which must be the site of this "
	"machine's server; without it, that of the configuration"},
	{.name = "keep-values",
	.help = "leave the rows as they are in the snapshot"},
	{.name = "database-only",
	.help = "only the databases, with the certificates"},
	{.name = "files-only",
	.help = "only the content of the share"},
	{.name = "replace-active",.argument = "SITE",
		.help = "the active site, whose data is replaced: needed there, and "
	"names it"},
	{.name = "max-change",.argument = "N",
		.help = "how many percent of a share's files may be removed or "
	"replaced by older ones, instead of the share's max_change"},
	{.name = "accept-change",.argument = "COUNT",
	.help = "how many such files may be lost; --yes alone does not do it"},
	{.name = "force",
		.help = "go on although services, the room, leaks or a silent site "
	"stand in the way"},
	{.name = NULL}
};

static int
run_restore(const CliCall *call)
{
	const RestoreRequest request = {
		.file = cli_value(call, "config"),
		.snapshot = call->operand,
		.site = cli_value(call, "site"),
		.replace_active = cli_value(call, "replace-active"),
		.max_change = cli_value(call, "max-change"),
		.accept_change = cli_value(call, "accept-change"),
		.keep_values = cli_is_on(call, "keep-values"),
		.database_only = cli_is_on(call, "database-only"),
		.files_only = cli_is_on(call, "files-only"),
		.force = cli_is_on(call, "force"),
		.dry_run = cli_is_on(call, "dry-run"),
		.yes = cli_is_on(call, "yes"),
		.json = cli_is_on(call, "json")
	};

	return cmd_snapshot_restore(&request);
}

const CliCommand cli_snapshot_restore = {
	.words = "snapshot restore",
	.summary = "put a snapshot in the place of what a site has",
	.operand = {.name = "SNAPSHOT"},
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = restore_options,
	.about =
	"Run it at the machine of the site's database server.  SNAPSHOT is a name in\n"
	"snapshot_directory, or the path of a folder, also one of the Snapshots tool.\n"
	"Everything is verified, and made ready beside what is there, before that is\n"
	"touched.  Where a step fails, all is undone at once (exit code 1); a run that\n"
	"was interrupted is gone on with by \"qsrepl resume\" or undone by \"qsrepl\n"
	"abort\".  The passive site is held as the way back.\n",
	.run = run_restore
};
