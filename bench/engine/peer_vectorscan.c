/*
 * peer_vectorscan.c
 *		Vectorscan: all values as literals, case ignored, then a copy with the
 *		replacements.
 *
 * A literal's length is known, so that its start follows from its end, which
 * is cheaper than HS_FLAG_SOM_LEFTMOST.  It knows nothing of spellings, nor of
 * what may stand around a match.
 */
#include <stdio.h>
#include <stdlib.h>

#include <hs.h>

#include "edits.h"

typedef struct Scanner
{
	const Pair *pairs;
	hs_database_t *database;
	hs_scratch_t *scratch;
	Edits		edits;
} Scanner;

static bool
compile(Scanner *scanner, size_t n, char *reason)
{
	const char **literals = heap_alloc(n * sizeof(char *));
	unsigned int *flags = heap_alloc(n * sizeof(unsigned int));
	unsigned int *ids = heap_alloc(n * sizeof(unsigned int));
	size_t	   *lens = heap_alloc(n * sizeof(size_t));
	hs_compile_error_t *error = NULL;

	for (size_t i = 0; i < n; i++)
	{
		literals[i] = scanner->pairs[i].foreign;
		lens[i] = scanner->pairs[i].foreign_len;
		flags[i] = HS_FLAG_CASELESS;
		ids[i] = (unsigned int) i;
	}
	if (hs_compile_lit_multi(literals, flags, ids, lens, (unsigned int) n,
							 HS_MODE_BLOCK, NULL, &scanner->database,
							 &error) != HS_SUCCESS)
	{
		snprintf(reason, REASON_MAX, "%s", error->message);
		hs_free_compile_error(error);
	}
	else if (hs_alloc_scratch(scanner->database,
							  &scanner->scratch) != HS_SUCCESS)
		snprintf(reason, REASON_MAX, "no memory for scratch space");
	free(literals);
	free(flags);
	free(ids);
	free(lens);
	return scanner->scratch != NULL;
}

static void
close_scanner(void *state)
{
	Scanner    *scanner = state;

	hs_free_scratch(scanner->scratch);
	hs_free_database(scanner->database);
	free(scanner);
}

static void *
open_scanner(const Pair *pairs, size_t n, char *reason)
{
	Scanner    *scanner = heap_alloc(sizeof(Scanner));

	scanner->pairs = pairs;
	scanner->database = NULL;
	scanner->scratch = NULL;
	if (compile(scanner, n, reason))
		return scanner;
	close_scanner(scanner);
	return NULL;
}

static int
on_match(unsigned int id, unsigned long long from, unsigned long long to,
		 unsigned int flags, void *context)
{
	Scanner    *scanner = context;
	const Pair *pair = &scanner->pairs[id];

	(void) from;
	(void) flags;
	edits_add(&scanner->edits, (size_t) to - pair->foreign_len, (size_t) to,
			  pair);
	return 0;
}

static bool
rewrite(void *state, const Corpus *corpus, const char *in, size_t len,
		char **out, size_t *outlen)
{
	Scanner    *scanner = state;

	(void) corpus;
	scanner->edits.n = 0;
	hs_scan(scanner->database, in, (unsigned int) len, 0, scanner->scratch,
			on_match, scanner);
	return edits_apply(&scanner->edits, in, len, out, outlen);
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(rewrite, state, corpus, run);
}

const Peer	peer_vectorscan = {
	"vectorscan", "Vectorscan literals", ALL_CORPORA, false, open_scanner,
	close_scanner, run
};
