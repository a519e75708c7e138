/*
 * test_json.c
 *		Rewriting JSON texts: worked examples, broken ones, deep ones and
 *		large ones.  test_json_random.c has the generated ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "sets.h"

static TestMemory memory;

typedef struct Example
{
	const char *in;
	const char *out;			/* NULL: the same */
} Example;

/* At site B, with the usual mappings. */
static const Example examples[] = {
	/* string values, wherever they stand */
	{"\"\\\\\\\\CN\\\\QlikShare\\\\x\"", "\"\\\\\\\\FS-B\\\\Qlik$\\\\x\""},
	{"[\"https://CN1/\",{\"a\":\"CN1:80\"}]",
	"[\"https://CN2/\",{\"a\":\"CN2:80\"}]"},
	{" { \"a\"\t:\n[ \"192.168.1.101\" , 1.5e3 ] , \"b\" : null } ",
	" { \"a\"\t:\n[ \"192.168.2.101\" , 1.5e3 ] , \"b\" : null } "},
	{"[\"CN1:80\",\"CN1:80\"]", "[\"CN2:80\",\"CN2:80\"]"},

	/* keys never */
	{"{\"https://CN1/\":\"x\"}", NULL},
	{"{\"CN1:80\" \n\t: \"CN1:80\"}", "{\"CN1:80\" \n\t: \"CN2:80\"}"},
	{"{\"192.168.1.101\":{\"192.168.1.101\":\"192.168.1.101\"}}",
	"{\"192.168.1.101\":{\"192.168.1.101\":\"192.168.2.101\"}}"},
	{"{\"\\\\\\\\CN\\\\QlikShare\":1}", NULL},

	/* each string is a text of its own: a key outside of it names no host */
	{"{\"host\":\"CN1\"}", NULL},
	{"{\"a\":\"host=CN1\"}", "{\"a\":\"host=CN2\"}"},
	{"[\"host=\",\"CN1\"]", NULL},

	/* a JSON text in a string */
	{"{\"a\":\"{\\\"host\\\":\\\"CN1\\\"}\"}",
	"{\"a\":\"{\\\"host\\\":\\\"CN2\\\"}\"}"},
	{"\"{\\\"p\\\":\\\"\\\\\\\\\\\\\\\\CN\\\\\\\\QlikShare\\\"}\"",
	"\"{\\\"p\\\":\\\"\\\\\\\\\\\\\\\\FS-B\\\\\\\\Qlik$\\\"}\""},

	/* escapes in and around what is replaced */
	{"\"\\u005c\\u005CCN\\u005cQlikShare\\u005cx\"",
	"\"\\u005c\\u005CFS-B\\\\Qlik$\\u005cx\""},
	{"\"\\u005c\\\\\\u0043N\\\\Qlik\\u0053hare\"",
	"\"\\u005c\\\\FS-B\\\\Qlik$\""},
	{"\"https:\\/\\/CN1\\/x\"", "\"https:\\/\\/CN2\\/x\""},
	{"\"file:\\/\\/CN\\/QlikShare\\/x\"",
	"\"file:\\/\\/FS-B\\/Qlik$\\/x\""},
	{"\"\\/\\/CN\\/QlikShare\"", "\"\\/\\/FS-B\\/Qlik$\""},
	{"\"file://CN/QlikShare/x\"", "\"file://FS-B/Qlik$/x\""},
	{"\"D:\\\\QlikData\\\\in\"", "\"E:\\\\Qlik\\\\Data\\\\in\""},
	{"\"D:\\/QlikData\\/in\"", "\"E:\\/Qlik\\/Data\\/in\""},
	{"\"D:\\u002fQlikData\\u002Fin\"", "\"E:/Qlik/Data\\u002Fin\""},
	{"\"\\u0063n1:80\"", "\"CN2:80\""},
	{"\"host\\u003dCN1\\u003b\"", "\"host\\u003dCN2\\u003b\""},
	{"\"a\\nhost=CN1\\tb\"", "\"a\\nhost=CN2\\tb\""},
	{"\"\\b\\f\\r\\\"CN1:80\\\"\"", "\"\\b\\f\\r\\\"CN2:80\\\"\""},
	{"\"\\u0000CN1:80\\u0000\"", "\"\\u0000CN2:80\\u0000\""},

	/* characters over 0x7F, escaped and not, and halves of pairs */
	{"\"\\ud83d\\ude00 CN1:80 \\uD83D\\uDE00\"",
	"\"\\ud83d\\ude00 CN2:80 \\uD83D\\uDE00\""},
	{"\"\\ud83d CN1:80\"", "\"\\ud83d CN2:80\""},
	{"\"\\ude00 CN1:80 \\ud83d\"", "\"\\ude00 CN2:80 \\ud83d\""},
	{"\"host=CN1\\u003b\\ude00\"", "\"host=CN2\\u003b\\ude00\""},
	{"\"host=CN1\\u003b\\ud83d\"", "\"host=CN2\\u003b\\ud83d\""},
	{"\"\\ud83d\\u0020CN1:80\"", "\"\\ud83d\\u0020CN2:80\""},
	{"\"\\u20ac CN1:80 \xE2\x82\xAC CN1:80\"",
	"\"\\u20ac CN2:80 \xE2\x82\xAC CN2:80\""},
	{"\"\\u00e9CN1:80\"", NULL},	/* another host, as with the letter */
	{"\"\xC3\xA9" "CN1:80\"", NULL},
	{"\"\\uD83D\\uDE00CN1:80\"", NULL},

	/* nothing foreign */
	{"", NULL},
	{"{}", NULL},
	{"\"\"", NULL},
	{"CN1:80", NULL},
	{"[1,true,\"CN2:80\",\"CN10:80\"]", NULL},
	{"\"\\\\\\\\CN\\\\QlikShare2\"", NULL},

	/* not JSON: strings are still found, nothing else is touched */
	{"{\"a\":\"CN1:80\"", "{\"a\":\"CN2:80\""},
	{"{\"a\":\"CN1:80", NULL},
	{"{\"a\":\"CN1:80\\", NULL},
	{"{\"a\":\"CN1:80\\\"", NULL},
	{"\"", NULL},
	{"\"\\", NULL},
	{"\"\\\"", NULL},
	{"\"\\u\"", NULL},
	{"\"\\u00\"", NULL},
	{"\"\\uZZZZ CN1:80\"", "\"\\uZZZZ CN2:80\""},
	{"\"\\x CN1:80\"", "\"\\x CN2:80\""},
	{"\"\\u00 CN1:80\"", "\"\\u00 CN2:80\""},
	{"\"\\ud83d\\u CN1:80\"", "\"\\ud83d\\u CN2:80\""},
	{"]}\"CN1:80\"[[,", "]}\"CN2:80\"[[,"},
	{"\"CN1:80\"\"CN1:80\"", "\"CN2:80\"\"CN2:80\""},
};

