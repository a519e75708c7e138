/*
 * test_forms.c
 *		What holds in every form: a value with nothing foreign costs no
 *		memory, NULs are bytes like others, and large values are no matter; and
 *		the form that is suggested for a value.
 *
 * QSREPL_BYTES is the size of a large value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "sets.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static TestMemory memory;

/* Bytes that are compared with their length: they may hold NULs. */
typedef struct Bytes
{
	const char *bytes;
	size_t		len;
} Bytes;

#define BYTES(literal) {literal, sizeof(literal) - 1}

typedef struct Example
{
	RwForm		form;
	Bytes		in;
	Bytes		out;			/* at site B */
} Example;

static const Example examples[] = {
	{RW_FORM_PATH, BYTES("\\\\CN\\QlikShare\\x"),
	BYTES("\\\\FS-B\\Qlik$\\x")},
	{RW_FORM_PATH, BYTES("\\\\CN1\\x\\CN1"), BYTES("\\\\CN2\\x\\CN1")},
	{RW_FORM_PATH, BYTES("\\\\[fd00:a::101]\\x"),
	BYTES("\\\\[fd00:b::101]\\x")},
	{RW_FORM_HOST, BYTES("CN1:443, old.sitea.corp.local"),
	BYTES("CN2:443, cn2.siteb.corp.local")},
	{RW_FORM_HOST, BYTES("fd00:a::0101 [FD00:A::101]:80"),
	BYTES("fd00:b::101 [fd00:b::101]:80")},
	{RW_FORM_TEXT, BYTES("https://CN1/ \\\\cn1\\x host=CN1"),
	BYTES("https://CN2/ \\\\CN2\\x host=CN2")},
	{RW_FORM_VALUE, BYTES("0f1e2d3c4b5a6978"), BYTES("A0B1C2D3E4F50617")},

	/* NULs: no separator in a list, a control character in a text */
	{RW_FORM_PATH, BYTES("\\\\CN\\QlikShare\\\0\\x"),
	BYTES("\\\\FS-B\\Qlik$\\\0\\x")},
	{RW_FORM_PATH, BYTES("\\\\CN\\QlikShare\0"),
	BYTES("\\\\CN\\QlikShare\0")},
	{RW_FORM_PATH, BYTES("\0\\\\CN\\QlikShare"),
	BYTES("\0\\\\CN\\QlikShare")},
	{RW_FORM_HOST, BYTES("CN1\0,CN1"), BYTES("CN1\0,CN2")},
	{RW_FORM_HOST, BYTES("\0CN1"), BYTES("\0CN1")},
	{RW_FORM_TEXT, BYTES("\0\\\\CN\\QlikShare\0//CN/QlikShare\0"),
	BYTES("\0\\\\FS-B\\Qlik$\0//FS-B/Qlik$\0")},
	{RW_FORM_TEXT, BYTES("\0host=CN1\0D:\\QlikData\0"),
	BYTES("\0host=CN2\0E:\\Qlik\\Data\0")},
	{RW_FORM_TEXT, BYTES("CN1:80\0 192.168.1.101\0https://CN1\0"),
	BYTES("CN2:80\0 192.168.2.101\0https://CN2\0")},
	{RW_FORM_TEXT, BYTES("host=\0CN1"), BYTES("host=\0CN1")},
	{RW_FORM_VALUE, BYTES("0F1E2D3C4B5A6978\0"),
	BYTES("0F1E2D3C4B5A6978\0")},
};

static bool
same(const char *bytes, size_t len, const Bytes *expected)
{
	return len == expected->len && memcmp(bytes, expected->bytes, len) == 0;
}

static void
test_examples(const RwMatcher *matcher)
{
	for (size_t i = 0; i < COUNT(examples); i++)
	{
		const Example *e = &examples[i];
		char	   *out = NULL;
		size_t		len = 0;
		RwResult	result = rw_rewrite(matcher, e->form, e->in.bytes,
										e->in.len, &memory.engine, &out,
										&len);
		RwHit		hit;
		bool		found = rw_find(matcher, e->form, e->in.bytes,
									e->in.len, &hit);

		check((result == RW_CHANGED) ==
			  !same(e->in.bytes, e->in.len, &e->out));
		check(found == (result == RW_CHANGED));
		if (result == RW_SAME)
		{
			/* Out-parameters are set only on a change. */
			check(out == NULL && len == 0);
			continue;
		}
		if (!check(same(out, len, &e->out)))
			harness_print("  got", out, len);
		check(out[len] == '\0');
		check(hit.start < hit.end && hit.end <= e->in.len);
		check(memcmp(out, e->in.bytes, hit.start) == 0);
		check_text(hit.site, "A");
		memory_reset(&memory);
	}
}

