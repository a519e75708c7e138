/*
 * peer_replace.c
 *		One replace() after the other in C, as one would chain SQL's: each
 *		mapping walks over the whole value, and case matters.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef struct Chain
{
	const Pair *pairs;
	size_t		n;
} Chain;

static void *
open_chain(const Pair *pairs, size_t n, char *reason)
{
	Chain	   *chain = heap_alloc(sizeof(Chain));

	(void) reason;
	chain->pairs = pairs;
	chain->n = n;
	return chain;
}

static size_t
count_hits(const char *in, const Pair *pair)
{
	size_t		n = 0;

	while ((in = strstr(in, pair->foreign)) != NULL)
	{
		in += pair->foreign_len;
		n++;
	}
	return n;
}

/* Returns NULL where in does not hold the pair's value. */
static char *
replace(const char *in, size_t len, const Pair *pair, size_t *outlen)
{
	size_t		hits = count_hits(in, pair);
	char	   *out;
	char	   *to;
	const char *hit;

	if (hits == 0)
		return NULL;
	*outlen = len - hits * pair->foreign_len + hits * pair->local_len;
	to = out = arena_alloc(*outlen + 1);
	while ((hit = strstr(in, pair->foreign)) != NULL)
	{
		size_t		before = (size_t) (hit - in);

		memcpy(to, in, before);
		memcpy(to + before, pair->local, pair->local_len);
		to += before + pair->local_len;
		in += before + pair->foreign_len;
	}
	memcpy(to, in, *outlen - (size_t) (to - out) + 1);
	return out;
}

static bool
rewrite(void *state, const Corpus *corpus, const char *in, size_t len,
		char **out, size_t *outlen)
{
	const Chain *chain = state;
	bool		changed = false;

	(void) corpus;
	for (size_t i = 0; i < chain->n; i++)
	{
		char	   *next = replace(in, len, &chain->pairs[i], outlen);

		if (next == NULL)
			continue;
		changed = true;
		*out = next;
		in = next;
		len = *outlen;
	}
	return changed;
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(rewrite, state, corpus, run);
}

const Peer	peer_replace = {
	"replace", "C replace() chained", ALL_CORPORA, false, open_chain, free, run
};