/* Rewrite len bytes; the result lives in memory, or is the input. */
static const char *
rewrite(const RwMatcher *matcher, const char *in, size_t len, size_t *outlen)
{
	char	   *out;

	if (rw_rewrite_json(matcher, in, len, &memory.engine, &out,
						outlen) == RW_CHANGED)
		return out;
	*outlen = len;
	return in;
}

static void
test_examples(const RwMatcher *matcher)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
	{
		const char *in = examples[i].in;
		const char *out = examples[i].out != NULL ? examples[i].out : in;
		size_t		len = strlen(in);
		size_t		outlen;
		size_t		again;
		size_t		live = memory.live;
		const char *got = rewrite(matcher, in, len, &outlen);
		RwHit		hit;
		bool		found = rw_find_json(matcher, in, len, &memory.engine,
										 &hit);

		/* The buffer for decoding is given back. */
		check(memory.live == live + (got != in));
		check(outlen == strlen(got));
		if (!check_text(got, out))
			harness_print("  input", in, len);
		check((got == in) == (examples[i].out == NULL));
		check(found == (got != in));
		if (found)
			check(hit.start <= hit.end && hit.end <= len &&
				  strncmp(in, got, hit.start) == 0);
		check(rewrite(matcher, got, outlen, &again) == got);
	}
}

