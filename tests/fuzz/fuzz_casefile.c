/*
 * fuzz_casefile.c
 *		Any bytes as a file of mappings and cases.
 */
#define _POSIX_C_SOURCE 200809L

#include "fuzz.h"

#include "base/memory.h"
#include "rules/casefile.h"

static void
run_case(const Case *test, const RwMappings *mappings)
{
	RwMatcher  *matcher = rw_matcher_create(mappings, test->site,
											&mem_engine);
	size_t		len = strlen(test->input);
	char	   *out = NULL;
	size_t		outlen;
	RwHit		hit;
	RwResult	result = rw_rewrite(matcher, test->form, test->input, len,
									&mem_engine, &out, &outlen);

	require(rw_find(matcher, test->form, test->input, len, &hit) ==
			(result == RW_CHANGED));
	require(strlen(test->id) + strlen(test->expected) < SIZE_MAX);
	free(out);
	rw_matcher_free(matcher);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CaseFile	file;
	FILE	   *stream;
	char	   *copy;

	/* A stream over no memory at all is refused by some systems. */
	if (size == 0 || (copy = malloc(size)) == NULL)
		return 0;
	memcpy(copy, data, size);
	stream = fmemopen(copy, size, "rb");
	if (stream == NULL)
		abort();
	if (casefile_read(stream, "fuzz", false, &file))
		for (size_t i = 0; i < file.n_cases && i < 16; i++)
			run_case(&file.cases[i], file.mappings);
	casefile_free(&file);
	fclose(stream);
	free(copy);
	return 0;
}
