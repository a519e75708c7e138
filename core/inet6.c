/*
 * inet6.c
 *		IPv6 addresses by value.
 *
 * inet_pton() is not used: the engine stands without an operating system, and
 * values are not NUL-terminated.
 */
#include "inet6.h"

#include <string.h>

#include "chars.h"

/* Read four decimal numbers; the whole input must be used up. */
static bool
parse_inet4(const char *in, size_t len, unsigned char *out)
{
	size_t		p = 0;

	for (int part = 0; part < 4; part++)
	{
		unsigned int number = 0;
		size_t		start = p;

		while (p < len && rw_is(in[p], RW_DIGIT) && p - start < 3)
			number = number * 10 + rw_hex(in[p++]);
		if (p == start || number > 255)
			return false;
		if (p - start > 1 && in[start] == '0')
			return false;
		out[part] = (unsigned char) number;
		if (part < 3)
		{
			if (p >= len || in[p] != '.')
				return false;
			p++;
		}
	}
	return p == len;
}

bool
rw_inet6_parse(const char *in, size_t len, unsigned char *address)
{
	unsigned char bytes[16];
	size_t		filled = 0;		/* bytes written to bytes[] */
	size_t		gap = 0;		/* filled when "::" was met, plus one */
	size_t		p = 0;

	if (len < 2 || len > RW_INET6_MAX)
		return false;
	if (in[0] == ':')
	{
		if (in[1] != ':')
			return false;
		p = 2;
		gap = 1;
	}
	while (p < len)
	{
		size_t		start = p;
		unsigned int group = 0;

		while (p < len && rw_is(in[p], RW_HEX) && p - start < 4)
			group = group << 4 | rw_hex(in[p++]);
		if (p < len && in[p] == '.')
		{
			if (filled > 12 || !parse_inet4(in + start, len - start,
											bytes + filled))
				return false;
			filled += 4;
			break;
		}
		if (p == start || filled > 14)
			return false;
		bytes[filled++] = (unsigned char) (group >> 8);
		bytes[filled++] = (unsigned char) (group & 0xFF);
		if (p == len)
			break;
		if (in[p++] != ':' || p == len)
			return false;
		if (in[p] == ':')
		{
			if (gap > 0)
				return false;
			gap = filled + 1;
			p++;
		}
	}
	if (gap == 0 ? filled != 16 : filled > 14)
		return false;
	memset(address, 0, 16);
	if (gap == 0)
		memcpy(address, bytes, 16);
	else
	{
		size_t		head = gap - 1;
		size_t		tail = filled - head;

		memcpy(address, bytes, head);
		memcpy(address + 16 - tail, bytes + head, tail);
	}
	return true;
}
