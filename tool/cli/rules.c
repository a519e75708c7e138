/*
 * rules.c
 *		The command line of "qsrepl rules".
 */
#include <stddef.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cli/command.h"
#include "cmd/rules.h"

static int
run_test(int argc, char **argv)
{
	if (argc < 2)
	{
		report_error("\"qsrepl rules test\" needs a file", NULL,
					 "Try \"qsrepl rules test --help\".");
		return EXIT_USAGE;
	}
	if (argc > 2 || argv[1][0] == '-')
		return cli_unexpected(argv[argc > 2 ? 2 : 1], "qsrepl rules test");
	return cmd_rules_test(argv[1]);
}

static int
run_rewrite(int argc, char **argv)
{
	const char *mappings = NULL;
	const char *site = NULL;
	const char *form = "text";

	for (int i = 1; i < argc; i++)
	{
		int			found = cli_option(argc, argv, &i, "mappings", &mappings);

		if (found == 0)
			found = cli_option(argc, argv, &i, "site", &site);
		if (found == 0)
			found = cli_option(argc, argv, &i, "form", &form);
		if (found == 0)
			return cli_unexpected(argv[i], "qsrepl rules rewrite");
		if (found < 0)
			return EXIT_USAGE;
	}
	if (mappings == NULL || site == NULL)
	{
		report_error("\"qsrepl rules rewrite\" needs --mappings and --site",
					 NULL, "Try \"qsrepl rules rewrite --help\".");
		return EXIT_USAGE;
	}
	return cmd_rules_rewrite(mappings, site, form);
}

static const Command verbs[] = {
	{
		"test", "run a file of worked cases against the rewrite engine",
		"FILE",
		"Prints each case whose result differs from what is expected, and\n"
		"\"N passed, N failed\".  Exit code 1 where a case failed.\n\n"
		"Lines of FILE, columns separated by tabs:\n"
		"  mapping NAME KIND SITE VALUE [SITE VALUE]...\n"
		"  alias   NAME KIND SITE VALUE\n"
		"  case    ID FORM SITE INPUT EXPECTED\n",
		NULL, run_test
	},
	{
		"rewrite", "rewrite the lines of standard input to a site's values",
		"--mappings FILE --site SITE [--form FORM]",
		"Options:\n"
		"  --mappings FILE  mappings, in the format of \"rules test\"\n"
		"  --site SITE      the site whose values are to be written\n"
		"  --form FORM      path, host, text or value (default: text)\n",
		NULL, run_rewrite
	},
	{NULL, NULL, NULL, NULL, NULL, NULL}
};

const Command cli_rules = {
	"rules", "test and try the rules of rewriting", NULL, NULL, verbs, NULL
};
