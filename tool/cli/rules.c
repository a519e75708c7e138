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
	.operand = {"FILE", NULL},
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
