/*
 * utf16.c
 *		Windows' strings and ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/utf16.h"

#include <string.h>

#include "base/utf8.h"
#include "programs/scm/ndr.h"

#define REPLACEMENT 0xfffd

void
utf16_put(Text *out, const char *string)
{
	size_t		left = strlen(string);

	while (left > 0)
	{
		size_t		len = utf8_length(string, left);
		uint32_t	character = len > 0 ? utf8_decode(string, len) :
		REPLACEMENT;

		if (character >= 0x10000)
		{
			ndr_put_u16(out, 0xd7c0 + (character >> 10));
			ndr_put_u16(out, 0xdc00 | (character & 0x3ff));
		}
		else
			ndr_put_u16(out, (uint16_t) character);
		len = len > 0 ? len : 1;
		string += len;
		left -= len;
	}
}

static uint16_t
unit(const uint8_t *bytes, size_t i)
{
	return (uint16_t) (bytes[2 * i] | bytes[2 * i + 1] << 8);
}

char *
utf16_take(const uint8_t *bytes, size_t units)
{
	Text		out = {NULL, 0, 0};

	for (size_t i = 0; i < units && unit(bytes, i) != 0; i++)
	{
		uint32_t	one = unit(bytes, i);
		char		utf8[UTF8_SIZE];

		if (one >= 0xd800 && one < 0xdc00 && i + 1 < units
			&& (unit(bytes, i + 1) & 0xfc00) == 0xdc00)
		{
			i++;
			one = 0x10000 + ((one & 0x3ff) << 10) + (unit(bytes, i) & 0x3ff);
		}
		else if (one >= 0xd800 && one < 0xe000)
			one = REPLACEMENT;
		text_add_bytes(&out, utf8, utf8_encode(one, utf8));
	}
	return text_take(&out);
}
