/*
 * rules.c
 *		The verbs of "qsrepl rules".
 */
#include "cmd/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/report.h"
#include "rules/casefile.h"

/* Read a file of mappings and cases; EXIT_OK, or the code after a report. */
static int
read_file(const char *path, CaseFile *file)
{
	FILE	   *stream = fopen(path, "rb");
	bool		good;

	if (stream == NULL)
	{
		report_errorf(NULL, "could not open file \"%s\": %s", path,
					  strerror(errno));
		return EXIT_SYSTEM;
	}
	good = casefile_read(stream, path, true, file);
	if (ferror(stream))
	{
		report_errorf(NULL, "could not read file \"%s\": %s", path,
					  strerror(errno));
		good = false;
	}
	fclose(stream);
	if (good)
		return EXIT_OK;
	casefile_free(file);
	return EXIT_INPUT;
}

/* How the cases went. */
typedef struct Results
{
	unsigned long passed;
	unsigned long failed;
	json_t	   *mismatches;		/* an array; NULL: print them as text */
} Results;

static void
print_mismatch(const Case *test, const char *got)
{
	printf("case %s (line %lu), form %s at site %s\n"
		   "  input:    %s\n  expected: %s\n  got:      %s\n",
		   test->id, (unsigned long) test->line,
		   rw_form_name(test->form), test->site, test->input,
		   test->expected, got);
}

static void
add_mismatch(json_t * mismatches, const Case *test, const char *got)
{
	json_t	   *object = json_object();

	json_set_text(object, "case", test->id);
	json_object_set_new(object, "line",
						json_integer((json_int_t) test->line));
	json_set_text(object, "form", rw_form_name(test->form));
	json_set_text(object, "site", test->site);
	json_set_text(object, "input", test->input);
	json_set_text(object, "expected", test->expected);
	json_set_text(object, "got", got);
	json_array_append_new(mismatches, object);
}

static void
run_case(const Case *test, const RwMatcher *matcher, Results *results)
{
	const char *got = test->input;
	char	   *changed = NULL;
	size_t		len;

	if (rw_rewrite(matcher, test->form, test->input, strlen(test->input),
				   &mem_engine, &changed, &len) == RW_CHANGED)
		got = changed;
	if (strcmp(got, test->expected) == 0)
		results->passed++;
	else
	{
		results->failed++;
		if (results->mismatches != NULL)
			add_mismatch(results->mismatches, test, got);
		else
			print_mismatch(test, got);
	}
	free(changed);
}

static void
run_cases(const CaseFile *file, Results *results)
{
	RwMatcher  *matcher = NULL;
	const char *site = NULL;

	for (size_t i = 0; i < file->n_cases; i++)
	{
		/* Cases come in runs of one site: keep its matcher. */
		if (site == NULL || strcmp(site, file->cases[i].site) != 0)
		{
			if (matcher != NULL)
				rw_matcher_free(matcher);
			site = file->cases[i].site;
			matcher = rw_matcher_create(file->mappings, site, &mem_engine);
		}
		run_case(&file->cases[i], matcher, results);
	}
	if (matcher != NULL)
		rw_matcher_free(matcher);
}

static void
print_results(const Results *results)
{
	json_t	   *document;

	if (results->mismatches == NULL)
	{
		printf("%lu passed, %lu failed\n", results->passed, results->failed);
		return;
	}
	document = json_object();
	json_object_set_new(document, "passed",
						json_integer((json_int_t) results->passed));
	json_object_set_new(document, "failed",
						json_integer((json_int_t) results->failed));
	json_object_set_new(document, "mismatches", results->mismatches);
	json_print(document);
}

int
cmd_rules_test(const char *path, bool json)
{
	CaseFile	file;
	Results		results = {0, 0, NULL};
	int			code = read_file(path, &file);

	if (code != EXIT_OK)
		return code;
	if (json)
		results.mismatches = json_array();
	run_cases(&file, &results);
	casefile_free(&file);
	print_results(&results);
	if (results.passed + results.failed == 0)
	{
		report_errorf(NULL, "file \"%s\" holds no case", path);
		return EXIT_INPUT;
	}
	return results.failed == 0 ? EXIT_OK : EXIT_NOT_SO;
}

static int
rewrite_lines(const RwMatcher *matcher, RwForm form)
{
	Line		line = {0};

	while (lines_next(stdin, &line))
	{
		char	   *changed = NULL;
		const char *out = line.bytes;
		size_t		len = line.len;

		if (rw_rewrite(matcher, form, line.bytes, line.len, &mem_engine,
					   &changed, &len) == RW_CHANGED)
			out = changed;
		fwrite(out, 1, len, stdout);
		if (line.ended)
			putchar('\n');
		free(changed);
	}
	lines_free(&line);
	if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout))
	{
		report_errorf(NULL, "could not filter standard input: %s",
					  strerror(errno));
		return EXIT_SYSTEM;
	}
	return EXIT_OK;
}

int
cmd_rules_rewrite(const char *path, const char *site, const char *form_name)
{
	CaseFile	file;
	RwForm		form;
	RwMatcher  *matcher;
	int			code;

	if (!rw_form_parse(form_name, &form))
	{
		report_errorf("The forms are path, host, text and value.",
					  "form \"%s\" is not recognized", form_name);
		return EXIT_USAGE;
	}
	code = read_file(path, &file);
	if (code != EXIT_OK)
		return code;
	matcher = rw_matcher_create(file.mappings, site, &mem_engine);
	if (!rw_matcher_has_site(matcher))
	{
		report_errorf("Look for its spelling in the mappings.",
					  "site \"%s\" has no value in file \"%s\"", site, path);
		code = EXIT_INPUT;
	}
	else
		code = rewrite_lines(matcher, form);
	rw_matcher_free(matcher);
	casefile_free(&file);
	return code;
}
