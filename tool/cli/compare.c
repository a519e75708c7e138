/*
 * compare.c
 *		The command line of the verb "compare".
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cmd/compare/compare.h"

static int
run(const CliCall *call)
{
	size_t		room = (call->n_given + 1) * sizeof(char *);
	const char **databases = mem_alloc(room);
	const char **tables = mem_alloc(room);
	CompareOptions options = {.databases = databases,.tables = tables};
	int			code;

	options.n_databases = cli_values(call, "database", databases);
	options.n_tables = cli_values(call, "table", tables);
	code = cmd_compare(cli_value(call, "config"), &options,
					   cli_value(call, "chunk"), cli_value(call, "limit"),
					   cli_is_on(call, "json"));
	free(databases);
	free(tables);
	return code;
}

static const CliOption options[] = {
	{.name = "database",.argument = "NAME",.many = true,
	.help = "compare this database, instead of all"},
	{.name = "table",.argument = "SCHEMA.TABLE",.many = true,
	.help = "compare this table, instead of all"},
	{.name = "chunk",.argument = "ROWS",.otherwise = "10000",
	.help = "how many rows are hashed at a time"},
	{.name = "limit",.argument = "N",.otherwise = "100",
	.help = "how many rows are listed of each table"},
	{.name = NULL}
};

const CliCommand cli_compare = {
	.words = "compare",
	.summary = "compare both sites row by row, with the rules applied",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = options,
	.about =
	"Hashes ranges of keys at both sites, and transfers only what differs.\n"
	"The active site's values are compared as the passive site is to have\n"
	"them.  What is only on its way counts for no difference.  Changes no\n"
	"row.  Exit code 0 where nothing differs, 1 where something does, 7\n"
	"where a server did not answer.\n",
	.run = run
};
