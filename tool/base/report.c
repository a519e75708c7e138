/*
 * report.c
 *		Errors in PostgreSQL's three parts, on standard error.
 */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

static void
print_parts(const char *detail, const char *hint)
{
	if (detail != NULL && detail[0] != '\0')
		fprintf(stderr, "qsrepl: detail: %s\n", detail);
	if (hint != NULL && hint[0] != '\0')
		fprintf(stderr, "qsrepl: hint: %s\n", hint);
}

void
report_error(const char *message, const char *detail, const char *hint)
{
	fflush(stdout);
	fprintf(stderr, "qsrepl: error: %s\n", message);
	print_parts(detail, hint);
}

void
report_errorf(const char *hint, const char *format,...)
{
	va_list		args;

	fflush(stdout);
	fputs("qsrepl: error: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	print_parts(NULL, hint);
}

void
report_problem(const char *file, size_t line, const RwProblem *problem)
{
	const char *severity = problem->code == RW_PROBLEM_WARNING ? "warning" :
	"error";

	fflush(stdout);
	fprintf(stderr, "qsrepl: %s: %s:%lu: %s\n", severity, file,
			(unsigned long) line, problem->message);
	print_parts(problem->detail, problem->hint);
}