/* Nothing foreign: no memory, in any form. */
static void
test_same(const RwMatcher *matcher)
{
	static const Bytes values[] = {
		BYTES(""), BYTES("\\"), BYTES("\\\\"), BYTES("\0"), BYTES("x"),
		BYTES("\\\\FS-B\\Qlik$\\x"), BYTES("\\\\fs-b\\QLIK$"),
		BYTES("https://CN2/x,CN2:80"), BYTES("cn2"), BYTES("E:/qlik//data"),
		BYTES("[FD00:B:0::101]"), BYTES("a0b1c2d3e4f50617"),
		BYTES("The node-CN1 and \\CN\\QlikShare"),
		BYTES("\\\\CN\\QlikShare2 CN10:80 xhost=CN1"),
		BYTES("\"\\u0043N1\" : \"CN1\""),
	};

	memory.taken = 0;
	for (size_t i = 0; i < COUNT(values); i++)
	{
		char	   *out;
		size_t		len;
		RwHit		hit;

		for (int form = RW_FORM_PATH; form <= RW_FORM_VALUE; form++)
		{
			check(rw_rewrite(matcher, (RwForm) form, values[i].bytes,
							 values[i].len, &memory.engine, &out,
							 &len) == RW_SAME);
			check(!rw_find(matcher, (RwForm) form, values[i].bytes,
						   values[i].len, &hit));
		}
		check(memory.taken == 0);
		check(rw_rewrite_json(matcher, values[i].bytes, values[i].len,
							  &memory.engine, &out, &len) == RW_SAME);
		check(memory.live == 0);
		memory_reset(&memory);
		memory.taken = 0;
	}
}

/* A pattern over and over, up to the size of a large value. */
static char *
repeat(const char *pattern, size_t len)
{
	size_t		unit = strlen(pattern);
	char	   *bytes = malloc(len + 1);

	if (bytes == NULL)
		exit(1);
	for (size_t i = 0; i < len; i++)
		bytes[i] = pattern[i % unit];
	bytes[len] = '\0';
	return bytes;
}

static void
test_large(const RwMatcher *matcher)
{
	static const char *const patterns[] = {"x", "\\", "/", "%5C", ":",
		"host=CN1;", "\\\\CN\\QlikShare;", "https://CN1,", "CN1:80,CN1 ",
	"[fd00:a::101] ", "\xC3\xA9", "D:\\QlikData ", "192.168.1.101."};
	size_t		size = harness_number("QSREPL_BYTES", 10 * 1024 * 1024);

	for (size_t i = 0; i < COUNT(patterns); i++)
		for (int form = RW_FORM_PATH; form <= RW_FORM_VALUE; form++)
		{
			char	   *in = repeat(patterns[i], size);
			char	   *out;
			size_t		len;
			RwHit		hit;
			bool		found = rw_find(matcher, (RwForm) form, in, size,
										&hit);

			if (check(rw_rewrite(matcher, (RwForm) form, in, size,
								 &memory.engine, &out, &len) ==
					  (found ? RW_CHANGED : RW_SAME)) && found)
				check(out[len] == '\0' && strlen(out) == len);
			memory_reset(&memory);
			free(in);
		}
}

/* Each of a million hits is seen, none twice. */
static void
test_many_hits(const RwMatcher *matcher)
{
	size_t		size = harness_number("QSREPL_BYTES", 10 * 1024 * 1024);
	char	   *in = repeat("host=CN1;", size);
	char	   *expected = repeat("host=CN2;", size / 9 * 9);
	char	   *out;
	size_t		len;

	check(rw_rewrite(matcher, RW_FORM_TEXT, in, size / 9 * 9,
					 &memory.engine, &out, &len) == RW_CHANGED);
	check(len == size / 9 * 9 && memcmp(out, expected, len) == 0);
	memory_reset(&memory);
	free(in);
	free(expected);
}

/* ---- the form a column would need ---- */

typedef struct Suggestion
{
	const char *value;
	bool		json;
	int			form;			/* -1: none */
} Suggestion;

