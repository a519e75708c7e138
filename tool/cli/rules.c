/*
 * rules.c
 *		The command line of "qsrepl rules".
 */
#include "cli/commands.h"
#include "cmd/rules.h"

static int
run_test(const CliCall *call)
{
	return cmd_rules_test(call->operand, cli_is_on(call, "json"));
}

static int
run_rewrite(const CliCall *call)
{
	return cmd_rules_rewrite(cli_value(call, "mappings"),
							 cli_value(call, "site"),
							 cli_value(call, "form"));
}

const CliCommand cli_rules_test = {
	.words = "rules test",
	.summary = "run a file of worked cases against the rewrite engine",
	.operand = {.name = "FILE"},
	.globals = CLI_JSON,
	.about =
	"Prints each case whose result differs from what is expected, and\n"
	"\"N passed, N failed\".  Exit code 1 where a case failed.\n\n"
	"Lines of FILE, columns separated by tabs:\n"
	"  mapping NAME KIND SITE VALUE [SITE VALUE]...\n"
	"  alias   NAME KIND SITE VALUE\n"
	"  case    ID FORM SITE INPUT EXPECTED\n",
	.run = run_test
};

static const CliOption rewrite_options[] = {
	{.name = "mappings",.argument = "FILE",.required = true,
	.help = "mappings, in the format of \"rules test\""},
	{.name = "site",.argument = "SITE",.required = true,
	.help = "the site whose values are to be written"},
	{.name = "form",.argument = "FORM",.otherwise = "text",
		.words = "path host text value",
	.help = "what the lines hold"},
	{.name = NULL}
};

const CliCommand cli_rules_rewrite = {
	.words = "rules rewrite",
	.summary = "rewrite the lines of standard input to a site's values",
	.options = rewrite_options,
	.run = run_rewrite
};

static const CliOption view_options[] = {
	{.name = "site",.argument = "SITE",
	.help = "the site whose databases are asked, instead of this machine's"},
	{.name = "database",.argument = "NAME",
	.help = "one of the configured databases, instead of all"},
	{.name = "relation",.argument = "TABLE",
	.help = "one table, as in SQL: public.\"DataConnections\""},
	{.name = NULL}
};

static int
view(const CliCall *call, const char *name)
{
	const RulesRequest request = {
		.file = cli_value(call, "config"),
		.view = name,
		.site = cli_value(call, "site"),
		.database = cli_value(call, "database"),
		.relation = cli_value(call, "relation"),
		.json = cli_is_on(call, "json")
	};

	return cmd_rules_view(&request);
}

static int
run_preview(const CliCall *call)
{
	return view(call, "preview");
}

static int
run_scan(const CliCall *call)
{
	return view(call, "scan");
}

static int
run_leaks(const CliCall *call)
{
	return view(call, "leaks");
}

const CliCommand cli_rules_preview = {
	.words = "rules preview",
	.summary = "show what localizing would change in a site's databases",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = view_options,
	.about =
	"Each value that would change: its key, before and after, and what would go\n"
	"wrong with it.  Nothing is changed.\n",
	.run = run_preview
};

const CliCommand cli_rules_scan = {
	.words = "rules scan",
	.summary = "find columns without a rule that hold paths or hosts",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = view_options,
	.about =
	"Reads all tables: with a count, an example, and the form to use for\n"
	"qsrepl.add_rule().\n",
	.run = run_scan
};

const CliCommand cli_rules_leaks = {
	.words = "rules leaks",
	.summary = "list stored values of another site",
	.globals = CLI_CONFIG | CLI_JSON | CLI_VERBOSE,
	.options = view_options,
	.about =
	"As they are stored, and why they stayed; of a standby, which stores what its\n"
	"primary does, that is all of them.\n",
	.run = run_leaks
};
