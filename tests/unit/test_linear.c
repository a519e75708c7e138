/*
 * test_linear.c
 *		The engine's work is linear in the length of a value, and does not
 *		depend on the number of mappings.
 *
 * Work is counted, not timed: see work.h.  What is long and built of one
 * small piece is where a walk that looks around too far becomes quadratic:
 * then eight times the length costs 64 times the work.  Known bad pieces come
 * first, then random ones.
 *
 * QSREPL_SEED repeats a run, QSREPL_ROUNDS is the number of random pieces.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "random.h"
#include "sets.h"
#include "work.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SMALL ((size_t) 4096)

/*
 * Linear work grows eightfold.  A copy made when the output's buffer is
 * doubled, and the part of the work that does not depend on the length, are
 * what the rest is for.
 */
#define GROWTH 8
#define ALLOWED 10

/* Basic blocks for a byte: a bound that is far off, against slow paths. */
#define STEPS_A_BYTE 500

typedef enum Way
{
	WAY_PATH,
	WAY_HOST,
	WAY_TEXT,
	WAY_VALUE,
	WAY_JSON,
	WAY_FIND_JSON,
	WAY_SUGGEST,
	WAYS
} Way;

typedef struct Piece
{
	const char *before;			/* once */
	const char *unit;			/* over and over */
	const char *behind;			/* once */
} Piece;