static const Suggestion suggestions[] = {
	{"\\\\CN\\QlikShare\\x", false, RW_FORM_PATH},
	{"\\\\other\\share", false, RW_FORM_PATH},
	{"\\\\FS-B\\Qlik$", false, RW_FORM_PATH},
	{"C:\\Program Files\\Qlik", false, RW_FORM_PATH},
	{"d:/x", false, RW_FORM_PATH},
	{"\\\\?\\UNC\\other\\share", false, RW_FORM_PATH},
	{"CN1", false, RW_FORM_HOST},
	{"CN2", false, RW_FORM_HOST},
	{"x,CN1:443;y", false, RW_FORM_HOST},
	{"192.168.1.101", false, RW_FORM_HOST},
	{"see \\\\CN\\QlikShare\\x", false, RW_FORM_TEXT},
	{"https://CN1/x", false, RW_FORM_TEXT},
	{"\\\\CN\\QlikShare;x=\\\\CN\\QlikShare", false, RW_FORM_TEXT},
	{"x=\\\\other\\share;", false, RW_FORM_TEXT},
	{"run D:\\x.bat", false, RW_FORM_TEXT},
	{"", false, -1},
	{"x", false, -1},
	{"CN10", false, -1},
	{"The node CN1 is up", false, RW_FORM_HOST},
	{"https://other/x", false, -1},
	{"\\\\", false, -1},
	{"{\"a\":\"\\\\\\\\other\\\\share\"}", true, RW_FORM_TEXT},
	{"{\"a\":\"https://CN1/\"}", true, RW_FORM_TEXT},
	{"\"CN1:80\"", true, RW_FORM_TEXT},
	{"{\"D:\\\\x\":\"CN1\"}", true, -1},
	{"{}", true, -1},
};

static void
test_suggestions(const RwMatcher *matcher)
{
	for (size_t i = 0; i < COUNT(suggestions); i++)
	{
		const Suggestion *s = &suggestions[i];
		RwForm		form = RW_FORM_VALUE;
		bool		any = rw_suggest_form(matcher, s->value,
										  strlen(s->value), s->json,
										  &memory.engine, &form);

		if (!check(any == (s->form >= 0)) ||
			!check(!any || (int) form == s->form))
			printf("  value %s, form %s\n", s->value,
				   any ? rw_form_name(form) : "none");
		check(memory.live == 0);
	}
}

/* Addresses without "::", whose second group has one to four digits. */
static void
test_groups(void)
{
	static const SetLine lines[] = {
		{"one", RW_KIND_HOST, "A", "fd00:9::1", false},
		{"one", RW_KIND_HOST, "B", "fd01::1", false},
		{"two", RW_KIND_HOST, "A", "fd00:7a::1", false},
		{"two", RW_KIND_HOST, "B", "fd01::2", false},
		{"four", RW_KIND_HOST, "A", "fd00:5abc::1", false},
		{"four", RW_KIND_HOST, "B", "fd01::4", false},
	};
	RwMatcher  *matcher = set_compile(lines, COUNT(lines), "B", &memory);

	check_text(set_rewrite(matcher, RW_FORM_TEXT, "at fd00:9:0:0:0:0:0:1 "
						   "fd00:0009:0:0:0:0:0:1 fd00:6:0:0:0:0:0:1",
						   &memory),
			   "at fd01::1 fd01::1 fd00:6:0:0:0:0:0:1");
	check_text(set_rewrite(matcher, RW_FORM_TEXT, "at fd00:7a:0:0:0:0:0:1 "
						   "fd00:7b:0:0:0:0:0:1", &memory),
			   "at fd01::2 fd00:7b:0:0:0:0:0:1");
	check_text(set_rewrite(matcher, RW_FORM_TEXT,
						   "at FD00:5ABC:0:0:0:0:0:1.", &memory),
			   "at fd01::4.");
	rw_matcher_free(matcher);
	memory_reset(&memory);
}

int
main(void)
{
	TestMemory	place;
	RwMatcher  *matcher;

	memory_init(&memory);
	memory_init(&place);
	matcher = set_compile(set_usual, set_usual_size, "B", &place);
	test_examples(matcher);
	test_same(matcher);
	test_suggestions(matcher);
	test_large(matcher);
	test_many_hits(matcher);
	test_groups();
	rw_matcher_free(matcher);
	check(place.live == 0);
	return harness_finish();
}
