/*
 * report.h
 *		Errors in PostgreSQL's three parts, on standard error.
 */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "rw.h"

#if defined(__GNUC__)
#define REPORT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define REPORT_PRINTF(f, a)
#endif

typedef enum ReportSeverity
{
	REPORT_ERROR,
	REPORT_WARNING,
	REPORT_INFO
} ReportSeverity;

/*
 * report_set_colour, report_set_verbose
 *		Set at the program's start: whether the words "error" and the like are
 *		coloured, and whether report_info() prints.
 */
extern void report_set_colour(bool colour);
extern void report_set_verbose(bool verbose);

/*
 * report_error
 *		Print "qsrepl: error: message", and detail and hint where they are
 *		given.  Standard output is flushed first, so that both stay in order.
 */
extern void report_error(const char *message, const char *detail,
						 const char *hint);

/* The same with a message built as by printf, without detail. */
extern void report_errorf(const char *hint, const char *format,...)
			REPORT_PRINTF(2, 3);

/*
 * report_at
 *		Print a problem in a line of a file; line 0 is the file as a whole.
 *		detail and hint may be NULL or empty.
 */
extern void report_at(ReportSeverity severity, const char *file, size_t line,
					  const char *message, const char *detail,
					  const char *hint);

/* A problem of the engine, in the line of a file. */
extern void report_problem(const char *file, size_t line,
						   const RwProblem *problem);

/* Print "qsrepl: info: ..." where that was asked for (--verbose). */
extern void report_info(const char *format,...) REPORT_PRINTF(1, 2);

#endif							/* TOOL_REPORT_H */
