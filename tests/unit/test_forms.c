/*
 * test_forms.c
 *		What holds in every form: a value with nothing foreign costs no
 *		memory, NULs are bytes like others, large values are no matter, and
 *		an allocator that does not return leaves the matcher as it was.
 *
 * QSREPL_BYTES is the size of a large value.
 */
#include <stdint.h>
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

/* ---- an allocator that does not return ---- */

typedef enum Call
{
	CALL_REWRITE,
	CALL_REWRITE_JSON,
	CALL_FIND_JSON,
	CALL_SUGGEST,
	CALL_MATCHER,
	CALL_CHECK,
	CALL_WARNINGS,
	CALL_ADD,
	CALLS
} Call;

static void
ignore(void *arg, const RwProblem *problem)
{
	(void) arg;
	(void) problem;
}

/* Many values, so that tables grow while they are added. */
static void
add_many(RwMappings *set)
{
	for (int i = 0; i < 200; i++)
	{
		char		name[16];
		char		value[16];
		RwProblem	problem;

		snprintf(name, sizeof(name), "m%d", i);
		snprintf(value, sizeof(value), "v%d", i);
		rw_mappings_add(set, name, RW_KIND_VALUE, "A", value, true, &problem);
	}
}

static void
run(Call call, RwMappings *set, const RwMatcher *matcher)
{
	static const char text[] = "[\"a\\tb\", \"host=\\u0043N1\", \"CN1:80\"]";
	size_t		len = strlen(text);
	char	   *out;
	size_t		outlen;
	RwHit		hit;
	RwForm		form;
	RwProblem	problem;

	switch (call)
	{
		case CALL_REWRITE:
			rw_rewrite(matcher, RW_FORM_TEXT, text, len, &memory.engine,
					   &out, &outlen);
			break;
		case CALL_REWRITE_JSON:
			rw_rewrite_json(matcher, text, len, &memory.engine, &out,
							&outlen);
			break;
		case CALL_FIND_JSON:
			rw_find_json(matcher, text, len, &memory.engine, &hit);
			break;
		case CALL_SUGGEST:
			rw_suggest_form(matcher, text, len, true, &memory.engine, &form);
			break;
		case CALL_MATCHER:
			rw_matcher_create(set, "B", &memory.engine);
			break;
		case CALL_CHECK:
			rw_mappings_check(set, &problem);
			break;
		case CALL_WARNINGS:
			rw_mappings_warnings(set, NULL, ignore, NULL);
			break;
		default:
			add_many(set);
			break;
	}
}

/* Did the call come to its end with so many blocks to take? */
static bool
run_with(Call call, size_t allowed, RwMappings *set,
		 const RwMatcher *matcher)
{
	memory.allowed = allowed;
	if (setjmp(memory.out) != 0)
		return false;
	run(call, set, matcher);
	return true;
}

/*
 * Let a call run out of memory at its first, second, third ... block: the
 * matcher still rewrites, and the set can still be compiled.  What was taken
 * meanwhile is the memory context's to free.
 */
static void
test_out_of_memory(Call call)
{
	TestMemory	place;
	RwMappings *set;
	RwMatcher  *matcher;
	bool		done = false;

	memory_init(&place);
	set = set_build(set_usual, set_usual_size, &place);
	matcher = rw_matcher_create(set, "B", &place.engine);
	for (size_t allowed = 0; !done && allowed < 1000; allowed++)
	{
		/* A set uses the allocator it was made with. */
		RwMappings *own;

		memory_init(&memory);
		own = set_build(set_usual, set_usual_size, &memory);
		done = run_with(call, allowed, own, matcher);
		memory.allowed = SIZE_MAX;
		check_text(set_rewrite(matcher, RW_FORM_TEXT, "host=CN1 CN1:80",
							   &memory), "host=CN2 CN2:80");
		if (call != CALL_MATCHER && call < CALL_CHECK)
			rw_mappings_free(own);
		else
		{
			RwProblem	problem;
			RwMatcher  *other;

			/* Whatever was left of it is a set. */
			check(rw_mappings_check(own, &problem));
			check(rw_mappings_add(own, "new", RW_KIND_HOST, "A", "N1", true,
								  &problem));
			check(rw_mappings_add(own, "new", RW_KIND_HOST, "B", "N2", true,
								  &problem));
			other = rw_matcher_create(own, "B", &memory.engine);
			check_text(set_rewrite(other, RW_FORM_HOST, "CN1,N1", &memory),
					   "CN2,N2");
			rw_matcher_free(other);
			rw_mappings_free(own);
		}
		memory_reset(&memory);
	}
	check(done);
	rw_matcher_free(matcher);
	rw_mappings_free(set);
	check(place.live == 0);
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
	rw_matcher_free(matcher);
	check(place.live == 0);
	for (int call = 0; call < CALLS; call++)
		test_out_of_memory((Call) call);
	return harness_finish();
}
