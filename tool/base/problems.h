/*
 * problems.h
 *		What is wrong with a file, collected so that all of it is told at once.
 */
#ifndef TOOL_PROBLEMS_H
#define TOOL_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/report.h"

typedef struct Problem
{
	ReportSeverity severity;
	size_t		line;			/* from 1; 0: the file as a whole */
	bool		missing;		/* only something that is still to be given */
	const char *message;
	const char *detail;			/* may be empty */
	const char *hint;			/* may be empty */
} Problem;

/* In the order of lines, the whole file's last.  Free with problems_free(). */
typedef struct Problems
{
	Problem    *list;
	size_t		n;
	size_t		capacity;
	size_t		errors;			/* how many of them */
	size_t		warnings;
	size_t		missing;		/* among the errors */
	Arena		arena;			/* holds the strings */
} Problems;

/*
 * problems_error, problems_warning, problems_missing
 *		Add a problem.  The strings are copied; detail and hint may be NULL.
 *		problems_missing() adds an error that filling something in mends.
 */
extern void problems_error(Problems *problems, size_t line,
						   const char *detail, const char *hint,
						   const char *format,...) REPORT_PRINTF(5, 6);
extern void problems_warning(Problems *problems, size_t line,
							 const char *detail, const char *hint,
							 const char *format,...) REPORT_PRINTF(5, 6);
extern void problems_missing(Problems *problems, size_t line,
							 const char *hint, const char *format,...)
			REPORT_PRINTF(4, 5);

/* Print all on standard error, as "file:line: message". */
extern void problems_print(const Problems *problems, const char *file);
extern void problems_free(Problems *problems);

#endif							/* TOOL_PROBLEMS_H */
