/*
 * test_utf8.c
 *		Characters in UTF-8: each one there and back, and what is none.
 */
#include <string.h>

#include "base/utf8.h"
#include "harness.h"

static void
check_character(uint32_t character, const char *expected)
{
	char		out[UTF8_SIZE + 1];
	size_t		len = utf8_encode(character, out);

	out[len] = '\0';
	check_text(out, expected);
}

/* Surrogates are encoded, but are no UTF-8. */
static void
test_all(void)
{
	for (uint32_t c = 0; c <= 0x10FFFF; c++)
	{
		char		out[UTF8_SIZE];
		size_t		len = utf8_encode(c, out);
		size_t		length = c >= 0xD800 && c <= 0xDFFF ? 0 : len;

		if (utf8_length(out, len) != length || utf8_decode(out, len) != c)
		{
			check(false);
			return;
		}
	}
	check(true);
}

static void
test_none(void)
{
	static const char *const none[] = {
		"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xC3(", "\xE2\x82"
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check(utf8_length(none[i], strlen(none[i])) == 0);
	check(utf8_length("a\x80", 2) == 1);
}

int
main(void)
{
	check_character('a', "a");
	check_character(0xE4, "\xC3\xA4");
	check_character(0x20AC, "\xE2\x82\xAC");
	check_character(0x1F600, "\xF0\x9F\x98\x80");
	test_all();
	test_none();
	return harness_finish();
}
