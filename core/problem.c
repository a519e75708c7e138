/*
 * problem.c
 *		Wording of problems, in PostgreSQL's three parts.
 *
 * snprintf() is not used: the engine wants no more of libc than memory and
 * string functions.
 */
#include "problem.h"

#include <stdarg.h>
#include <string.h>

#define VALUE_SHOWN 80
#define MAX_ARGS 8

/* How many bytes of a value are shown: never part of a character. */
static size_t
shown_length(const char *value)
{
	size_t		len = strlen(value);

	if (len <= VALUE_SHOWN)
		return len;
	len = VALUE_SHOWN;
	while (len > 0 && (unsigned char) value[len - 1] > 0x7F)
		len--;
	return len;
}

void
rw_format(char *buffer, size_t size, const char *format,
		  const char *const *args)
{
	size_t		used = 0;

	for (const char *f = format; *f != '\0'; f++)
	{
		const char *piece = f;
		size_t		len = 1;
		bool		cut = false;

		if (f[0] == '%' && f[1] == 's')
		{
			piece = *args != NULL ? *args++ : "";
			len = shown_length(piece);
			cut = piece[len] != '\0';
			f++;
		}
		if (used + len + (cut ? 3 : 0) >= size)
			break;
		memcpy(buffer + used, piece, len);
		used += len;
		if (cut)
		{
			memcpy(buffer + used, "...", 3);
			used += 3;
		}
	}
	buffer[used] = '\0';
}

void
rw_format_part(char *buffer, size_t size, const char *format,...)
{
	const char *args[MAX_ARGS + 1] = {NULL};
	size_t		n = 0;
	va_list		ap;

	va_start(ap, format);
	do
		args[n] = va_arg(ap, const char *); /* NOLINT: false positive */
	while (args[n] != NULL && ++n < MAX_ARGS);
	va_end(ap);
	rw_format(buffer, size, format, args);
}

void
rw_problem_start(RwProblem *problem, RwProblemCode code)
{
	problem->code = code;
	problem->message[0] = '\0';
	problem->detail[0] = '\0';
	problem->hint[0] = '\0';
}