static const Piece pieces[] = {
	/* roots and separators */
	{"", "\\", ""}, {"", "/", ""}, {"", "\\/", ""}, {"", "%5C", ""},
	{"", "%2f", ""}, {"", "%2%2", ""}, {"", "%", ""}, {"C:", "\\", ""},
	{"\\\\CN", "\\", "QlikShare"}, {"//CN", "/", "QlikShare"},
	{"%5C%5CCN", "%5C", "QlikShare"}, {"D:", "/", "QlikData"},
	{"\\\\?", "\\", ""}, {"", "\\\\?\\", ""}, {"", "\\\\?\\UNC\\", ""},
	{"", "\\\\CN\\", ""}, {"", "\\\\CN\\Qlik", ""}, {"", "//CN/", ""},
	{"", "\\\\CN(", ""}, {"", "(//s/", ""}, {"", "(//CN/", ""},
	{"", "//CN((((", ""}, {"\\\\CN\\", "(", ""}, {"\\\\CN\\", "Qlik;", ""},
	{"", "D:", ""}, {"", "D:\\", ""}, {"", "D:\\Qlik", ""}, {"", "C:/", ""},
	{"file:", "/", ""}, {"", "file:/", ""}, {"", "file://", ""},
	{"", "file:///D:/", ""}, {"", "file:///", "\\\\CN\\QlikShare"},
	{"", "a.", ""}, {"\\\\CN\\QlikShare\\", "x", ""},
	{"\\\\CN\\QlikShare\\", ".x", ""}, {"\\\\CN\\QlikShare", ".", ""},

	/* authorities */
	{"", "://", ""}, {"", ":\\/\\/", ""}, {"", "%3A%2F%2F", ""},
	{"://", "a", ""}, {"://", "a@", ""}, {"://", "@", ""},
	{"://", "CN1:", ""}, {"://", "a,", ""}, {"://", ",", ""},
	{"", "://a@", ""}, {"", "://a:", ""}, {"", "://CN1,", ""},
	{"", "://CN1:80,", ""}, {"%3A%2F%2F", "a%2C", ""},
	{"%3A%2F%2F", "a%40", ""}, {"%3A%2F%2F", "CN1%2C", ""},
	{"", "lib://", ""}, {"", "://[", ""}, {"://", "[fd00::1],", ""},
	{"://", "a%3A", ""}, {"", "://a=", ""},

	/* keys and lists */
	{"", "host:", ""}, {"", "host=", ""}, {"", "host", ""},
	{"", "host =", ""}, {"", "host ", ""}, {"", "-host ", ""},
	{"", "--host ", ""}, {"", "/host ", ""}, {"", "-", ""}, {"", "- ", ""},
	{"", "-s", ""}, {"", "-s ", ""}, {"", "-server ", ""},
	{"-server", " ", "name CN1"}, {"-s", " ", "erver CN1"},
	{"-s", "_-", "erver CN1"}, {"", "-server name ", ""},
	{"host", " ", "=CN1"}, {"host", "_", "=CN1"}, {"", " _-", "="},
	{"", "host_-_-_=", ""}, {"h", "_", "ost="}, {"", "_=", ""},
	{"host=", "\"", ""}, {"host=", "'", "CN1"}, {"host=", "\\\"", ""},
	{"host=", "\\\\\\\"", ""}, {"host=", "{", ""}, {"host=", "[", ""},
	{"host=", "[ ", ""}, {"", "=[[[[", ""}, {"", "host=[[", ""},
	{"host=", "tcp:", ""}, {"", "host=tcp:", ""}, {"host=", " ", "CN1"},
	{"host=CN1", "\\", ""}, {"host=CN1", " ", "="}, {"host=CN1", "'", ","},
	{"host=", "CN1,", ""}, {"host=", "CN1, ", ""}, {"host=", ",", ""},
	{"host=", "CN1\\x,", ""}, {"host=", "\"CN1\",", ""},
	{"host=", "a,", ""}, {"host=", "a\\", ""}, {"", "host=a,", ""},
	{"", "host:a:", ""}, {"", "host:host,", ""}, {"", "host=\\\"", ""},
	{"host=a", " ", ",b"}, {"", "host=a ", ""}, {"", "host=''", ""},
	{"", "'", ""}, {"", "\\\"", ""}, {"", "=", ""}, {"", ">", ""},
	{"", "= ", ""}, {"", "\"host\":\"", ""}, {"", "\\nhost=", ""},

	/* tokens, ports and addresses */
	{"", "a", ""}, {"", "a:", ""}, {"", "a:1", ""}, {"", "CN1:80", ""},
	{"", "1:", ""}, {"", "1:1:1:", ""}, {"", "::", ""}, {"", ":", ""},
	{"", "fd00::1:", ""}, {"", "fd00:a::101 ", ""}, {"", "[", ""},
	{"", "[1:", ""}, {"", "[fd00:a::101]", ""}, {"", "1.", ""},
	{"", ".", ""}, {"", "a.a.a.", ""}, {"", "192.168.1.101.", ""},
	{"", "192.168.1.101:", ""}, {"", "1:1.1:", ""}, {"", "peer:1:", ""},
	{"", "a.b:1", ""}, {"", "%1a.", ""}, {"", "%2a.b", ""}, {"", "@", ""},
	{"", "a@", ""}, {"", "\xC3\xA9.", ""}, {"", ",", ""}, {"", " ", ""},
	{"", "CN1,", ""}, {"", "CN1:80;", ""}, {"", "x", ""},

	/* JSON */
	{"\"", "\\", "\""}, {"\"", "\\u005c", "\""}, {"", "\"", ""},
	{"", "\"\" ", ""}, {"", "\"\":", ""}, {"\"a\"", " ", ":"},
	{"", "\"\\", ""}, {"[\"", "CN1:80 ", "\"]"}, {"[\"\\n", "CN1:80 ", "\"]"},
	{"", "[\"CN1:80\\n\"", ""}, {"", "{\"a\":\"CN1:80\",", ""},
	{"\"", "file:\\/\\/CN\\/QlikShare ", "\""}, {"", "\"\\ud83d", ""},
};

static const char *const fragments[] = {
	"\\", "\\\\", "\\\\\\\\", "/", "//", "\\/", "%5C", "%2F", "%", "%2",
	"%1", "%3A%2F%2F", "%40", "%2C", "://", ":\\/\\/", ":", ".", "=", ">",
	"-", "--", "_", " ", "  ", "\n", "\"", "'", "\\\"", "\\\\\\\"", ",",
	";", "@", "{", "[", "]", "(", ")", "tcp:", "lib", "host", "server",
	"name", "s", "CN1", "cn1.sitea.corp.local", "192.168.1.101", "1",
	"fd00:a::101", "fd00", "::", "1:", "80", "D:", "D:\\QlikData",
	"\\\\CN\\QlikShare", "CN", "QlikShare", "Qlik", "file:", "smb:", "?",
	"UNC", "x", "a", "\\n", "\\u005c", "\xC3\xA9", "&", "#", "$"
};

