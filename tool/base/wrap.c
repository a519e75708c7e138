/*
 * wrap.c
 *		Words broken into lines.
 */
#include "base/wrap.h"

#include <string.h>

void
wrap_add(Text *text, const char *prefix, size_t width, const char *words)
{
	size_t		column = 0;

	while (*words != '\0')
	{
		size_t		len = strcspn(words, " ");

		if (column > 0 && column + 1 + len > width)
		{
			text_add(text, "\n");
			column = 0;
		}
		text_add(text, column == 0 ? prefix : " ");
		column += (column == 0 ? strlen(prefix) : 1) + len;
		text_add_bytes(text, words, len);
		words += len;
		words += strspn(words, " ");
	}
	text_add(text, "\n");
}
