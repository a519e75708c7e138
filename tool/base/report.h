/*
 * report.h
 *		Errors in PostgreSQL's three parts, on standard error.
 */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include "rw.h"

#if defined(__GNUC__)
#define REPORT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define REPORT_PRINTF(f, a)
#endif

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

/* A problem of the engine, in the line of a file. */
extern void report_problem(const char *file, size_t line,
						   const RwProblem *problem);

#endif							/* TOOL_REPORT_H */