/* Characters of two, three and four bytes, as they are and escaped. */
static void
test_characters(void)
{
	static const SetLine lines[] = {
		{"m0", RW_KIND_HOST, "A", "h\xC3\xA9", false},
		{"m0", RW_KIND_HOST, "B", "two", false},
		{"m1", RW_KIND_HOST, "A", "h\xE2\x82\xAC", false},
		{"m1", RW_KIND_HOST, "B", "three", false},
		{"m2", RW_KIND_HOST, "A", "h\xF0\x9F\x98\x80", false},
		{"m2", RW_KIND_HOST, "B", "four\xF0\x9F\x98\x81", false},
	};
	static const Example characters[] = {
		{"\"host=h\xC3\xA9\"", "\"host=two\""},
		{"\"host=h\\u00e9\"", "\"host=two\""},
		{"\"host=h\xE2\x82\xAC\"", "\"host=three\""},
		{"\"host=h\\u20AC;\"", "\"host=three;\""},
		{"\"host=h\xF0\x9F\x98\x80\"", "\"host=four\xF0\x9F\x98\x81\""},
		{"\"host=\\u0068\\uD83d\\ude00\"",
		"\"host=four\xF0\x9F\x98\x81\""},
	};
	TestMemory	place;
	RwMatcher  *matcher;

	memory_init(&place);
	matcher = set_compile(lines, sizeof(lines) / sizeof(lines[0]), "B",
						  &place);
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++)
	{
		size_t		len;

		check_text(rewrite(matcher, characters[i].in,
						   strlen(characters[i].in), &len),
				   characters[i].out);
	}
	rw_matcher_free(matcher);
	check(place.live == 0);
}

static void
test_hit(const RwMatcher *matcher)
{
	static const char in[] = "{\"CN1:1\":\"\\u00e9 \\u0043N1:80 CN1:80\"}";
	RwHit		hit;

	check(rw_find_json(matcher, in, strlen(in), &memory.engine, &hit));
	check(strncmp(in + hit.start, "\\u0043N1:80", 11) == 0);
	check(hit.end - hit.start == 8);
	check_text(hit.mapping, "cn1");
	check_text(hit.site, "A");
}

/* n times what is before, a value, n times what is behind. */
static void
test_deep(const RwMatcher *matcher, const char *before, const char *behind)
{
	size_t		n = harness_number("QSREPL_DEPTH", 100000);
	size_t		left = strlen(before);
	size_t		right = strlen(behind);
	size_t		len = n * (left + right) + 8;
	size_t		outlen;
	char	   *in = malloc(len);
	const char *got;
	size_t		p = 0;

	if (in == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++, p += left)
		memcpy(in + p, before, left);
	memcpy(in + p, "\"CN1:80\"", 8);
	p += 8;
	for (size_t i = 0; i < n; i++, p += right)
		memcpy(in + p, behind, right);
	got = rewrite(matcher, in, len, &outlen);
	check(got != in && outlen == len);
	in[n * left + 3] = '2';		/* CN1 becomes CN2 */
	check(memcmp(got, in, len) == 0);
	free(in);
}

/* One value of many bytes, with a hit at both ends. */
static void
test_large(const RwMatcher *matcher, char filler, bool escaped)
{
	size_t		len = harness_number("QSREPL_BYTES", 10 * 1024 * 1024);
	char	   *in = malloc(len);
	size_t		outlen;
	const char *got;

	if (in == NULL || len < 64)
		exit(1);
	for (size_t i = 0; i < len; i++)
		in[i] = escaped && i % 2 == 0 ? '\\' : filler;
	memcpy(in, "\"CN1:80 ", 8);
	memcpy(in + len - 8, " CN1:80\"", 8);
	got = rewrite(matcher, in, len, &outlen);
	check(got != in && outlen == len);
	in[3] = in[len - 5] = '2';
	check(memcmp(got, in, len) == 0);
	free(in);
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
	test_hit(matcher);
	test_characters();
	test_deep(matcher, "[", "]");
	test_deep(matcher, "{\"host=CN1\":", "}");
	test_deep(matcher, "[\"x\",", "");
	memory_reset(&memory);
	test_large(matcher, 'x', false);
	test_large(matcher, '\\', true);
	test_large(matcher, '"', true);
	test_large(matcher, 'n', true);
	test_large(matcher, 'u', true);
	test_large(matcher, '/', true);
	test_large(matcher, '/', false);
	rw_matcher_free(matcher);
	check(place.live == 0);
	return harness_finish();
}
