/*
 * test_cases.c
 *		Run the worked cases through the tool's reader, and what follows for
 *		each of them: a second rewriting changes nothing, and rw_find() says
 *		the same as rw_rewrite().
 *
 * The file is tests/cases/rewrite.tsv, seen from the top folder, or the one
 * that is given.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "rules/casefile.h"
#include "sets.h"

static TestMemory memory;

static void
run_case(const Case *test, const RwMatcher *matcher)
{
	const char *got = set_rewrite(matcher, test->form, test->input, &memory);
	size_t		len = strlen(test->input);
	RwHit		hit;
	bool		found = rw_find(matcher, test->form, test->input, len, &hit);

	if (!check_text(got, test->expected) ||
		!check_text(set_rewrite(matcher, test->form, got, &memory), got))
		printf("  case %s, line %lu\n", test->id,
			   (unsigned long) test->line);

	/* Unchanged means no copy: set_rewrite() then gave its input back. */
	check((got == test->input) == (strcmp(test->input, got) == 0));
	check(found == (got != test->input));
	if (found)
		check(hit.start <= hit.end && hit.end <= len &&
			  strncmp(test->input, got, hit.start) == 0);
	memory_reset(&memory);
}

static void
run_file(const char *path)
{
	FILE	   *stream = fopen(path, "rb");
	CaseFile	file;

	if (!check(stream != NULL))
	{
		printf("  %s\n", path);
		return;
	}
	check(casefile_read(stream, path, false, &file));
	fclose(stream);
	check(file.n_cases > 0);
	for (size_t i = 0; i < file.n_cases; i++)
	{
		TestMemory	place;
		RwMatcher  *matcher;

		memory_init(&place);
		matcher = rw_matcher_create(file.mappings, file.cases[i].site,
									&place.engine);
		check(rw_matcher_has_site(matcher));
		run_case(&file.cases[i], matcher);
		rw_matcher_free(matcher);
		check(place.live == 0);
	}
	casefile_free(&file);
}

typedef struct Content
{
	const char *text;
	bool		good;
	size_t		n_cases;
} Content;

#define MAPPING "mapping\tcn\thost\tA\tCN1\tB\tCN2\n"

static const Content contents[] = {
	{"", true, 0},
	{"# only a comment", true, 0},
	{"\n\r\n#\tx\r\n", true, 0},
	{MAPPING, true, 0},
	{MAPPING "alias\tcn\thost\tA\tOLD\ncase\t1\thost\tB\tOLD\tCN2", true, 1},
	{MAPPING "case\t1\thost\tB\tCN1\tCN2\r\ncase\t2\ttext\tB\t\t\n", true, 2},
	{"mapping\tcn\thost\tA\n", false, 0},
	{"mapping\tcn\thost\tA\tCN1\tB\n", false, 0},
	{"mapping\tcn\thosts\tA\tCN1\n", false, 0},
	{"mapping\tcn\thost\tA\tlocalhost\n", false, 0},
	{MAPPING MAPPING, false, 0},
	{MAPPING "mapping\tcn9\thost\tB\tCN1\n", false, 0},
	{"case\t1\thost\tB\tCN1\n", false, 0},
	{"case\t1\thost\tB\tCN1\tCN2\tx\n", false, 0},
	{"case\t1\tjson\tB\tCN1\tCN2\n", false, 0},
	{"mappings\tcn\n", false, 0},
	{"mapping cn host A CN1\n", false, 0},
	{" # indented\n", false, 0},
	/* all lines are read, also behind a wrong one */
	{"x\n" MAPPING "case\t1\thost\tB\tCN1\tCN2\n", false, 1},
};

static bool
read_content(const char *bytes, size_t len, CaseFile *file)
{
	FILE	   *stream = tmpfile();
	bool		good = false;

	if (check(stream != NULL))
	{
		check(fwrite(bytes, 1, len, stream) == len);
		rewind(stream);
		good = casefile_read(stream, "content", false, file);
		fclose(stream);
	}
	return good;
}

static void
test_contents(void)
{
	CaseFile	file;

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
	{
		const char *text = contents[i].text;

		if (!check(read_content(text, strlen(text), &file) ==
				   contents[i].good))
			harness_print("  content", text, strlen(text));
		check(file.n_cases == contents[i].n_cases);
		casefile_free(&file);
	}
	check(!read_content("# a\0b\n", 6, &file));
	casefile_free(&file);
}

int
main(int argc, char **argv)
{
	memory_init(&memory);
	run_file(argc > 1 ? argv[1] : "tests/cases/rewrite.tsv");
	test_contents();
	return harness_finish();
}
