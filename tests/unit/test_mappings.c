/*
 * test_mappings.c
 *		Adding mappings; which sites there are; what order changes.
 */
#include <string.h>

#include "gen_set.h"
#include "harness.h"
#include "problems.h"
#include "sets.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static TestMemory memory;

/* ---- adding ---- */

typedef struct AddRefused
{
	SetLine		line;
	const char *message;
	const char *detail;
	const char *hint;
} AddRefused;

#define LONG_64 "0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef"
#define LONG_63 "0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcde"

static const AddRefused add_refused[] = {
	{{"", RW_KIND_HOST, "A", "cn1", false},
	"name of a mapping has the wrong length: \"\"", "",
	"Use 1 to 63 bytes."},
	{{LONG_64, RW_KIND_HOST, "A", "cn1", false},
	"name of a mapping has the wrong length: \"" LONG_64 "\"", "",
	"Use 1 to 63 bytes."},
	{{"m", RW_KIND_HOST, "", "cn1", false},
	"name of a site has the wrong length: \"\"", "",
	"Use 1 to 63 bytes."},
	{{"m", RW_KIND_HOST, LONG_64, "cn1", false},
	"name of a site has the wrong length: \"" LONG_64 "\"", "",
	"Use 1 to 63 bytes."},
	{{"m", RW_KIND_HOST, "A", "localhost", false},
	"host \"localhost\" cannot be mapped",
	"localhost and loopback addresses mean each server itself.",
	"Leave it out: it needs no rewriting."},
	{{"cn1", RW_KIND_PATH, "C", "\\\\cn1", false},
	"mapping \"cn1\" cannot be of kind host and of kind path", "", ""},
	{{"cn1", RW_KIND_VALUE, "C", "x", true},
	"mapping \"cn1\" cannot be of kind host and of kind value", "", ""},
	{{"cn1", RW_KIND_HOST, "A", "CN9", false},
	"mapping \"cn1\" has two values for site \"A\"",
	"The values are \"CN1\" and \"CN9\".",
	"Former values and aliases are added beside the current one."},
	{{"cn1", RW_KIND_HOST, "A", "CN1", false},
	"mapping \"cn1\" has two values for site \"A\"",
	"The values are \"CN1\" and \"CN1\".",
	"Former values and aliases are added beside the current one."},
	{{"share", RW_KIND_PATH, "A", "//fs/other/", false},
	"mapping \"share\" has two values for site \"A\"",
	"The values are \"\\\\fs\\qlik\" and \"\\\\fs\\other\".",
	"Former values and aliases are added beside the current one."},
};

static void
test_add(void)
{
	static const SetLine lines[] = {
		{"cn1", RW_KIND_HOST, "A", "CN1", false},
		{"cn1", RW_KIND_HOST, "B", "CN2", false},
		{"share", RW_KIND_PATH, "A", "\\\\fs\\qlik", false},
		{LONG_63, RW_KIND_VALUE, LONG_63, "v", false},
		/* Former values: before and behind the current one, several. */
		{"cn1", RW_KIND_HOST, "A", "CN1-OLD", true},
		{"cn1", RW_KIND_HOST, "A", "CN1-OLDER", true},
		{"new", RW_KIND_HOST, "A", "N-OLD", true},
		{"new", RW_KIND_HOST, "A", "N1", false},
		{"new", RW_KIND_HOST, "B", "N2", false},
	};
	RwMappings *set = set_collect(&memory, lines, COUNT(lines));
	RwMatcher  *matcher;
	RwProblem	problem;

	for (size_t i = 0; i < COUNT(add_refused); i++)
	{
		check(!set_add(set, &add_refused[i].line, &problem));
		check_problem(&problem, RW_PROBLEM_INVALID, add_refused[i].message,
					  add_refused[i].detail, add_refused[i].hint);
	}

	/* What was refused has left no trace. */
	check(rw_mappings_check(set, &problem));
	matcher = rw_matcher_create(set, "B", &memory.engine);
	rw_mappings_free(set);
	check_text(set_rewrite(matcher, RW_FORM_HOST,
						   "CN1,CN1-OLD,cn1-older,CN9,N-OLD,n1", &memory),
			   "CN2,CN2,CN2,CN9,N2,N2");
	rw_matcher_free(matcher);
}

