/*
 * report.c
 *		Errors in PostgreSQL's three parts, on standard error.
 */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/printable.h"

static const struct
{
	const char *word;
	const char *colour;			/* an escape sequence */
}			severities[] = {
	{"error", "\033[01;31m"},
	{"warning", "\033[01;35m"},
	{"info", "\033[01;36m"},
};

/* Written at the program's start only. */
static bool in_colour;
static bool be_verbose;

void
report_set_colour(bool colour)
{
	in_colour = colour;
}

void
report_set_verbose(bool verbose)
{
	be_verbose = verbose;
}

static void
print_head(ReportSeverity severity)
{
	fflush(stdout);
	if (in_colour)
		fprintf(stderr, "qsrepl: %s%s:\033[0m ", severities[severity].colour,
				severities[severity].word);
	else
		fprintf(stderr, "qsrepl: %s: ", severities[severity].word);
}

static void
print_parts(const char *detail, const char *hint)
{
	if (detail != NULL && detail[0] != '\0')
		printed_to(stderr, "qsrepl: detail: %s\n", detail);
	if (hint != NULL && hint[0] != '\0')
		printed_to(stderr, "qsrepl: hint: %s\n", hint);
}

void
report_error(const char *message, const char *detail, const char *hint)
{
	print_head(REPORT_ERROR);
	printed_to(stderr, "%s\n", message);
	print_parts(detail, hint);
}

void
report_errorf(const char *hint, const char *format,...)
{
	va_list		args;

	print_head(REPORT_ERROR);
	va_start(args, format);
	printed_args(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	print_parts(NULL, hint);
}

void
report_at(ReportSeverity severity, const char *file, size_t line,
		  const char *message, const char *detail, const char *hint)
{
	print_head(severity);
	if (line > 0)
		printed_to(stderr, "%s:%lu: %s\n", file, (unsigned long) line,
				   message);
	else
		printed_to(stderr, "%s: %s\n", file, message);
	print_parts(detail, hint);
}

void
report_problem(const char *file, size_t line, const RwProblem *problem)
{
	report_at(problem->code == RW_PROBLEM_WARNING ? REPORT_WARNING :
			  REPORT_ERROR, file, line, problem->message, problem->detail,
			  problem->hint);
}

void
report_info(const char *format,...)
{
	va_list		args;

	if (!be_verbose)
		return;
	print_head(REPORT_INFO);
	va_start(args, format);
	printed_args(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
