/*
 * buckets.c
 *		A table without a key, or with one whose order does not help: each site
 *		reads it once and counts rows and hashes in buckets by the hash of what
 *		identifies a row.  What is in buckets that differ is listed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compare/internal.h"

#define MOST_BUCKETS 65536

/* Rows to list in one piece, in chunks */
#define CHUNKS 16

typedef struct Buckets
{
	Sum		   *sums[2];		/* n of each */
	int64_t		n;
} Buckets;

/* Where a site's sums go. */
typedef struct Target
{
	Buckets    *buckets;
	Sum		   *sums;
} Target;

static bool
take_bucket(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	int64_t		number = strtoll(pg_row_text(row, 0), NULL, 10);
	Sum		   *sum;

	(void) error;
	if (number < 0 || number >= target->buckets->n)
		return true;
	sum = &target->sums[number];
	sum->rows = strtoll(pg_row_text(row, 1), NULL, 10);
	snprintf(sum->hashes, sizeof(sum->hashes), "%s", pg_row_text(row, 2));
	return true;
}

/* A row's id, hash and bucket; OFFSET 0 keeps each from being worked out
 * again where it is used. */
static void
add_source(Text *sql, Comparison *comparison, const Table *table,
		   int side, int64_t n)
{
	text_addf(sql, "(SELECT y.*, %s & %" PRId64 " AS b FROM (SELECT %s AS id,"
			  " %s AS h FROM %s OFFSET 0) y OFFSET 0) x",
			  expression_hash(comparison, "y.id"), n - 1, table->id[side],
			  table->hash[side], table->source[side]);
}

static bool
sum_both(Comparison *comparison, const Table *table, Buckets *buckets,
		 Error *error)
{
	Target		targets[2] = {{buckets, buckets->sums[ACTIVE]},
	{buckets, buckets->sums[PASSIVE]}};
	void	   *const args[2] = {&targets[ACTIVE], &targets[PASSIVE]};
	Text		sql[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	int			attempts = 0;
	bool		good;

	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		text_add(&sql[side], "SELECT x.b, count(*), sum(x.h) FROM ");
		add_source(&sql[side], comparison, table, side, buckets->n);
		text_add(&sql[side], " GROUP BY x.b");
	}
	do
	{
		memset(buckets->sums[ACTIVE], 0, (size_t) buckets->n * sizeof(Sum));
		memset(buckets->sums[PASSIVE], 0, (size_t) buckets->n * sizeof(Sum));
		good = sides_ask(comparison, (const char *const[])
						 {
			sql[0].bytes, sql[1].bytes
		}, PG_NONE, take_bucket, args, error);
	} while (!good && sides_retry(comparison, &attempts, error));
	text_free(&sql[ACTIVE]);
	text_free(&sql[PASSIVE]);
	return good;
}

static bool
list_both(Comparison *comparison, const Table *table, const Buckets *buckets,
		  const char *numbers, Candidates *candidates, Error *error)
{
	Text		sql[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	Pairs		pairs[2];
	void	   *const args[2] = {&pairs[ACTIVE], &pairs[PASSIVE]};
	int			attempts = 0;
	bool		good;

	memset(pairs, 0, sizeof(pairs));
	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		text_add(&sql[side], "SELECT x.id, x.h FROM ");
		add_source(&sql[side], comparison, table, side, buckets->n);
		text_add(&sql[side], " WHERE x.b = ANY ($1::bigint[])");
	}
	do
	{
		pairs_free(&pairs[ACTIVE]);
		pairs_free(&pairs[PASSIVE]);
		good = sides_ask(comparison, (const char *const[])
						 {
			sql[0].bytes, sql[1].bytes
		}, PG_PARAMETERS(numbers), pairs_take, args, error);
	} while (!good && sides_retry(comparison, &attempts, error));
	if (good)
		pairs_merge(pairs, candidates);
	pairs_free(&pairs[ACTIVE]);
	pairs_free(&pairs[PASSIVE]);
	text_free(&sql[ACTIVE]);
	text_free(&sql[PASSIVE]);
	return good;
}

static bool
is_same(const Sum *a, const Sum *b)
{
	return a->rows == b->rows && strcmp(a->hashes, b->hashes) == 0;
}

/* The buckets that differ, several at a time. */
static bool
list_differing(Comparison *comparison, const Table *table,
			   const Buckets *buckets, Candidates *candidates, Error *error)
{
	int64_t		most = CHUNKS * comparison->options->chunk;
	Text		numbers = {NULL, 0, 0};
	int64_t		rows = 0;
	bool		good = true;

	for (int64_t i = 0; good && i < buckets->n; i++)
	{
		const Sum  *a = &buckets->sums[ACTIVE][i];
		const Sum  *b = &buckets->sums[PASSIVE][i];
		char		number[32];

		if (!is_same(a, b))
		{
			snprintf(number, sizeof(number), "%" PRId64, i);
			id_array_add(&numbers, number);
			rows += a->rows + b->rows;
		}
		if (numbers.len == 0 || (rows < most && i < buckets->n - 1))
			continue;
		id_array_end(&numbers);
		good = list_both(comparison, table, buckets, numbers.bytes,
						 candidates, error);
		text_free(&numbers);
		rows = 0;
	}
	text_free(&numbers);
	return good;
}

static int64_t
number_of(const Comparison *comparison, const Table *table)
{
	int64_t		n = 1;

	while (n < MOST_BUCKETS &&
		   n * comparison->options->chunk < table->estimate)
		n *= 2;
	return n;
}

bool
buckets_sweep(Comparison *comparison, const Table *table,
			  Candidates *candidates, Error *error)
{
	Buckets		buckets = {.n = number_of(comparison, table)};
	CompareTable *result = table->result;
	bool		good;

	progress_say(comparison->progress, "reading %s as a whole",
				 result->name);
	buckets.sums[ACTIVE] = mem_alloc((size_t) buckets.n * sizeof(Sum));
	buckets.sums[PASSIVE] = mem_alloc((size_t) buckets.n * sizeof(Sum));
	good = sum_both(comparison, table, &buckets, error);
	for (int64_t i = 0; good && i < buckets.n; i++)
	{
		result->rows[ACTIVE] += buckets.sums[ACTIVE][i].rows;
		result->rows[PASSIVE] += buckets.sums[PASSIVE][i].rows;
	}
	comparison->done += result->rows[ACTIVE];
	good = good && list_differing(comparison, table, &buckets, candidates,
								  error);
	free(buckets.sums[ACTIVE]);
	free(buckets.sums[PASSIVE]);
	progress_amount(comparison->progress, (uint64_t) comparison->done,
					(uint64_t) comparison->expected, "rows");
	return good;
}
