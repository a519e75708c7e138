/*
 * test_inet6.c
 *		Reading IPv6 addresses, compared with the system's inet_pton().
 *
 * Addresses are spelled in every way that RFC 4291 allows, and each spelling
 * is then damaged a few times: what one parser takes the other must take, with
 * the same value.
 */
#define _POSIX_C_SOURCE 200112L

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "inet6.h"
#include "random.h"

#define SPELLING_MAX 80

/* The engine's parser reads no byte behind the length it is told. */
static bool
parse_exactly(const char *text, unsigned char *address)
{
	size_t		len = strlen(text);
	char	   *copy = malloc(len > 0 ? len : 1);
	bool		good;

	if (copy == NULL)
		exit(1);
	memcpy(copy, text, len);
	good = rw_inet6_parse(copy, len, address);
	free(copy);
	return good;
}

static void
compare(const char *text)
{
	unsigned char ours[16];
	unsigned char theirs[16];
	bool		good;
	bool		expected = inet_pton(AF_INET6, text, theirs) == 1;

	memset(ours, 0xEE, 16);
	good = parse_exactly(text, ours);
	if (!expected)
		memset(theirs, 0xEE, 16);	/* untouched where it is refused */
	if (!check(good == expected) || !check(memcmp(ours, theirs, 16) == 0))
		harness_print("  address", text, strlen(text));
}

/* Groups of which many are zero, so that "::" has somewhere to stand. */
static void
draw_groups(Random *random, unsigned int *groups)
{
	static const unsigned int usual[] = {0, 0, 0, 1, 0xA, 0xFD00, 0xFFFF,
	0x2001, 0xDB8};

	for (int i = 0; i < 8; i++)
		groups[i] = random_one_in(random, 3) ?
			(unsigned int) random_below(random, 0x10000) :
			usual[random_below(random, sizeof(usual) / sizeof(usual[0]))];
}

static int
spell_group(Random *random, unsigned int group, char *out)
{
	switch (random_below(random, 5))
	{
		case 0:
			return snprintf(out, 8, "%X", group);
		case 1:
			return snprintf(out, 8, "%04x", group);
		case 2:
			return snprintf(out, 8, "%02X", group);
		case 3:
			return snprintf(out, 8, "%03x", group);
		default:
			return snprintf(out, 8, "%x", group);
	}
}

static void
spell(Random *random, const unsigned int *groups, char *out)
{
	int			hex = random_one_in(random, 4) ? 6 : 8;
	int			gap = (int) random_below(random, 9);	/* 8: none */
	int			behind = gap;
	char	   *p = out;

	while (behind < hex && groups[behind] == 0)
		behind++;
	if (behind > gap + 1 && random_one_in(random, 3))
		behind--;				/* "::" need not take all of the zeros */
	for (int i = 0; i < hex; i++)
	{
		if (i == gap && behind > gap)
		{
			*p++ = ':';
			if (i == 0)
				*p++ = ':';
			i = behind - 1;
			continue;
		}
		p += spell_group(random, groups[i], p);
		if (i < 7)
			*p++ = ':';
	}
	if (hex == 6)
		p += snprintf(p, 16, "%u.%u.%u.%u", groups[6] >> 8,
					  groups[6] & 0xFF, groups[7] >> 8, groups[7] & 0xFF);
	*p = '\0';
}

/* Change, add or drop one byte. */
static void
damage(Random *random, char *text)
{
	static const char bytes[] = "::::....0123456789abcdefABCDEFg%/[] ";
	size_t		len = strlen(text);
	size_t		p = random_below(random, len + 1);
	char		byte = bytes[random_below(random, sizeof(bytes) - 1)];

	switch (random_below(random, 4))
	{
		case 0:
			if (p < len)
				text[p] = byte;
			break;
		case 1:
			if (p < len)
				memmove(text + p, text + p + 1, len - p);
			break;
		case 2:
			memmove(text + p + 1, text + p, len + 1 - p);
			text[p] = byte;
			break;
		default:
			text[p] = '\0';
			break;
	}
}

static void
test_generated(void)
{
	unsigned long rounds = harness_rounds("QSREPL_ROUNDS", 20000);
	Random		random = {6};
	unsigned long good = 0;

	for (unsigned long i = 0; i < rounds; i++)
	{
		unsigned int groups[8];
		unsigned char address[16];
		char		text[SPELLING_MAX];

		draw_groups(&random, groups);
		spell(&random, groups, text);
		compare(text);
		good += parse_exactly(text, address);
		for (size_t n = random_below(&random, 4); n > 0; n--)
		{
			damage(&random, text);
			compare(text);
		}
	}
	/* A generator that spelled nonsense would test only the refusals. */
	check(good == rounds);
}

static void
test_known(void)
{
	static const char *const texts[] = {
		"", ":", "::", ":::", "1", "1:", ":1", "::1", "1::", "1::1",
		"1::1::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
		"::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "12345::", "::12345",
		"g::", "::ffff:1.2.3.4", "::1.2.3.4", "1.2.3.4", "::1.2.3",
		"::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4.",
		"::.1.2.3", "::1..2.3", "fe80::1%eth0", "[::1]", "::1 ", " ::1",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255",
		"00000:0000:0000:0000:0000:ffff:255.255.255.255",
		"::ffff:1234.1.1.1", "::0.0.0.0", "1::2:1.2.3.4",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		compare(texts[i]);
}

static void
test_values(void)
{
	static const unsigned char expected[16] = {0xFD, 0, 0, 0x0A,
	[14] = 1,[15] = 1};
	unsigned char address[16];

	check(parse_exactly("fd00:a::101", address) &&
		  memcmp(address, expected, 16) == 0);
	check(parse_exactly("FD00:000A:0:0::0:101", address) &&
		  memcmp(address, expected, 16) == 0);

	/* A NUL is a byte like any other, and none of an address. */
	check(!rw_inet6_parse("::1\0", 4, address));
	check(!rw_inet6_parse("\0:1", 3, address));
}

int
main(void)
{
	test_known();
	test_values();
	test_generated();
	return harness_finish();
}
