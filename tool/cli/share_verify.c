/*
 * share_verify.c
 *		The command line of the verb "share verify".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/share/verify.h"

static int
run(const CliCall *call)
{
	const char **shares = mem_alloc((call->n_given + 1) * sizeof(char *));
	ShareVerifyOptions options = {
		.shares = shares,.n_shares = cli_values(call, "share", shares),
		.hash = cli_is_on(call, "hash"),.json = cli_is_on(call, "json")
	};
	int			code = cmd_share_verify(cli_value(call, "config"), &options,
										cli_value(call, "limit"));

	free(shares);
	return code;
}

static const CliOption options[] = {
	{.name = "share",.argument = "NAME",.many = true,
	.help = "verify this share, instead of all"},
	{.name = "hash",
	.help = "compare the content of the files, too, by SHA-256"},
	{.name = "limit",.argument = "N",.otherwise = "20",
	.help = "how many differences are listed of each share"},
	{.name = NULL}
};

const CliCommand cli_share_verify = {
	.words = "share verify",
	.summary = "compare both sites' files, and rows with their files",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = options,
	.about =
	"Compares both shares by path, size and time, and looks for the file of\n"
	"every app and every piece of static content that a site's own database\n"
	"has.  Files without a row are told, and are no difference.  Changes\n"
	"nothing.  Exit code 0 where nothing differs, 1 where something does, 7\n"
	"where a site could not be asked and nothing else differs.\n",
	.run = run
};

static int
run_hash(const CliCall *call)
{
	return cmd_share_hash(cli_value(call, "source"),
						  cli_value(call, "target"));
}

static const CliOption hash_options[] = {
	{.name = "source",.argument = "ROOT",.required = true,
	.help = "the root of the first path of each pair"},
	{.name = "target",.argument = "ROOT",.required = true,
	.help = "the root of the second one"},
	{.name = NULL}
};

const CliCommand cli_share_hash = {
	.words = "share hash",
	.summary = "compare files; for the program's own use",
	.options = hash_options,
	.run = run_hash
};
