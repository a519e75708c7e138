/*
 * peer_memchr.c
 *		The C library looking for one byte that is not there: as fast as
 *		reading a text can be.
 */
#include <string.h>

#include "bench.h"

static void *
open_nothing(const Pair *pairs, size_t n, char *reason)
{
	static char nothing;

	(void) pairs;
	(void) n;
	(void) reason;
	return &nothing;
}

static void
close_nothing(void *state)
{
	(void) state;
}

static bool
look(void *state, const Corpus *corpus, const char *in, size_t len,
	 char **out, size_t *outlen)
{
	(void) state;
	(void) corpus;
	(void) out;
	(void) outlen;
	return memchr(in, '\001', len) != NULL;
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(look, state, corpus, run);
}

const Peer	peer_memchr = {
	"memchr", "memchr (absent byte)", TEXT_CORPORA, false, open_nothing,
	close_nothing, run
};
