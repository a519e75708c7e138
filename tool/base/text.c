/*
 * text.c
 *		A string that grows.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Make room for more bytes and a NUL behind them. */
static void
reserve(Text *text, size_t more)
{
	size_t		needed = text->len + more + 1;

	if (needed <= text->capacity)
		return;
	text->capacity = needed < 64 ? 64 : needed * 2;
	text->bytes = mem_grow(text->bytes, text->capacity);
}

void
text_add_bytes(Text *text, const void *bytes, size_t len)
{
	reserve(text, len);
	if (len > 0)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

void
text_add(Text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

static void
			add_args(Text *text, const char *format, va_list args)
			TEXT_PRINTF(2, 0);

static void
add_args(Text *text, const char *format, va_list args)
{
	va_list		again;
	int			len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return;
	reserve(text, (size_t) len);
	vsnprintf(text->bytes + text->len, (size_t) len + 1, format, args);
	text->len += (size_t) len;
}

void
text_addf(Text *text, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	add_args(text, format, args);
	va_end(args);
}

char *
text_take(Text *text)
{
	char	   *string;

	reserve(text, 0);
	text->bytes[text->len] = '\0';
	string = text->bytes;
	*text = (Text)
	{
		NULL, 0, 0
	};
	return string;
}

void
text_free(Text *text)
{
	free(text->bytes);
	*text = (Text)
	{
		NULL, 0, 0
	};
}

char *
text_format(const char *format,...)
{
	Text		text = {NULL, 0, 0};
	va_list		args;

	va_start(args, format);
	add_args(&text, format, args);
	va_end(args);
	return text_take(&text);
}
