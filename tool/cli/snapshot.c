/*
 * snapshot.c
 *		The command line of "qsrepl snapshot": create, list and prune.
 */
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cli/commands.h"
#include "cmd/snapshot/snapshot.h"

#define KEEP_MAX 10000

static int
run_create(const CliCall *call)
{
	const SnapshotRequest request = {
		.name = call->operand,
		.kind = call->operand != NULL ? SNAPSHOT_FIXED : SNAPSHOT_DATED,
		.archived_logs = cli_is_on(call, "archived-logs"),
		.plain_pfx = cli_is_on(call, "plain-pfx"),
		.encrypt_to = cli_value(call, "encrypt-to"),
		.read_all = cli_is_on(call, "read-all"),
		.quiet = cli_is_on(call, "quiet")
	};

	return cmd_snapshot_create(cli_value(call, "config"), &request,
							   cli_is_on(call, "json"));
}

static int
run_list(const CliCall *call)
{
	return cmd_snapshot_list(cli_value(call, "config"),
							 cli_is_on(call, "json"));
}

/* A number that was given; -1: none was. */
static bool
parse_keep(const CliCall *call, const char *name, int *keep)
{
	const char *value = cli_value(call, name);
	char	   *end;
	long		number;

	*keep = -1;
	if (value == NULL)
		return true;
	number = strtol(value, &end, 10);
	if (end == value || *end != '\0' || number < 0 || number > KEEP_MAX)
	{
		report_errorf("It is a number from 0 to 10000.", "invalid value \"%s\" "
					  "for option --%s", value, name);
		return false;
	}
	*keep = (int) number;
	return true;
}

static int
run_prune(const CliCall *call)
{
	SnapshotPruneRequest request = {
		.dry_run = cli_is_on(call, "dry-run"),.json = cli_is_on(call, "json")
	};

	if (!parse_keep(call, "keep-last", &request.keep_last) ||
		!parse_keep(call, "keep-daily", &request.keep_daily) ||
		!parse_keep(call, "keep-weekly", &request.keep_weekly) ||
		!parse_keep(call, "keep-monthly", &request.keep_monthly))
		return EXIT_USAGE;
	return cmd_snapshot_prune(cli_value(call, "config"), &request);
}

static const CliOption create_options[] = {
	{.name = "archived-logs",
	.help = "with the shares' folders that are listed under \"add\""},
	{.name = "plain-pfx",
		.help = "certificates as root.pfx, server.pfx and client.pfx, with the "
	"password of password_file, instead of sealed"},
	{.name = "encrypt-to",.argument = "FILE",
	.help = "encrypt all of it to the certificate in FILE"},
	{.name = "read-all",
		.help = "read all files, and let none be that of the former snapshot "
	"before that was read, too"},
	{.name = "quiet",.help = "print nothing but warnings and errors"},
	{.name = NULL}
};

static const CliOption prune_options[] = {
	{.name = "keep-last",.argument = "NUMBER",
	.help = "how many of the newest ones stay, instead of the key keep_last"},
	{.name = "keep-daily",.argument = "NUMBER",
		.help = "for how many days the newest one of the day stays, instead of "
	"keep_daily"},
	{.name = "keep-weekly",.argument = "NUMBER",
	.help = "the same for weeks, which begin on Monday"},
	{.name = "keep-monthly",.argument = "NUMBER",
	.help = "the same for months"},
	{.name = NULL}
};

const CliCommand cli_snapshot_create = {
	.words = "snapshot create",
	.summary = "put the databases, shares and certificates of this machine's site "
	"into a snapshot",
	.operand = {.name = "NAME",.optional = true},
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = create_options,
	.about =
	"Without NAME, it is called by site and time, and \"snapshot prune\" may\n"
	"remove it later.  With NAME, it replaces the one of that name when it is\n"
	"whole.  Files that the newest snapshot has already take no further\n"
	"place.  Exit code 1: it was made, without what warnings tell.\n",
	.run = run_create
};

const CliCommand cli_snapshot_list = {
	.words = "snapshot list",
	.summary = "show the snapshots of this machine's site",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = NULL,
	.about =
	"SIZE is that of all content, OWN what no other snapshot has, which is\n"
	"what removing it would give back.\n",
	.run = run_list
};

const CliCommand cli_snapshot_prune = {
	.words = "snapshot prune",
	.summary = "remove snapshots that no rule keeps",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_VERBOSE,
	.options = prune_options,
	.about =
	"Days, weeks and months are those of UTC.  Each site's snapshots are\n"
	"counted by themselves.  Snapshots with a given name stay, and so does\n"
	"what cannot be read; the newest whole one always stays.\n",
	.run = run_prune
};
