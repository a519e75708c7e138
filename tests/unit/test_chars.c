/*
 * test_chars.c
 *		Derive the table of byte classes again from the definitions.
 *
 * <ctype.h> is not asked, for it may answer by a locale.
 */
#include <string.h>

#include "chars.h"
#include "harness.h"

static bool
between(int c, int first, int last)
{
	return c >= first && c <= last;
}

static bool
one_of(int c, const char *bytes)
{
	return c != 0 && strchr(bytes, c) != NULL;
}

static unsigned int
derive(int c)
{
	bool		letter = between(c, 'A', 'Z') || between(c, 'a', 'z');
	bool		digit = between(c, '0', '9');
	bool		high = c > 0x7F;
	unsigned int classes = 0;

	if (letter)
		classes |= RW_LETTER;
	if (digit)
		classes |= RW_DIGIT;
	if (digit || between(c, 'A', 'F') || between(c, 'a', 'f'))
		classes |= RW_HEX;
	if (high)
		classes |= RW_HIGH;
	if (one_of(c, " \t"))
		classes |= RW_BLANK;
	if (one_of(c, " \t\n\v\f\r"))
		classes |= RW_SPACE;
	if (c < 0x20 || c == 0x7F)
		classes |= RW_CONTROL;
	if (one_of(c, "\"';,<>|?*=&#()[]{}`"))
		classes |= RW_LISTED;
	if (letter || digit || high || one_of(c, "-_."))
		classes |= RW_TOKEN;
	return classes;
}

static void
test_table(void)
{
	for (int c = 0; c < 256; c++)
		check(rw_class[c] == derive(c));
}

static void
test_is(void)
{
	for (int c = 0; c < 256; c++)
		for (unsigned int class = 1; class <= RW_TOKEN; class <<= 1)
			check(rw_is((char) c, class) == ((derive(c) & class) != 0));
	check(rw_is('a', RW_DIGIT | RW_LETTER));
	check(!rw_is('a', RW_DIGIT | RW_SPACE));
}

static void
test_fold(void)
{
	for (int c = 0; c < 256; c++)
	{
		int			folded = between(c, 'A', 'Z') ? c + 32 : c;

		check(rw_fold((char) c) == (char) folded);
	}
	check(rw_equal_fold("FiLe://", "file://", 7));
	check(rw_equal_fold("", "", 0));
	check(!rw_equal_fold("file", "film", 4));

	/* The lower case of the Kelvin sign is no ASCII letter's business. */
	check(!rw_equal_fold("\xE2\x84\xAA", "k", 1));
	/* '[' is 'Z' + 1 and '@' is 'A' - 1. */
	check(!rw_equal_fold("[", "{", 1));
	check(!rw_equal_fold("@", "`", 1));
}

static void
test_hex(void)
{
	static const char lower[] = "0123456789abcdef";
	static const char upper[] = "0123456789ABCDEF";

	for (unsigned int i = 0; i < 16; i++)
	{
		check(rw_hex(lower[i]) == i);
		check(rw_hex(upper[i]) == i);
	}
}

int
main(void)
{
	test_table();
	test_is();
	test_fold();
	test_hex();
	return harness_finish();
}
