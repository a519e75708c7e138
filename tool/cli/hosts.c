/*
 * hosts.c
 *		The command line of "qsrepl hosts".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/hosts.h"

static int
run_show(const CliCall *call)
{
	const HostsCall request = {
		.file = cli_value(call, "config"),
		.site = cli_value(call, "site"),
		.json = cli_is_on(call, "json")
	};

	return cmd_hosts_show(&request);
}

/* With the nodes that were given. */
static int
run_with(const CliCall *call, HostsCall *request,
		 int (*verb) (const HostsCall *request))
{
	const char **nodes = mem_alloc((call->n_given + 1) * sizeof(char *));
	int			code;

	request->file = cli_value(call, "config");
	request->json = cli_is_on(call, "json");
	request->nodes = nodes;
	request->n_nodes = cli_values(call, "node", nodes);
	code = verb(request);
	free(nodes);
	return code;
}

static int
run_check(const CliCall *call)
{
	HostsCall	request = {.force = false};

	return run_with(call, &request, cmd_hosts_check);
}

static int
run_apply(const CliCall *call)
{
	HostsCall	request = {
		.force = cli_is_on(call, "force"),
		.dry_run = cli_is_on(call, "dry-run"),
		.yes = cli_is_on(call, "yes")
	};

	return run_with(call, &request, cmd_hosts_apply);
}

static const CliOption show_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site whose lines are shown, instead of this machine's"},
	{.name = NULL}
};

const CliCommand cli_hosts_show = {
	.words = "hosts show",
	.summary = "print the lines for a site's hosts files",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = show_options,
	.run = run_show
};

static const CliOption check_options[] = {
	{.name = "node",.argument = "NODE",.many = true,
	.help = "only this node; may be given again"},
	{.name = NULL}
};

const CliCommand cli_hosts_check = {
	.words = "hosts check",
	.summary = "compare the nodes' hosts files with what should be in them",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = check_options,
	.about =
	"Looks at every node that is reached by its hosts_access, and at this\n"
	"machine where its site has a hosts_file.  Exit code 1 where something is\n"
	"to be written or in the way, 7 where a node could not be reached.  Tells\n"
	"what Windows needs for names of file servers.\n",
	.run = run_check
};

static const CliOption apply_options[] = {
	{.name = "node",.argument = "NODE",.many = true,
	.help = "only this node; may be given again"},
	{.name = "force",
	.help = "put the block in front of lines that are in the way"},
	{.name = NULL}
};

const CliCommand cli_hosts_apply = {
	.words = "hosts apply",
	.summary = "write the aliases into the nodes' hosts files",
	.globals = CLI_CONFIG | CLI_JSON | CLI_DRY_RUN | CLI_YES | CLI_VERBOSE,
	.options = apply_options,
	.about =
	"Only the lines between \"# BEGIN qsrepl\" and \"# END qsrepl\" are changed;\n"
	"all else stays as it is, byte for byte.  The file as it was is kept beside\n"
	"it, with \".qsrepl-backup\" behind its name.  --dry-run shows the changes.\n"
	"A line of yours that gives one of the names another address is in the way.\n",
	.run = run_apply
};
