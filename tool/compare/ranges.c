/*
 * ranges.c
 *		A table with a key, range by range: each is hashed at both sites, and
 *		only what lies in ranges that differ is listed.
 *
 * The borders are every so manieth key of the active site, whose last range
 * has no end: what the passive site has beyond is found, too.  Sites may sort
 * keys in different ways: a row that is in different ranges is found to be the
 * same when it is looked up.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"

/* Keys above low, up to and with high. */
typedef struct Range
{
	const char *low[KEY_COLUMNS];
	const char *high[KEY_COLUMNS];
	bool		has_low;
	bool		has_high;
} Range;

typedef struct Sweep
{
	Comparison *comparison;
	const Table *table;
	Candidates *candidates;
} Sweep;

/* "(t.a, t.b)" or "($3::text, $4::text)" */
static void
add_row(Text *sql, const Table *table, int first)
{
	text_add(sql, "(");
	for (int i = 0; i < table->n_keys; i++)
	{
		const Column *column = table->key[i];

		if (first == 0)
			text_addf(sql, "%s%s", i > 0 ? ", " : "", column->quoted);
		else
			text_addf(sql, "%s$%d::%s", i > 0 ? ", " : "", first + i,
					  column->types[ACTIVE]);
	}
	text_add(sql, ")");
}

static void
add_where(Text *sql, const Table *table, const Range *range)
{
	text_add(sql, " WHERE true");
	if (range->has_low)
	{
		text_add(sql, " AND ");
		add_row(sql, table, 0);
		text_add(sql, " > ");
		add_row(sql, table, 1);
	}
	if (range->has_high)
	{
		text_add(sql, " AND ");
		add_row(sql, table, 0);
		text_add(sql, " <= ");
		add_row(sql, table, range->has_low ? table->n_keys + 1 : 1);
	}
}

static PgParameters
parameters_of(const Table *table, const Range *range,
			  const char *values[2 * KEY_COLUMNS])
{
	PgParameters parameters = {0, values};

	for (int i = 0; range->has_low && i < table->n_keys; i++)
		values[parameters.count++] = range->low[i];
	for (int i = 0; range->has_high && i < table->n_keys; i++)
		values[parameters.count++] = range->high[i];
	return parameters;
}

static bool
take_sum(void *arg, const PgRow *row, Error *error)
{
	Sum		   *sum = arg;
	const char *hashes = pg_row_text(row, 1);

	(void) error;
	sum->rows = strtoll(pg_row_text(row, 0), NULL, 10);
	snprintf(sum->hashes, sizeof(sum->hashes), "%s",
			 hashes != NULL ? hashes : "");
	return true;
}

/* Ask both sites about a range. */
static bool
ask_both(Sweep *sweep, const Range *range, bool listing,
		 void *const args[2], Error *error)
{
	const Table *table = sweep->table;
	const char *values[2 * KEY_COLUMNS];
	Text		sql[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	bool		good;

	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		if (listing)
			text_addf(&sql[side], "SELECT %s, %s FROM %s", table->id[side],
					  table->hash[side], table->source[side]);
		else
			text_addf(&sql[side], "SELECT count(*), sum(%s) FROM %s",
					  table->hash[side], table->source[side]);
		add_where(&sql[side], table, range);
	}
	good = sides_ask(sweep->comparison,
					 (const char *const[])
					 {
		sql[0].bytes, sql[1].bytes
	},
		parameters_of(table, range, values),
		listing ? pairs_take : take_sum, args, error);
	text_free(&sql[ACTIVE]);
	text_free(&sql[PASSIVE]);
	return good;
}

static bool
sum_both(Sweep *sweep, const Range *range, Sum sums[2], Error *error)
{
	void	   *const args[2] = {&sums[ACTIVE], &sums[PASSIVE]};
	int			attempts = 0;

	while (!ask_both(sweep, range, false, args, error))
		if (!sides_retry(sweep->comparison, &attempts, error))
			return false;
	return true;
}

static bool
list_both(Sweep *sweep, const Range *range, Error *error)
{
	Pairs		pairs[2];
	void	   *const args[2] = {&pairs[ACTIVE], &pairs[PASSIVE]};
	int			attempts = 0;
	bool		good;

	memset(pairs, 0, sizeof(pairs));
	while (!(good = ask_both(sweep, range, true, args, error)))
	{
		pairs_free(&pairs[ACTIVE]);
		pairs_free(&pairs[PASSIVE]);
		if (!sides_retry(sweep->comparison, &attempts, error))
			break;
	}
	if (good)
		pairs_merge(pairs, sweep->candidates);
	pairs_free(&pairs[ACTIVE]);
	pairs_free(&pairs[PASSIVE]);
	return good;
}

