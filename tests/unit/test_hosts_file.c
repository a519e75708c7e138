/*
 * test_hosts_file.c
 *		A hosts file taken apart and put together: the block, everything else
 *		byte for byte, names that are in the way; at random.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "hosts/internal.h"
#include "random.h"

#define BEGIN "# BEGIN qsrepl: kept by \"qsrepl hosts apply\", lines of yours go elsewhere"
#define END "# END qsrepl"

static const char lines[] = "10.1.0.11\tCN\n";

static void
check_compose(const char *bytes, bool crlf, const char *expected)
{
	HostsText	text;
	Text		out = {NULL, 0, 0};

	check(hosts_parse(bytes, strlen(bytes), crlf, &text) == HOSTS_SOUND);
	hosts_compose(&text, lines, text.begin, &out);
	check_text(out.bytes, expected);
	text_free(&out);
}

static void
test_compose(void)
{
	check_compose("", false, BEGIN "\n10.1.0.11\tCN\n" END "\n");
	check_compose("", true, BEGIN "\r\n10.1.0.11\tCN\r\n" END "\r\n");
	check_compose("a b\n", true, "a b\n" BEGIN "\n10.1.0.11\tCN\n" END "\n");
	check_compose("a b\r\nc d\n", false, "a b\r\nc d\n" BEGIN
				  "\r\n10.1.0.11\tCN\r\n" END "\r\n");
	/* A last line without an end keeps having none. */
	check_compose("a b\nlast", false, "a b\n" BEGIN "\n10.1.0.11\tCN\n" END
				  "\nlast");
	check_compose("last", true, BEGIN "\r\n10.1.0.11\tCN\r\n" END "\r\nlast");
	check_compose("\xEF\xBB\xBF" "a b\n", false, "\xEF\xBB\xBF" "a b\n" BEGIN
				  "\n10.1.0.11\tCN\n" END "\n");
	check_compose("\xEF\xBB\xBFlast", false, "\xEF\xBB\xBF" BEGIN
				  "\n10.1.0.11\tCN\n" END "\nlast");
	check_compose("\xE4\xF6 of a code page\r\n", false,
				  "\xE4\xF6 of a code page\r\n" BEGIN
				  "\r\n10.1.0.11\tCN\r\n" END "\r\n");
	/* An old block, of whatever words, is replaced where it is. */
	check_compose("a\n# BEGIN qsrepl\nold\n\t# END qsrepl x\nb\n", false,
				  "a\n" BEGIN "\n10.1.0.11\tCN\n" END "\nb\n");
	check_compose("a\r\n" BEGIN "\n" END, false, "a\r\n" BEGIN
				  "\r\n10.1.0.11\tCN\r\n" END "\r\n");
	check_compose("# BEGIN qsreplica\n# END qsreplica\n", false,
				  "# BEGIN qsreplica\n# END qsreplica\n" BEGIN
				  "\n10.1.0.11\tCN\n" END "\n");
}

static void
check_fault(const char *bytes, size_t len, HostsFault fault, size_t line)
{
	HostsText	text;

	check(hosts_parse(bytes, len, false, &text) == fault);
	check(text.line == line);
}

static void
test_faults(void)
{
	static const char two[] = "# BEGIN qsrepl\n# END qsrepl\na\n"
	"# BEGIN qsrepl\n# END qsrepl\n";
	static const char inside[] = "a\n# BEGIN qsrepl\n# BEGIN qsrepl\n";
	static const char ends[] = "# BEGIN qsrepl\n# END qsrepl\n# END qsrepl\n";

	check_fault("\xFF\xFE" "a\0\n\0", 6, HOSTS_NOT_BYTES, 1);
	check_fault("\xFE\xFF\0a\0\n", 6, HOSTS_NOT_BYTES, 1);
	check_fault("a\0b\n", 4, HOSTS_NOT_BYTES, 1);
	check_fault("a b\rc d\r", 8, HOSTS_NOT_LINES, 1);
	check_fault(two, sizeof(two) - 1, HOSTS_TWO_BLOCKS, 4);
	check_fault(inside, sizeof(inside) - 1, HOSTS_NO_END, 3);
	check_fault(ends, sizeof(ends) - 1, HOSTS_TWO_BLOCKS, 3);
	check_fault("a\n# BEGIN qsrepl\nb\n", 19, HOSTS_NO_END, 2);
	check_fault("a\n# END qsrepl\n", 15, HOSTS_NO_BEGIN, 2);
}

