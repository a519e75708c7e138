/*
 * buffer.c
 *		Text that grows.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void
buffer_add(Buffer *buffer, const char *bytes, size_t len)
{
	if (buffer->len + len + 1 > buffer->capacity)
	{
		size_t		capacity = (buffer->len + len + 1) * 2;
		char	   *larger = heap_alloc(capacity);

		if (buffer->len > 0)
			memcpy(larger, buffer->bytes, buffer->len);
		free(buffer->bytes);
		buffer->bytes = larger;
		buffer->capacity = capacity;
	}
	memcpy(buffer->bytes + buffer->len, bytes, len);
	buffer->len += len;
	buffer->bytes[buffer->len] = '\0';
}

void
buffer_puts(Buffer *buffer, const char *string)
{
	buffer_add(buffer, string, strlen(string));
}

void
buffer_printf(Buffer *buffer, const char *format,...)
{
	char		bytes[1024];
	va_list		args;
	int			len;

	va_start(args, format);
	len = vsnprintf(bytes, sizeof(bytes), format, args);
	va_end(args);
	if (len < 0 || (size_t) len >= sizeof(bytes))
	{
		fprintf(stderr, "engine: error: text is too long for a buffer\n");
		exit(1);
	}
	buffer_add(buffer, bytes, (size_t) len);
}
