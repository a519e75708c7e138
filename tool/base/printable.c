/*
 * printable.c
 *		Text for people.
 */
#include "base/printable.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* C0 but for line ends and tabs, DEL, and C1 in UTF-8. */
static bool
is_control(const char *character, size_t len)
{
	unsigned char first = (unsigned char) character[0];

	if (len == 1)
		return (first < ' ' && first != '\n' && first != '\t') ||
			first == 0x7f;
	return len == 2 && first == 0xc2 && (unsigned char) character[1] < 0xa0;
}

void
printable(char *text)
{
	size_t		left = strlen(text);

	while (left > 0)
	{
		size_t		len = utf8_length(text, left);

		if (len == 0 || is_control(text, len))
		{
			len = len > 0 ? len : 1;
			memset(text, '?', len);
		}
		text += len;
		left -= len;
	}
}

void
printed_args(FILE *out, const char *format, va_list args)
{
	va_list		copy;
	char	   *text;
	int			len;

	va_copy(copy, args);
	len = vsnprintf(NULL, 0, format, copy);
	va_end(copy);
	if (len < 0)
		return;
	text = mem_alloc((size_t) len + 1);
	vsnprintf(text, (size_t) len + 1, format, args);
	printable(text);
	fputs(text, out);
	free(text);
}

void
printed(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	printed_args(stdout, format, args);
	va_end(args);
}

void
printed_to(FILE *out, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	printed_args(out, format, args);
	va_end(args);
}
