/*
 * pairs.c
 *		The rows of a range at both sites, laid side by side.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compare/internal.h"

/* A row of (id, hash). */
bool
pairs_take(void *arg, const PgRow *row, Error *error)
{
	Pairs	   *pairs = arg;
	Pair	   *pair;

	(void) error;
	if (pairs->n == pairs->capacity)
	{
		pairs->capacity = pairs->n > 0 ? 2 * pairs->n : 1024;
		pairs->list = mem_grow(pairs->list, pairs->capacity * sizeof(Pair));
	}
	pair = &pairs->list[pairs->n++];
	pair->id = arena_strdup(&pairs->arena, pg_row_text(row, 0));
	pair->hash = arena_strdup(&pairs->arena, pg_row_text(row, 1));
	return true;
}

static int
compare_pairs(const void *one, const void *other)
{
	const Pair *a = one;
	const Pair *b = other;
	int			order = strcmp(a->id, b->id);

	return order != 0 ? order : strcmp(a->hash, b->hash);
}

static void
sort(Pairs *pairs)
{
	if (pairs->n > 1)
		qsort(pairs->list, pairs->n, sizeof(Pair), compare_pairs);
}

/* What one site has and the other does not, or with another hash. */
void
pairs_merge(Pairs pairs[2], Candidates *candidates)
{
	size_t		i = 0;
	size_t		j = 0;

	sort(&pairs[ACTIVE]);
	sort(&pairs[PASSIVE]);
	while (i < pairs[ACTIVE].n || j < pairs[PASSIVE].n)
	{
		const Pair *a = &pairs[ACTIVE].list[i];
		const Pair *b = &pairs[PASSIVE].list[j];
		int			order = i == pairs[ACTIVE].n ? 1 :
		j == pairs[PASSIVE].n ? -1 : compare_pairs(a, b);

		if (order != 0)
			candidates_add(candidates, order < 0 ? a->id : b->id);
		i += order <= 0 ? 1 : 0;
		j += order >= 0 ? 1 : 0;
	}
}

void
pairs_free(Pairs *pairs)
{
	free(pairs->list);
	arena_free(&pairs->arena);
	memset(pairs, 0, sizeof(*pairs));
}
