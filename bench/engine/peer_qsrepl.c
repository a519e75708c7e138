/*
 * peer_qsrepl.c
 *		The engine itself.
 */
#include "bench.h"

static void *
open_matcher(const Pair *pairs, size_t n, char *reason)
{
	(void) reason;
	return mappings_compile(pairs, n);
}

static void
close_matcher(void *state)
{
	rw_matcher_free(state);
}

bool
qsrepl_rewrite(void *state, const Corpus *corpus, const char *in, size_t len,
			   char **out, size_t *outlen)
{
	return rw_rewrite(state, corpus->form, in, len, &arena_memory, out,
					  outlen) == RW_CHANGED;
}

static bool
rewrite_json(void *state, const Corpus *corpus, const char *in, size_t len,
			 char **out, size_t *outlen)
{
	(void) corpus;
	return rw_rewrite_json(state, in, len, &arena_memory, out,
						   outlen) == RW_CHANGED;
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(qsrepl_rewrite, state, corpus, run);
}

static bool
run_json(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(rewrite_json, state, corpus, run);
}

const Peer	peer_qsrepl = {
	"qsrepl", "qsrepl (rw_rewrite)", ALL_CORPORA, false, open_matcher,
	close_matcher, run
};

const Peer	peer_qsrepl_json = {
	"qsrepl_json", "qsrepl (rw_rewrite_json)", 1u << CORPUS_JSON, false,
	open_matcher, close_matcher, run_json
};