static TestMemory memory;

static size_t
put(char *to, size_t len, size_t used, const char *from)
{
	while (*from != '\0' && used < len)
		to[used++] = *from++;
	return used;
}

/* Bytes of a value with so many units. */
static size_t
length(const Piece *piece, size_t units)
{
	return strlen(piece->before) + units * strlen(piece->unit) +
		strlen(piece->behind);
}

static char *
build(const Piece *piece, size_t units)
{
	size_t		len = length(piece, units);
	char	   *bytes = malloc(len + 1);
	size_t		used;

	if (bytes == NULL)
		exit(1);
	used = put(bytes, len, 0, piece->before);
	while (units-- > 0)
		used = put(bytes, len, used, piece->unit);
	put(bytes, len, used, piece->behind);
	return bytes;
}

static void
walk(const RwMatcher *matcher, Way way, const char *in, size_t len)
{
	char	   *out;
	size_t		outlen;
	RwHit		hit;
	RwForm		form;

	switch (way)
	{
		case WAY_JSON:
			rw_rewrite_json(matcher, in, len, &memory.engine, &out, &outlen);
			break;
		case WAY_FIND_JSON:
			rw_find_json(matcher, in, len, &memory.engine, &hit);
			break;
		case WAY_SUGGEST:
			rw_suggest_form(matcher, in, len, false, &memory.engine, &form);
			break;
		default:
			rw_rewrite(matcher, (RwForm) way, in, len, &memory.engine, &out,
					   &outlen);
			break;
	}
}

/* The work that a value of so many units costs. */
static unsigned long
measure(const RwMatcher *matcher, Way way, const Piece *piece, size_t units)
{
	char	   *in = build(piece, units);
	unsigned long done;

	work_done();
	walk(matcher, way, in, length(piece, units));
	done = work_done();
	memory_reset(&memory);
	free(in);
	return done;
}

static unsigned long most;		/* steps a byte, over all pieces */

/*
 * Measure a value of about small bytes and one of eight times as many units.
 * Their numbers have the same remainders, so that what opens in one unit and
 * closes in another, a quote for example, does so in both alike.
 */
static void
test_piece(const RwMatcher *matcher, Way way, const Piece *piece,
		   size_t small)
{
	size_t		units = (small / strlen(piece->unit) / 12 + 1) * 12;
	size_t		len = length(piece, GROWTH * units);
	unsigned long one = measure(matcher, way, piece, units);
	unsigned long eight = measure(matcher, way, piece, GROWTH * units);

	if (eight / len > most)
		most = eight / len;
	if (!check(eight <= ALLOWED * one + 1000) ||
		!check(eight <= STEPS_A_BYTE * len))
	{
		printf("  way %d, %lu units: %lu steps, %lu units: %lu\n", way,
			   (unsigned long) units, one,
			   (unsigned long) (GROWTH * units), eight);
		harness_print("  before", piece->before, strlen(piece->before));
		harness_print("  unit", piece->unit, strlen(piece->unit));
		harness_print("  behind", piece->behind, strlen(piece->behind));
	}
}

static void
draw(Random *random, size_t n, char *out, size_t size)
{
	size_t		used = 0;

	while (n-- > 0)
		used = put(out, size - 1, used,
				   fragments[random_below(random, COUNT(fragments))]);
	out[used] = '\0';
}

static void
test_random(const RwMatcher *matcher)
{
	unsigned long rounds = harness_rounds("QSREPL_ROUNDS", 3000);
	uint64_t	seed = harness_seed();
	Random		random = {seed};

	for (unsigned long i = 0; i < rounds; i++)
	{
		char		before[64];
		char		unit[128];
		char		behind[64];
		Piece		piece = {before, unit, behind};

		draw(&random, random_below(&random, 3), before, sizeof(before));
		draw(&random, random_below(&random, 5) + 1, unit, sizeof(unit));
		draw(&random, random_below(&random, 2), behind, sizeof(behind));
		test_piece(matcher, random_one_in(&random, 4) ? WAY_JSON : WAY_TEXT,
				   &piece, SMALL / 2);
	}
}

