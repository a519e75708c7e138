/*
 * address.c
 *		Addresses and names of hosts, as text.
 */
#include "config/address.h"

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "inet6.h"

#define LABEL_MAX 63
#define NAME_MAX_BYTES 253

bool
address_is_ipv4(const char *text)
{
	int			parts = 0;

	for (;;)
	{
		int			number = 0;
		size_t		digits = strspn(text, "0123456789");

		if (digits == 0 || digits > 3 || (digits > 1 && text[0] == '0'))
			return false;
		for (size_t i = 0; i < digits; i++)
			number = number * 10 + (text[i] - '0');
		text += digits;
		if (number > 255 || ++parts > 4)
			return false;
		if (*text == '\0')
			return parts == 4;
		if (*text++ != '.')
			return false;
	}
}

bool
address_is_any(const char *text)
{
	unsigned char bytes[16];

	return address_is_ipv4(text) || rw_inet6_parse(text, strlen(text), bytes);
}

bool
address_is_name(const char *text)
{
	static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (strlen(text) > NAME_MAX_BYTES)
		return false;
	for (;;)
	{
		size_t		len = strspn(text, letters);

		if (len == 0 || len > LABEL_MAX || text[0] == '-')
			return false;
		text += len;
		if (*text == '.')
			text++;
		else
			return *text == '\0';
		if (*text == '\0')
			return true;
	}
}

bool
address_is_same(const char *a, const char *b)
{
	unsigned char bytes[2][16];

	if (rw_inet6_parse(a, strlen(a), bytes[0]) &&
		rw_inet6_parse(b, strlen(b), bytes[1]))
		return memcmp(bytes[0], bytes[1], sizeof(bytes[0])) == 0;
	return ascii_same_host(a, b);
}
