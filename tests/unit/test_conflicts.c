/*
 * test_conflicts.c
 *		Which sets of mappings are refused, and which are warned of.
 */
#include <string.h>

#include "harness.h"
#include "problems.h"
#include "sets.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 8

static TestMemory memory;

/* ---- conflicts ---- */

typedef struct Conflict
{
	SetLine		lines[4];
	size_t		n;
	const char *message;		/* NULL: accepted */
	const char *detail;
	const char *hint;
} Conflict;

#define WHICH "It could not be told which of the two is meant; use one " \
	"mapping, or different values."

static const Conflict conflicts[] = {
	/* two mappings, two sites, folded */
	{{{"one", RW_KIND_PATH, "A", "\\\\FS\\Qlik", false},
	{"two", RW_KIND_PATH, "B", "\\\\fs\\qlik\\", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"\\\\FS\\Qlik\" of mapping \"one\" at site \"A\" is also the value "
	"of mapping \"two\" at site \"B\".", WHICH},
	/* one value used by two mappings at one site */
	{{{"one", RW_KIND_PATH, "A", "D:\\x", false},
	{"two", RW_KIND_PATH, "A", "d:/X", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"D:\\x\" of mapping \"one\" at site \"A\" is also the value of "
	"mapping \"two\" at site \"A\".", WHICH},
	{{{"one", RW_KIND_HOST, "A", "CN1", false},
	{"two", RW_KIND_HOST, "C", "cn1", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"CN1\" of mapping \"one\" at site \"A\" is also the value of "
	"mapping \"two\" at site \"C\".", WHICH},
	/* IPv6 addresses by value */
	{{{"one", RW_KIND_HOST, "A", "fd00::1", false},
	{"two", RW_KIND_HOST, "B", "FD00:0::0:1", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"fd00::1\" of mapping \"one\" at site \"A\" is also the value of "
	"mapping \"two\" at site \"B\".", WHICH},
	{{{"one", RW_KIND_VALUE, "A", "ab12", false},
	{"two", RW_KIND_VALUE, "B", "AB12", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"ab12\" of mapping \"one\" at site \"A\" is also the value of "
	"mapping \"two\" at site \"B\".", WHICH},
	/* a former value counts as well */
	{{{"one", RW_KIND_HOST, "A", "CN1", true},
	{"two", RW_KIND_HOST, "B", "CN1", false}}, 2,
	"mappings \"one\" and \"two\" have the same value",
	"\"CN1\" of mapping \"one\" at site \"A\" is also the value of "
	"mapping \"two\" at site \"B\".", WHICH},
	/* a server alone has no share for a drive path to stand for */
	{{{"one", RW_KIND_PATH, "A", "\\\\fs", false},
	{"one", RW_KIND_PATH, "B", "E:\\Data", false}}, 2,
	"mapping \"one\" needs a share at site \"A\"",
	"\"E:\\Data\" at site \"B\" is a drive path, for which \"\\\\fs\" "
	"names no share.", "Write \\\\server\\share."},
	{{{"one", RW_KIND_PATH, "A", "\\\\fs\\x", false},
	{"one", RW_KIND_PATH, "B", "E:\\Data", false},
	{"one", RW_KIND_PATH, "C", "\\\\old", true}}, 3,
	"mapping \"one\" needs a share at site \"C\"",
	"\"E:\\Data\" at site \"B\" is a drive path, for which \"\\\\old\" "
	"names no share.", "Write \\\\server\\share."},

	/* accepted: the same value of one mapping at several sites */
	{{{"one", RW_KIND_HOST, "A", "sense", false},
	{"one", RW_KIND_HOST, "B", "SENSE", false},
	{"one", RW_KIND_HOST, "A", "sense", true}}, 3,
	NULL, NULL, NULL},
	/* of several kinds */
	{{{"one", RW_KIND_HOST, "A", "cn1", false},
	{"two", RW_KIND_VALUE, "A", "cn1", false},
	{"three", RW_KIND_PATH, "A", "\\\\cn1", false}}, 3,
	NULL, NULL, NULL},
	/* a folder and a folder in it */
	{{{"one", RW_KIND_PATH, "A", "\\\\fs\\qlik", false},
	{"two", RW_KIND_PATH, "A", "\\\\fs\\qlik\\dr", false}}, 2,
	NULL, NULL, NULL},
	/* a drive path and a share of the same names */
	{{{"one", RW_KIND_PATH, "A", "\\\\D\\x", false},
	{"two", RW_KIND_PATH, "A", "D:\\x", false}}, 2,
	NULL, NULL, NULL},
	/* an address as IPv4 and as IPv6: two values */
	{{{"one", RW_KIND_HOST, "A", "10.0.0.1", false},
	{"two", RW_KIND_HOST, "A", "::ffff:10.0.0.1", false}}, 2,
	NULL, NULL, NULL},
};

static void
test_conflicts(void)
{
	RwMappings *empty = rw_mappings_create(&memory.engine);
	RwProblem	problem;

	check(rw_mappings_check(empty, &problem));
	rw_mappings_free(empty);
	for (size_t i = 0; i < COUNT(conflicts); i++)
	{
		const Conflict *c = &conflicts[i];
		RwMappings *set = set_collect(&memory, c->lines, c->n);
		bool		good = rw_mappings_check(set, &problem);

		if (check(good == (c->message == NULL)) && !good)
			check_problem(&problem, RW_PROBLEM_CONFLICT, c->message,
						  c->detail, c->hint);
		rw_mappings_free(set);
	}
}

/* ---- warnings ---- */

typedef struct Warnings
{
	RwProblem	seen[MANY];
	size_t		n;
} Warnings;

static void
keep(void *arg, const RwProblem *problem)
{
	Warnings   *warnings = arg;

	if (warnings->n < MANY)
		warnings->seen[warnings->n] = *problem;
	warnings->n++;
}

static void
test_no_warnings(void)
{
	RwMappings *set = set_build(set_usual, set_usual_size, &memory);
	Warnings	warnings = {.n = 0};

	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 0);
	rw_mappings_free(set);

	set = rw_mappings_create(&memory.engine);
	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 0);
	rw_mappings_free(set);
}

/* What only tells, about the mappings "one", "two" and "other". */
static void
check_only(const RwMappings *set, size_t one, size_t two)
{
	Warnings	warnings = {.n = 0};

	rw_mappings_warnings(set, "one", keep, &warnings);
	check(warnings.n == one);
	warnings.n = 0;
	rw_mappings_warnings(set, "two", keep, &warnings);
	check(warnings.n == two);
	warnings.n = 0;
	rw_mappings_warnings(set, "other", keep, &warnings);
	check(warnings.n == 0);
}

static void
test_nested(void)
{
	static const SetLine lines[] = {
		{"one", RW_KIND_PATH, "A", "\\\\fs\\qlik", false},
		{"one", RW_KIND_PATH, "B", "\\\\fs2\\qlik", false},
		{"two", RW_KIND_PATH, "A", "\\\\fs9\\x", false},
		{"two", RW_KIND_PATH, "B", "\\\\FS\\Qlik\\dr", false},
		{"other", RW_KIND_HOST, "A", "h1", false},
	};
	static const SetLine same_site[] = {
		{"one", RW_KIND_PATH, "A", "\\\\fs\\qlik", false},
		{"one", RW_KIND_PATH, "B", "\\\\fs2\\qlik", false},
		{"two", RW_KIND_PATH, "A", "\\\\fs\\qlik\\logs", false},
		{"two", RW_KIND_PATH, "B", "\\\\fs2\\qlik\\logs", false},
		/* not inside: a share of a longer name */
		{"three", RW_KIND_PATH, "B", "\\\\fs\\qlik2\\dr", false},
	};
	RwMappings *set = set_collect(&memory, lines, COUNT(lines));
	Warnings	warnings = {.n = 0};
	RwProblem	problem;

	check(rw_mappings_check(set, &problem));
	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 1);
	check_problem(&warnings.seen[0], RW_PROBLEM_WARNING,
				  "path of mapping \"two\" at site \"B\" lies inside that of "
				  "mapping \"one\" at site \"A\"",
				  "A folder \"\\\\FS\\Qlik\\dr\" that site \"A\" has of its "
				  "own would be taken for site \"B\"'s.", "");
	check_only(set, 1, 1);
	rw_mappings_free(set);

	/* At one site a folder and a folder in it are no problem. */
	set = set_collect(&memory, same_site, COUNT(same_site));
	warnings.n = 0;
	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 0);
	rw_mappings_free(set);
}

static void
test_host_and_path(void)
{
	static const SetLine lines[] = {
		{"one", RW_KIND_HOST, "A", "CN", false},
		{"one", RW_KIND_HOST, "B", "CENTRAL-B", false},
		{"two", RW_KIND_PATH, "A", "\\\\CN\\Qlik", false},
		{"two", RW_KIND_PATH, "B", "\\\\FS-B\\Qlik", false},
		{"other", RW_KIND_HOST, "A", "h1", false},
	};
	static const SetLine together[] = {
		{"one", RW_KIND_HOST, "A", "CN", false},
		{"one", RW_KIND_HOST, "B", "CENTRAL-B", false},
		{"two", RW_KIND_PATH, "A", "\\\\cn\\Qlik", false},
		{"two", RW_KIND_PATH, "B", "\\\\central-b\\Qlik", false},
	};
	RwMappings *set = set_collect(&memory, lines, COUNT(lines));
	Warnings	warnings = {.n = 0};
	RwProblem	problem;

	check(rw_mappings_check(set, &problem));
	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 1);
	check_problem(&warnings.seen[0], RW_PROBLEM_WARNING,
				  "mappings \"one\" and \"two\" name one server at site "
				  "\"A\" and two at site \"B\"",
				  "A path on \"CENTRAL-B\" that names the share of "
				  "\"\\\\CN\\Qlik\" would not come back from site \"A\" as "
				  "it was.", "");
	check_only(set, 1, 1);
	rw_mappings_free(set);

	set = set_collect(&memory, together, COUNT(together));
	warnings.n = 0;
	rw_mappings_warnings(set, NULL, keep, &warnings);
	check(warnings.n == 0);
	rw_mappings_free(set);
}

typedef struct Spellings
{
	const char *a;
	const char *b;
	const char *message;		/* NULL: no warning */
} Spellings;

static const Spellings spellings[] = {
	{"cn1", "cn1.corp.local", "mapping \"one\" is a short name at site "
	"\"A\" and a qualified name or IPv4 address at site \"B\""},
	{"10.0.0.1", "cn1", "mapping \"one\" is a qualified name or IPv4 address "
	"at site \"A\" and a short name at site \"B\""},
	{"fd00::1", "cn1.corp.local", "mapping \"one\" is an IPv6 address at "
	"site \"A\" and a qualified name or IPv4 address at site \"B\""},
	{"cn1", "fd00::1", "mapping \"one\" is a short name at site \"A\" and "
	"an IPv6 address at site \"B\""},
	{"cn1", "cn2", NULL},
	{"10.0.0.1", "cn1.corp.local", NULL},
	{"fd00::1", "fd00::2", NULL},
};

static void
test_spellings(void)
{
	for (size_t i = 0; i < COUNT(spellings); i++)
	{
		const SetLine lines[] = {
			{"one", RW_KIND_HOST, "A", spellings[i].a, false},
			{"one", RW_KIND_HOST, "B", spellings[i].b, false},
			{"two", RW_KIND_HOST, "A", "h1", false},
		};
		RwMappings *set = set_collect(&memory, lines, COUNT(lines));
		Warnings	warnings = {.n = 0};

		rw_mappings_warnings(set, NULL, keep, &warnings);
		check(warnings.n == (spellings[i].message != NULL));
		if (warnings.n == 1)
			check_problem(&warnings.seen[0], RW_PROBLEM_WARNING,
						  spellings[i].message,
						  "Within texts these are recognized in different "
						  "places, so that a rewritten text may not come "
						  "back as it was.",
						  "Use a mapping for each spelling of the host.");
		check_only(set, spellings[i].message != NULL, 0);
		rw_mappings_free(set);
	}

	/* A former value is not written: its spelling does not matter. */
	{
		static const SetLine lines[] = {
			{"one", RW_KIND_HOST, "A", "cn1", false},
			{"one", RW_KIND_HOST, "B", "cn2", false},
			{"one", RW_KIND_HOST, "A", "cn1.corp.local", true},
		};
		RwMappings *set = set_collect(&memory, lines, COUNT(lines));

		check_only(set, 0, 0);
		rw_mappings_free(set);
	}
}

/* ---- order ---- */

/* A conflict is one in any order, and so is a warning. */
static void
test_order_of_problems(void)
{
	SetLine		lines[4];
	Random		random = {4};

	for (size_t i = 0; i < COUNT(conflicts); i++)
		for (int round = 0; round < 10; round++)
		{
			RwMappings *set;
			RwProblem	problem;
			Warnings	warnings = {.n = 0};
			size_t		n = conflicts[i].n;
			size_t		expected = 0;

			set = set_collect(&memory, conflicts[i].lines, n);
			rw_mappings_warnings(set, NULL, keep, &warnings);
			expected = warnings.n;
			rw_mappings_free(set);
			memcpy(lines, conflicts[i].lines, n * sizeof(SetLine));
			set_shuffle(&random, lines, n);
			set = set_collect(&memory, lines, n);
			check(rw_mappings_check(set, &problem) ==
				  (conflicts[i].message == NULL));
			warnings.n = 0;
			rw_mappings_warnings(set, NULL, keep, &warnings);
			check(warnings.n == expected);
			rw_mappings_free(set);
		}
}

int
main(void)
{
	memory_init(&memory);
	test_conflicts();
	test_no_warnings();
	test_nested();
	test_host_and_path();
	test_spellings();
	test_order_of_problems();
	memory_reset(&memory);
	return harness_finish();
}
