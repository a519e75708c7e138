/*
 * error.h
 *		An error in PostgreSQL's three parts that is passed up to the layer
 *		that reports it.
 *
 * A function that may fail returns bool and has an Error as its last
 * parameter, which is filled where it returns false and else left alone.
 */
#ifndef TOOL_ERROR_H
#define TOOL_ERROR_H

#include <stdbool.h>

#include "base/text.h"

/* Begins as ERROR_NONE; its strings are its own: error_free(). */
typedef struct Error
{
	char	   *message;		/* NULL: there is none */
	char	   *detail;			/* or NULL */
	char	   *hint;			/* or NULL */
	char		sqlstate[6];	/* the server's, or empty */
} Error;

#define ERROR_NONE {NULL, NULL, NULL, ""}

/*
 * error_set
 *		Fill an error; what it held is freed, and may be among the arguments.
 *
 * in:  detail, hint: copied; NULL or empty: none
 * out: always false, for "return error_set(...)"
 */
extern bool error_set(Error *error, const char *detail, const char *hint,
					  const char *format,...) TEXT_PRINTF(4, 5);

/* Replace one part by a string that becomes the error's. */
extern void error_take_message(Error *error, char *message);
extern void error_take_detail(Error *error, char *detail);
extern void error_take_hint(Error *error, char *hint);

/* Print it on standard error, as report_error() does. */
extern void error_report(const Error *error);
extern void error_free(Error *error);

#endif							/* TOOL_ERROR_H */
