/*
 * rows.c
 *		Rows that differ: how many, and the first ones with their values.
 */
#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"
#include "site/row.h"

/* Bytes of what both have in common, before what differs */
#define BEFORE 20

/* A listed row's values at both sites, until it is told. */
typedef struct Listed
{
	const char *id;
	const char *key[2];
	const char **values[2];		/* NULL: it is not there */
} Listed;

typedef struct Listing
{
	Listed	   *list;
	size_t		n;
	int			side;
	int			columns;
	Arena		arena;
} Listing;

static int
compare_ids(const void *id, const void *listed)
{
	return strcmp(id, ((const Listed *) listed)->id);
}

static bool
take_row(void *arg, const PgRow *row, Error *error)
{
	Listing    *listing = arg;
	Listed	   *listed = bsearch(pg_row_text(row, 0), listing->list,
								 listing->n, sizeof(Listed), compare_ids);
	int			columns = pg_row_columns(row) - 2;
	const char **values;

	(void) error;
	if (listed == NULL)
		return true;
	listing->columns = columns;
	values = arena_alloc(&listing->arena, (size_t) (columns + 1) *
						 sizeof(char *));
	for (int i = 0; i < columns; i++)
		values[i] = row_copy(&listing->arena, row, i + 2);
	listed->key[listing->side] = row_copy(&listing->arena, row, 1);
	listed->values[listing->side] = values;
	return true;
}

/* id, key, and the columns; without a key the whole row instead of them. */
static void
add_query(Text *sql, Comparison *comparison, const Table *table, int side)
{
	const char *where = lookup_where(comparison, table, side);

	if (table->n_keys == 0)
	{
		text_addf(sql, "SELECT x.id, NULL, min(x.row COLLATE \"C\") FROM "
				  "(SELECT %s AS id, %s AS row FROM %s%s OFFSET 0) x"
				  " GROUP BY x.id", table->id[side], table->row[side],
				  table->source[side], where);
		return;
	}
	text_addf(sql, "SELECT %s, %s", table->id[side],
			  expression_key(comparison, table, side));
	for (size_t i = 0; i < table->n_columns; i++)
		if (expression_is_compared(table, &table->columns[i]))
			text_addf(sql, ", %s", table->columns[i].expressions[side]);
	text_addf(sql, " FROM %s%s", table->source[side], where);
}

static bool
read_rows(Comparison *comparison, const Table *table, Listing *listing,
		  Error *error)
{
	Text		ids = {NULL, 0, 0};
	bool		good = true;

	for (size_t i = 0; i < listing->n; i++)
		id_array_add(&ids, listing->list[i].id);
	id_array_end(&ids);
	for (int side = ACTIVE; good && side <= PASSIVE; side++)
	{
		Text		sql = {NULL, 0, 0};

		listing->side = side;
		add_query(&sql, comparison, table, side);
		good = sides_rows(comparison, side, sql.bytes,
						  PG_PARAMETERS(ids.bytes), take_row, listing, error);
		text_free(&sql);
	}
	text_free(&ids);
	return good;
}

/* How many rows a state is of. */
static int64_t
count_of(const char *state)
{
	return state != NULL ? strtoll(state, NULL, 10) : 0;
}

/* out: *count: of rows */
static CompareKind
kind_of(const Table *table, const Candidate *candidate, int64_t * count)
{
	int64_t		more = count_of(candidate->was[ACTIVE]) -
	count_of(candidate->was[PASSIVE]);

	*count = 1;
	if (table->n_keys == 0)
		*count = more > 0 ? more : -more;
	if (candidate->was[PASSIVE] == NULL || (table->n_keys == 0 && more > 0))
		return COMPARE_MISSING;
	if (candidate->was[ACTIVE] == NULL || table->n_keys == 0)
		return COMPARE_EXTRA;
	return COMPARE_DIFFERING;
}

/* Where two values begin to differ, a little before. */
static size_t
place_of(const char *a, const char *b)
{
	size_t		place = 0;

	if (a == NULL || b == NULL)
		return 0;
	while (a[place] != '\0' && a[place] == b[place])
		place++;
	if (place <= 2 * BEFORE)
		return 0;
	place -= BEFORE;
	/* Not within a character */
	while (place > 0 && ((unsigned char) a[place] & 0xC0) == 0x80)
		place--;
	return place;
}

static const char *
shortened(Arena *arena, const char *value, size_t place)
{
	if (value == NULL)
		return NULL;
	if (place == 0)
		return arena_quote(arena, value);
	return arena_printf(arena, "...%s", arena_quote(arena, value + place));
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
add_values(Comparison *comparison, const Table *table, const Listed *listed,
		   CompareRow *row)
{
	Arena	   *arena = comparison->arena;
	size_t		at = 0;

	for (size_t i = 0; i < table->n_columns; i++)
	{
		const Column *column = &table->columns[i];
		const char *a;
		const char *b;
		size_t		place;

		if (!expression_is_compared(table, column))
			continue;
		a = listed->values[ACTIVE][at];
		b = listed->values[PASSIVE][at++];
		if (is_same(a, b))
			continue;
		place = place_of(a, b);
		row->values = row_room(arena, row->values, row->n_values,
							   sizeof(CompareValue));
		row->values[row->n_values++] = (CompareValue)
		{
			column->name, shortened(arena, a, place),
				shortened(arena, b, place)
		};
	}
}

/* One of the table's listed rows. */
static void
add_row(Comparison *comparison, const Table *table, const Listed *listed,
		const Candidate *candidate)
{
	CompareTable *result = table->result;
	CompareRow	row = {.kind = COMPARE_DIFFERING};
	int			side;

	row.kind = kind_of(table, candidate, &row.count);
	side = row.kind == COMPARE_EXTRA ? PASSIVE : ACTIVE;
	if (row.kind == COMPARE_DIFFERING && listed->values[ACTIVE] != NULL &&
		listed->values[PASSIVE] != NULL)
		add_values(comparison, table, listed, &row);
	if (listed->key[side] != NULL)
		row.key = arena_strdup(comparison->arena, listed->key[side]);
	else if (table->n_keys == 0 && listed->values[side] != NULL)
		row.content = arena_quote(comparison->arena,
								  listed->values[side][0]);
	else
		/* It has gone since. */
		row.key = arena_strdup(comparison->arena, candidate->id);
	result->list = row_room(comparison->arena, result->list, result->n_list,
							sizeof(CompareRow));
	result->list[result->n_list++] = row;
}

bool
compare_rows(Comparison *comparison, const Table *table,
			 const Candidates *candidates, Error *error)
{
	CompareTable *result = table->result;
	int64_t		limit = comparison->options->limit;
	Listing		listing = {.n = candidates->n};
	bool		good = true;

	for (size_t i = 0; i < candidates->n; i++)
	{
		int64_t		count;
		CompareKind kind = kind_of(table, &candidates->list[i], &count);

		result->totals[kind] += count;
	}
	if ((uint64_t) limit < listing.n)
		listing.n = (size_t) limit;
	listing.list = arena_alloc(&listing.arena, (listing.n + 1) *
							   sizeof(Listed));
	for (size_t i = 0; i < listing.n; i++)
		listing.list[i].id = candidates->list[i].id;
	if (listing.n > 0)
		good = read_rows(comparison, table, &listing, error);
	for (size_t i = 0; good && i < listing.n; i++)
		add_row(comparison, table, &listing.list[i], &candidates->list[i]);
	arena_free(&listing.arena);
	return good;
}
