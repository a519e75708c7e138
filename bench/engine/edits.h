/*
 * edits.h
 *		Copying a value with replacements, for the peers that only find.
 */
#ifndef BENCH_EDITS_H
#define BENCH_EDITS_H

#include "bench.h"

#define EDITS_MAX 4096

typedef struct Edit
{
	size_t		start;			/* bytes [start, end) of the value */
	size_t		end;
	const Pair *pair;			/* whose local value replaces them */
} Edit;

typedef struct Edits
{
	size_t		n;
	Edit		list[EDITS_MAX];
} Edits;

/*
 * edits_add
 *		Add one, in the order of ends or of starts; where two overlap the one
 *		that begins first stays, then the longer one.
 */
extern void edits_add(Edits *edits, size_t start, size_t end,
					  const Pair *pair);

/* Returns whether there are any; *out is the arena's. */
extern bool edits_apply(const Edits *edits, const char *in, size_t len,
						char **out, size_t *outlen);

#endif							/* BENCH_EDITS_H */
