/*
 * compare.c
 *		The verb "compare".
 */
#include "cmd/compare/compare.h"

#include <errno.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cmd/config.h"
#include "platform/cancel.h"

/* For a chunk: what fits into memory, as ids and hashes, at any rate. */
#define MOST_ROWS 10000000

static bool
read_number(const char *option, const char *text, int64_t least,
			int64_t * number)
{
	char	   *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	if (text[0] != '\0' && *end == '\0' && errno == 0 && *number >= least &&
		*number <= MOST_ROWS)
		return true;
	report_errorf(NULL, "--%s takes a number from %ld to %ld, not \"%s\"",
				  option, (long) least, (long) MOST_ROWS, text);
	return false;
}

static int
code_of(const CompareReport *report, CompareResult result)
{
	if (result == COMPARE_WRONG)
		return EXIT_USAGE;
	if (result == COMPARE_UNREACHABLE || report->failed)
		return EXIT_SERVER;
	return report->differs ? EXIT_NOT_SO : EXIT_OK;
}

static int
compare(const Config *config, const CompareOptions *options, bool json)
{
	CompareReport report;
	Error		error = ERROR_NONE;
	CompareResult result;
	int			code;

	/* Ctrl-C ends statements at the servers, too. */
	plat_cancel_install();
	result = compare_run(config, options, &report, &error);
	if (result != COMPARE_DONE)
		error_report(&error);
	else if (json)
		compare_print_json(&report);
	else
		compare_print_text(&report);
	code = code_of(&report, result);
	compare_free(&report);
	error_free(&error);
	return code;
}

int
cmd_compare(const char *file, CompareOptions *options, const char *chunk,
			const char *limit, bool json)
{
	Config		config;
	int			code;

	if (!read_number("chunk", chunk, 1, &options->chunk) ||
		!read_number("limit", limit, 0, &options->limit))
		return EXIT_USAGE;
	code = cmd_load_config(file, &config);
	if (code != EXIT_OK)
		return code;
	code = compare(&config, options, json);
	config_free(&config);
	return code;
}
