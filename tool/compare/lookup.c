/*
 * lookup.c
 *		Rows by their ids: by the key's index where there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"

/* $1: an array of ids. */
const char *
lookup_where(Comparison *comparison, const Table *table, int side)
{
	Text		text = {NULL, 0, 0};
	const char *where;

	if (table->result->method != COMPARE_BY_RANGES)
		return arena_printf(&comparison->scratch,
							" WHERE %s = ANY ($1::text[])", table->id[side]);
	for (int i = 0; i < table->n_keys; i++)
		text_addf(&text, "%s%s", i == 0 ? " WHERE (" : ", ",
				  table->key[i]->quoted);
	for (int i = 0; i < table->n_keys; i++)
		text_addf(&text, "%s(u.x->>%d)::%s",
				  i == 0 ? ") IN (SELECT " : ", ", i,
				  table->key[i]->types[side]);
	text_add(&text, " FROM unnest($1::jsonb[]) u (x))");
	where = arena_strdup(&comparison->scratch, text.bytes);
	text_free(&text);
	return where;
}

/* Where states go. */
typedef struct Target
{
	Candidate **batch;			/* sorted by id */
	size_t		n;
	int			which;
	Arena	   *arena;
} Target;

static int
compare_ids(const void *id, const void *candidate)
{
	const Candidate *const *other = candidate;

	return strcmp(id, (*other)->id);
}

static bool
take_state(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	Candidate **found = bsearch(pg_row_text(row, 0), target->batch,
								target->n, sizeof(Candidate *), compare_ids);

	(void) error;
	if (found != NULL)
		(*found)->now[target->which] = arena_strdup(target->arena,
													pg_row_text(row, 1));
	return true;
}

/*
 * lookup_states
 *		How some candidates, sorted by id, are at a site now.
 *
 * in: which: the member of now; 1 is the passive site
 */
bool
lookup_states(Comparison *comparison, const Table *table, Candidate **batch,
			  size_t n, int which, Error *error)
{
	int			side = which == PASSIVE ? PASSIVE : ACTIVE;
	Target		target = {batch, n, which, &comparison->scratch};
	Text		sql = {NULL, 0, 0};
	Text		ids = {NULL, 0, 0};
	bool		good;

	text_addf(&sql, "SELECT x.id, concat(count(*), ':', sum(x.h), '/', sum("
			  "hashtextextended(concat(x.ctid, x.xmin) COLLATE \"C\", 0)))"
			  " FROM (SELECT %s AS id, %s AS h, t.ctid, t.xmin FROM %s%s"
			  " OFFSET 0) x GROUP BY x.id",
			  table->id[side], table->hash[side], table->source[side],
			  lookup_where(comparison, table, side));
	for (size_t i = 0; i < n; i++)
		id_array_add(&ids, batch[i]->id);
	id_array_end(&ids);
	for (size_t i = 0; i < n; i++)
		batch[i]->now[which] = NULL;
	good = sides_rows(comparison, side, sql.bytes, PG_PARAMETERS(ids.bytes),
					  take_state, &target, error);
	text_free(&sql);
	text_free(&ids);
	return good;
}