static void
test_sites(void)
{
	static const SetLine lines[] = {
		{"cn1", RW_KIND_HOST, "A", "CN1", false},
		{"cn1", RW_KIND_HOST, "B", "CN2", false},
		{"former", RW_KIND_HOST, "C", "F3", true},
		{"former", RW_KIND_HOST, "A", "F1", false},
	};
	static const char *const sites[] = {"A", "B", "C", "a", "", "AB"};

	for (size_t i = 0; i < COUNT(sites); i++)
	{
		RwMatcher  *matcher = set_compile(lines, COUNT(lines), sites[i],
										  &memory);

		/* C has a former value only, and none that is written. */
		check(rw_matcher_has_site(matcher) == (i < 2));
		if (i >= 2)
			check_text(set_rewrite(matcher, RW_FORM_HOST, "CN1,CN2,F3",
								   &memory), "CN1,CN2,F3");
		rw_matcher_free(matcher);
	}
}

/* ---- order ---- */

/* The lines in any order give the same rewriting and the same hits. */
static void
test_order(void)
{
	static const char text[] = "host=CN2; \\\\fs-b\\qlik$\\x, "
	"https://old.sitea.corp.local/ [fd00:c::101] e:/qlik/data "
	"CN1:80 192.168.2.101";
	SetLine		lines[64];
	RwMatcher  *first = set_compile(set_usual, set_usual_size, "C", &memory);
	const char *expected = set_rewrite(first, RW_FORM_TEXT, text, &memory);
	Random		random = {3};

	check_text(expected, "host=CN3; \\\\10.3.0.5\\dr\\qlik\\x, "
			   "https://cn3.sitec.corp.local/ [fd00:c::101] //10.3.0.5/data "
			   "CN3:80 192.168.3.101");
	memcpy(lines, set_usual, set_usual_size * sizeof(SetLine));
	for (int round = 0; round < 50; round++)
	{
		RwMatcher  *matcher;
		RwHit		hit;
		RwHit		other;

		set_shuffle(&random, lines, set_usual_size);
		matcher = set_compile(lines, set_usual_size, "C", &memory);
		check_text(set_rewrite(matcher, RW_FORM_TEXT, text, &memory),
				   expected);
		check(rw_find(first, RW_FORM_TEXT, text, strlen(text), &hit));
		check(rw_find(matcher, RW_FORM_TEXT, text, strlen(text), &other));
		check(hit.start == other.start && hit.end == other.end);
		check_text(other.mapping, hit.mapping);
		check_text(other.site, hit.site);
		rw_matcher_free(matcher);
	}
	rw_matcher_free(first);
}

/* ---- whole values ---- */

/* The value as a whole becomes the local one, or it is that already. */
static void
check_whole(const RwMatcher *matcher, GenClass class, const char *value,
			const char *local)
{
	static const RwForm forms[] = {RW_FORM_PATH, RW_FORM_HOST, RW_FORM_VALUE};
	RwForm		form = forms[gen_kind(class)];
	const char *out;

	if (value[0] == '\0' || local[0] == '\0')
		return;
	out = set_rewrite(matcher, form, value, &memory);
	if (out != value)
		check_text(out, local);
	else
	{
		/* What is spelled as the local value needs no rewriting at all. */
		check(rw_rewrite(matcher, form, local, strlen(local), &memory.engine,
						 NULL, NULL) == RW_SAME);
		check(strlen(value) == strlen(local) || class == GEN_INET6);
	}
}

/* In sets of any kind, nested pairs and clashes among them. */
static void
test_whole_values(void)
{
	unsigned long rounds = harness_rounds("QSREPL_ROUNDS", 2000);
	Random		random = {harness_seed()};

	for (unsigned long round = 0; round < rounds; round++)
	{
		GenSet		set;
		RwMappings *built;

		gen_set_any(&random, &set);
		built = gen_set_build(&set, &random, &memory);
		for (size_t site = 0; site < set.n_sites; site++)
		{
			RwMatcher  *matcher = rw_matcher_create(built, gen_site(site),
													&memory.engine);

			for (size_t m = 0; m < set.n_mappings; m++)
			{
				const GenMapping *mapping = &set.mappings[m];
				const char *local = mapping->value[site];

				for (size_t other = 0; other < set.n_sites; other++)
					check_whole(matcher, mapping->class,
								mapping->value[other], local);
				check_whole(matcher, mapping->class, mapping->former, local);
			}
			rw_matcher_free(matcher);
		}
		memory_reset(&memory);
	}
}

int
main(void)
{
	memory_init(&memory);
	test_add();
	test_sites();
	test_order();
	test_whole_values();
	memory_reset(&memory);
	return harness_finish();
}
