/*
 * utf8.c
 *		Characters in UTF-8.
 */
#include "base/utf8.h"

/* What the first byte says about the whole character; 0: cannot begin one. */
static size_t
announced(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xC2)
		return 0;
	if (c < 0xE0)
		return 2;
	if (c < 0xF0)
		return 3;
	return c < 0xF5 ? 4 : 0;
}

size_t
utf8_length(const char *bytes, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char) bytes[0];
	size_t		n = announced(first);
	uint32_t	code;

	if (n < 2)
		return n;
	if (n > len)
		return 0;
	code = first & (0xFFu >> (n + 1));
	for (size_t i = 1; i < n; i++)
	{
		unsigned char c = (unsigned char) bytes[i];

		if ((c & 0xC0) != 0x80)
			return 0;
		code = (code << 6) | (c & 0x3F);
	}
	if (code < least[n] || code > 0x10FFFF ||
		(code >= 0xD800 && code <= 0xDFFF))
		return 0;
	return n;
}

uint32_t
utf8_decode(const char *bytes, size_t len)
{
	static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t	character = (unsigned char) bytes[0] & mask[len];

	for (size_t i = 1; i < len; i++)
		character = character << 6 | ((unsigned char) bytes[i] & 0x3F);
	return character;
}

size_t
utf8_encode(uint32_t character, char *out)
{
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t		len = character < 0x80 ? 1 : character < 0x800 ? 2 :
	character < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--)
	{
		out[i] = (char) (0x80 | (character & 0x3F));
		character >>= 6;
	}
	out[0] = (char) (lead[len] | character);
	return len;
}