/* The usual set and n mappings more that no value names. */
static RwMatcher *
compile_many(unsigned int n, TestMemory *place)
{
	RwMappings *set = set_build(set_usual, set_usual_size, place);
	RwMatcher  *matcher;
	RwProblem	problem;
	bool		good = true;

	for (unsigned int i = 0; i < n; i++)
	{
		char		name[16];
		char		a[32];
		char		b[32];
		RwKind		kind = i % 2 == 0 ? RW_KIND_PATH : RW_KIND_HOST;

		snprintf(name, sizeof(name), "many%u", i);
		snprintf(a, sizeof(a), i % 2 == 0 ? "\\\\CN\\s%u" : "na%u.x", i);
		snprintf(b, sizeof(b), i % 2 == 0 ? "\\\\FS\\s%u" : "nb%u.x", i);
		good = good &&
			rw_mappings_add(set, name, kind, "A", a, true, &problem) &&
			rw_mappings_add(set, name, kind, "B", b, true, &problem);
	}
	check(good && rw_mappings_check(set, &problem));
	matcher = rw_matcher_create(set, "B", &place->engine);
	rw_mappings_free(set);
	return matcher;
}

/*
 * A table of ten thousand is as fast as one of ten; collisions in it make a
 * few steps' difference.
 */
static void
test_many_mappings(void)
{
	static const Piece some[] = {
		{"", "\\\\CN\\QlikShare\\x ", ""}, {"", "\\\\CN\\s10 ", ""},
		{"", "host=CN1;", ""}, {"", "na17.x ", ""}, {"", "na1700.y ", ""},
		{"", "https://CN7/", ""}, {"", "\\\\CN9\\x ", ""}, {"", "x", ""},
	};
	TestMemory	place;
	RwMatcher  *few;
	RwMatcher  *many;

	memory_init(&place);
	few = compile_many(20, &place);
	many = compile_many(10000, &place);
	for (size_t i = 0; i < COUNT(some); i++)
	{
		unsigned long a = measure(few, WAY_TEXT, &some[i], 300);
		unsigned long b = measure(many, WAY_TEXT, &some[i], 300);

		if (!check(b <= a + a / 4))
			printf("  %s: %lu and %lu steps\n", some[i].unit, a, b);
	}
	rw_matcher_free(few);
	rw_matcher_free(many);
	check(place.live == 0);
}

/* The longest value there may be, and paths that almost spell it. */
static void
test_long_value(void)
{
	char		value[RW_VALUE_MAX + 1] = "\\\\fs\\";
	const Piece some[] = {
		{"", value, ""}, {"", value, "x"}, {"x", value + 1, "x"},
		{"", "\\\\fs\\", ""}, {"", "\\\\fs\\(", ""}, {"\\\\fs\\", "(", ""},
		{"", "\\\\fs\\((((((((", ""}, {"", "(//fs/", ""}, {"//fs/", "(", ""},
	};
	SetLine		lines[] = {
		{"long", RW_KIND_PATH, "A", NULL, false},
		{"long", RW_KIND_PATH, "B", "\\\\fs2\\x", false},
	};
	TestMemory	place;
	RwMatcher  *matcher;

	memset(value + 5, '(', RW_VALUE_MAX - 5);
	value[RW_VALUE_MAX] = '\0';
	lines[0].value = value;
	memory_init(&place);
	matcher = set_compile(lines, 2, "B", &place);
	for (size_t i = 0; i < COUNT(some); i++)
		test_piece(matcher, WAY_TEXT, &some[i], 8 * SMALL);
	rw_matcher_free(matcher);
}

int
main(void)
{
	TestMemory	place;
	RwMatcher  *matcher;

	memory_init(&memory);
	memory_init(&place);
	matcher = set_compile(set_usual, set_usual_size, "B", &place);
	work_done();

	/* Nothing was counted where the engine was compiled as usual. */
	check(measure(matcher, WAY_TEXT, &pieces[0], 100) > 0);
	for (size_t i = 0; i < COUNT(pieces); i++)
		for (int way = 0; way < WAYS; way++)
			test_piece(matcher, (Way) way, &pieces[i], SMALL);
	test_random(matcher);
	printf("at most %lu steps a byte\n", most);
	test_many_mappings();
	test_long_value();
	rw_matcher_free(matcher);
	check(place.live == 0);
	return harness_finish();
}
