/*
 * share.c
 *		The command line of "qsrepl share".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/share/share.h"

static int
run_sync(const CliCall *call)
{
	const char **shares = mem_alloc((call->n_given + 1) * sizeof(char *));
	const ShareSyncRequest request = {
		.file = cli_value(call, "config"),
		.shares = shares,
		.n_shares = cli_values(call, "share", shares),
		.max_change = cli_value(call, "max-change"),
		.accept_change = cli_value(call, "accept-change"),
		.watch = cli_value(call, "watch"),
		.initial = cli_is_on(call, "initial"),
		.dry_run = cli_is_on(call, "dry-run"),
		.yes = cli_is_on(call, "yes"),
		.json = cli_is_on(call, "json")
	};
	int			code = cmd_share_sync(&request);

	free(shares);
	return code;
}

static const CliOption sync_options[] = {
	{.name = "share",.argument = "NAME",.many = true,
	.help = "this share, instead of all"},
	{.name = "initial",
		.help = "for a share that is used for the first time: write markers "
	"that are missing or stale, where the databases are unanimous"},
	{.name = "max-change",.argument = "PERCENT",
		.help = "how many of the target's files may be deleted, or "
	"overwritten though they are newer, instead of key max_change"},
	{.name = "accept-change",.argument = "COUNT",
	.help = "so many such files are in order, for one share"},
	{.name = "watch",.argument = "SECONDS",
	.help = "repeat it so often, and tell how far behind the content is"},
	{.name = NULL}
};

const CliCommand cli_share_sync = {
	.words = "share sync",
	.summary = "bring the active site's share content to the passive one",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = sync_options,
	.about =
	"Which site is the source is told by both sites' databases and by a marker\n"
	"in each root; where they do not agree, or do not answer, it is refused.\n"
	"What is removed or replaced is kept in the folder .qsrepl-trash of the\n"
	"target. Killed at any moment, it can simply be repeated. Exit code 1:\n"
	"some files could not be copied; 6: refused, and nothing was changed; 7: a\n"
	"server did not answer; 4: a share could not be read or written.\n",
	.run = run_sync
};