static void
test_walk(void)
{
	static const char bytes[] = "\xEF\xBB\xBF  10.0.0.1\tCN  P1 # P2\r\n"
	"# 10.0.0.2 X\n\n10.0.0.3\n# BEGIN qsrepl\n10.0.0.4 Y\n# END qsrepl\n"
	"::1 z#q\nlast w";
	HostsText	text;
	HostsWalk	walk = {.next = 0};
	Text		found = {NULL, 0, 0};

	check(hosts_parse(bytes, sizeof(bytes) - 1, false, &text) == HOSTS_SOUND);
	while (hosts_next(&text, &walk))
		text_addf(&found, "%lu %.*s %.*s;", (unsigned long) walk.entry.line,
				  (int) walk.entry.address_len, walk.entry.address,
				  (int) walk.entry.name_len, walk.entry.name);
	check_text(found.bytes, "1 10.0.0.1 CN;1 10.0.0.1 P1;8 ::1 z;9 last w;");
	text_free(&found);
}

static void
test_moved(void)
{
	static const char bytes[] = "x\r\n10.9.9.9 CN\r\ny\r\n# BEGIN qsrepl\r\n"
	"old\r\n# END qsrepl\r\nz";
	HostsText	text;
	Text		out = {NULL, 0, 0};

	check(hosts_parse(bytes, sizeof(bytes) - 1, false, &text) == HOSTS_SOUND);
	hosts_compose(&text, lines, 3, &out);
	check_text(out.bytes, "x\r\n" BEGIN "\r\n10.1.0.11\tCN\r\n" END
			   "\r\n10.9.9.9 CN\r\ny\r\nz");
	text_free(&out);
}

static void
test_diff(void)
{
	Text		from = {NULL, 0, 0};
	Text		to = {NULL, 0, 0};
	Text		out = {NULL, 0, 0};

	text_add(&from, "1\r\n2\r\n3\r\n4\r\nold\r\n5\r\nlast");
	text_add(&to, "1\r\n2\r\n3\r\n4\r\nnew\r\nmore\r\n5\r\nlast");
	hosts_diff("hosts", &from, &to, &out);
	check_text(out.bytes, "--- hosts\n+++ hosts\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n"
			   "-old\n+new\n+more\n 5\n last\n");
	text_free(&from);
	text_free(&to);
	text_free(&out);
}

/* Pieces of which random files are made. */
static const char *const pieces[] = {
	"\n", "\r\n", "\r", "# BEGIN qsrepl", "# END qsrepl", " ", "\t",
	"10.0.0.1", "CN", "#", "\xEF\xBB\xBF", "\xE4", "x", "# BEGIN qsrepl: y"
};

static bool
holds(const Text *file, Random *random)
{
	HostsText	text;
	HostsText	again;
	Text		out = {NULL, 0, 0};
	bool		good = true;

	if (hosts_parse(file->bytes != NULL ? file->bytes : "", file->len,
					random_below(random, 2) == 0, &text) != HOSTS_SOUND)
		return true;
	hosts_compose(&text, lines, text.begin, &out);
	good = hosts_parse(out.bytes, out.len, text.crlf, &again) == HOSTS_SOUND &&
		again.has_block && again.begin == text.begin &&
		text.len - text.end == out.len - again.end &&
		memcmp(text.bytes, out.bytes, text.begin) == 0 &&
		memcmp(text.bytes + text.end, out.bytes + again.end,
			   text.len - text.end) == 0;
	text_free(&out);
	return good;
}

static void
test_random(void)
{
	unsigned long rounds = harness_rounds("QSREPL_HOSTS", 100000);
	Random		random = {harness_seed()};

	for (unsigned long i = 0; i < rounds; i++)
	{
		Text		file = {NULL, 0, 0};
		size_t		n = random_below(&random, 24);

		for (size_t j = 0; j < n; j++)
			text_add(&file, pieces[random_below(&random, sizeof(pieces) /
												sizeof(pieces[0]))]);
		if (holds(&file, &random))
			harness_passed(1);
		else
		{
			harness_failed();
			harness_print("file", file.bytes, file.len);
		}
		text_free(&file);
	}
}

int
main(void)
{
	test_compose();
	test_faults();
	test_walk();
	test_moved();
	test_diff();
	test_random();
	return harness_finish();
}