/* A border, as it is found. */
typedef struct Border
{
	char	   *keys[KEY_COLUMNS];
	int			n;
	bool		found;
} Border;

static bool
take_border(void *arg, const PgRow *row, Error *error)
{
	Border	   *border = arg;

	(void) error;
	for (int i = 0; i < border->n; i++)
		border->keys[i] = text_format("%s", pg_row_text(row, i));
	border->found = true;
	return true;
}

static void
free_border(Border *border)
{
	for (int i = 0; i < border->n; i++)
		free(border->keys[i]);
	memset(border, 0, sizeof(*border));
}

/* The key a chunk behind the range's low end, at one site. */
static bool
find_border(Sweep *sweep, int side, const Range *range, Border *border,
			Error *error)
{
	const Table *table = sweep->table;
	const char *values[2 * KEY_COLUMNS];
	Text		sql = {NULL, 0, 0};
	bool		good;

	memset(border, 0, sizeof(*border));
	border->n = table->n_keys;
	text_add(&sql, "SELECT ");
	for (int i = 0; i < table->n_keys; i++)
		text_addf(&sql, "%s%s", i > 0 ? ", " : "", table->key[i]->quoted);
	text_addf(&sql, " FROM %s", table->source[side]);
	add_where(&sql, table, range);
	text_add(&sql, " ORDER BY ");
	for (int i = 0; i < table->n_keys; i++)
		text_addf(&sql, "%s%s", i > 0 ? ", " : "", table->key[i]->quoted);
	text_addf(&sql, " OFFSET %" PRId64 " LIMIT 1",
			  sweep->comparison->options->chunk - 1);
	good = sides_rows(sweep->comparison, side, sql.bytes,
					  parameters_of(table, range, values), take_border,
					  border, error);
	text_free(&sql);
	return good;
}

static bool walk(Sweep *sweep, int side, const Range *whole, bool again,
				 Error *error);

/* again: it is a part of a range that was counted already. */
static bool
sweep_range(Sweep *sweep, const Range *range, bool again, Error *error)
{
	Comparison *comparison = sweep->comparison;
	CompareTable *result = sweep->table->result;
	Sum			sums[2];

	if (!sum_both(sweep, range, sums, error))
		return false;
	if (!again)
	{
		result->rows[ACTIVE] += sums[ACTIVE].rows;
		result->rows[PASSIVE] += sums[PASSIVE].rows;
		comparison->done += sums[ACTIVE].rows;
		progress_amount(comparison->progress, (uint64_t) comparison->done,
						(uint64_t) comparison->expected, "rows");
	}
	if (sums[ACTIVE].rows == sums[PASSIVE].rows &&
		strcmp(sums[ACTIVE].hashes, sums[PASSIVE].hashes) == 0)
		return true;
	/* Far more than the active site's chunk: cut it by the passive one's. */
	if (!again && sums[PASSIVE].rows > 2 * comparison->options->chunk)
		return walk(sweep, PASSIVE, range, true, error);
	return list_both(sweep, range, error);
}

/* Range by range with a chunk of rows at one site. */
static bool
walk(Sweep *sweep, int side, const Range *whole, bool again, Error *error)
{
	Range		range = *whole;
	Border		borders[2];
	size_t		size = (size_t) sweep->table->n_keys * sizeof(char *);
	bool		good = true;

	memset(borders, 0, sizeof(borders));
	do
	{
		free_border(&borders[0]);
		borders[0] = borders[1];
		memset(&borders[1], 0, sizeof(Border));
		if (!find_border(sweep, side, &range, &borders[1], error))
			good = false;
		else if (!borders[1].found)
			break;
		else
		{
			range.has_high = true;
			memcpy(range.high, borders[1].keys, size);
			good = sweep_range(sweep, &range, again, error);
			range.has_low = true;
			memcpy(range.low, borders[1].keys, size);
			range.has_high = whole->has_high;
			memcpy(range.high, whole->high, size);
		}
	} while (good);
	good = good && sweep_range(sweep, &range, again, error);
	free_border(&borders[0]);
	free_border(&borders[1]);
	return good;
}

bool
ranges_sweep(Comparison *comparison, const Table *table,
			 Candidates *candidates, Error *error)
{
	Sweep		sweep = {comparison, table, candidates};
	Range		all;

	memset(&all, 0, sizeof(all));
	return walk(&sweep, ACTIVE, &all, false, error);
}
