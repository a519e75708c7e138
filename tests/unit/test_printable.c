/*
 * test_printable.c
 *		What others have named does not steer a terminal.
 */
#include <string.h>

#include "base/printable.h"
#include "harness.h"

static void
check_printable(const char *text, const char *expected)
{
	char		copy[128];

	snprintf(copy, sizeof(copy), "%s", text);
	printable(copy);
	check_text(copy, expected);
}

static void
check_printed(void)
{
	FILE	   *out = tmpfile();
	char		line[64] = "";

	check(out != NULL);
	if (out == NULL)
		return;
	printed_to(out, "%s: %d\n", "a\033b", 7);
	rewind(out);
	check(fgets(line, sizeof(line), out) != NULL);
	check_text(line, "a?b: 7\n");
	fclose(out);
}

int
main(void)
{
	check_printable("", "");
	check_printable("plain\tand\n\xc3\xa4 \xe6\x96\x87 \xf0\x9f\x98\x80",
					"plain\tand\n\xc3\xa4 \xe6\x96\x87 \xf0\x9f\x98\x80");
	check_printable("\033]0;title\007\r\b\177", "?]0;title????");
	/* C1, as UTF-8 and as a byte; a character cut short */
	check_printable("\xc2\x9b" "31m\xc2\xa0", "??31m\xc2\xa0");
	check_printable("\x9b" "31m \xe6\x96", "?31m ??");
	check_printed();
	return harness_finish();
}
