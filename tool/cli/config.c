/*
 * config.c
 *		The command line of "qsrepl init" and "qsrepl config".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/config.h"
#include "cmd/init.h"

static int
run_init(const CliCall *call)
{
	const char **sets = mem_alloc(call->n_given * sizeof(char *));
	InitRequest request = {
		.file = cli_value(call, "config"),
		.site = cli_value(call, "site"),
		.sites = cli_value(call, "sites"),
		.mode = cli_value(call, "mode"),
		.sets = sets,
		.n_sets = cli_values(call, "set", sets),
		.recovery_key = cli_value(call, "recovery-key"),
		.passphrase_file = cli_value(call, "passphrase-file"),
		.yes = cli_is_on(call, "yes"),
		.dry_run = cli_is_on(call, "dry-run"),
		.json = cli_is_on(call, "json")
	};
	int			code = cmd_init(&request);

	free(sets);
	return code;
}

static int
run_check(const CliCall *call)
{
	return cmd_config_check(cli_value(call, "config"),
							cli_is_on(call, "json"));
}

static int
run_show(const CliCall *call)
{
	return cmd_config_show(cli_value(call, "config"),
						   cli_is_on(call, "json"));
}

static const CliOption init_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site that this machine belongs to"},
	{.name = "sites",.argument = "NAMES",.otherwise = "A B",
	.help = "the names of all sites, with blanks between"},
	{.name = "mode",.argument = "MODE",.words = "physical logical",
	.help = "how PostgreSQL replicates"},
	{.name = "set",.argument = "SECTION:KEY=VALUE",.many = true,
	.help = "a value of the file, as in --set \"site A:host=db-a\""},
	{.name = "recovery-key",.argument = "FILE",
		.help = "make a recovery key for sealed certificates, too; its "
	"certificate goes to FILE.crt"},
	{.name = "passphrase-file",.argument = "FILE",
		.help = "a private file whose first line the recovery key is "
	"encrypted with"},
	{.name = NULL}
};

const CliCommand cli_init = {
	.words = "init",
	.summary = "write a configuration file with comments",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES,
	.options = init_options,
	.about =
	"Where standard input is a terminal, it asks for what the options do not\n"
	"say, unless --yes is given.  What is left is for an editor; \"qsrepl config\n"
	"check\" tells what.  A file that exists is overwritten only with --yes.\n",
	.run = run_init
};

const CliCommand cli_config_check = {
	.words = "config check",
	.summary = "tell everything that is wrong with the configuration",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.about = "Exit code 3 where there is an error, 0 where there are warnings "
	"only.\n",
	.run = run_check
};

const CliCommand cli_config_show = {
	.words = "config show",
	.summary = "print what holds, and where each value comes from",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.run = run_show
};
