/*
 * error.c
 *		An error in PostgreSQL's three parts that is passed up.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/report.h"

static char *
copy_part(const char *part)
{
	return part != NULL && part[0] != '\0' ? mem_strdup(part) : NULL;
}

bool
error_set(Error *error, const char *detail, const char *hint,
		  const char *format,...)
{
	Error		filled = ERROR_NONE;
	char		line[4096];
	va_list		args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	filled.message = mem_strdup(line);
	filled.detail = copy_part(detail);
	filled.hint = copy_part(hint);
	error_free(error);
	*error = filled;
	return false;
}

void
error_take_message(Error *error, char *message)
{
	free(error->message);
	error->message = message;
}

void
error_take_detail(Error *error, char *detail)
{
	free(error->detail);
	error->detail = detail;
}

void
error_take_hint(Error *error, char *hint)
{
	free(error->hint);
	error->hint = hint;
}

void
error_report(const Error *error)
{
	report_error(error->message != NULL ? error->message : "no error",
				 error->detail, error->hint);
}

void
error_free(Error *error)
{
	free(error->message);
	free(error->detail);
	free(error->hint);
	*error = (Error) ERROR_NONE;
}
