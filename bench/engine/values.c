/*
 * values.c
 *		Peers that take one value at a time: measure, and hash the results.
 */
#include "bench.h"

bool
values_run(RewriteValue rewrite, void *state, const Corpus *corpus, Run *run)
{
	double		start = cpu_ns();
	size_t		changed = 0;

	for (size_t repeat = 0; repeat < run->repeats; repeat++)
		for (size_t i = 0; i < run->count; i++)
		{
			char	   *out;
			size_t		outlen;

			arena_reset();
			changed += rewrite(state, corpus, corpus->values[i],
							   corpus->lens[i], &out, &outlen);
		}
	run->ns = cpu_ns() - start;
	run->changed = changed / run->repeats;
	return true;
}

/* FNV-1a */
static uint64_t
hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char) bytes[i]) * UINT64_C(0x100000001B3);
	return hash;
}

uint64_t
values_digest(RewriteValue rewrite, void *state, const Corpus *corpus)
{
	uint64_t	hash = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < corpus->n; i++)
	{
		char	   *out = corpus->values[i];
		size_t		outlen = corpus->lens[i];

		arena_reset();
		rewrite(state, corpus, corpus->values[i], corpus->lens[i], &out,
				&outlen);
		hash = hash_bytes(hash, out, outlen + 1);
	}
	return hash;
}
