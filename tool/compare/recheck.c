/*
 * recheck.c
 *		Which of the rows that may differ do differ.
 *
 * What the active site has written may not have arrived yet, and may go on
 * changing.  So a row is looked up at the active site, then at the passive
 * one when that has replayed what was written by then, then at the active one
 * again.  Where that has not changed, the passive site should have had the
 * same, unless a row has come and gone in between: that would be another
 * version in the next round, so a difference counts when two rounds find it
 * with the same versions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compare/internal.h"
#include "platform/clock.h"

#define ROUNDS 6

#define PAUSE_MS 200

#define BATCH 1000

/* Where each look-up reads the whole table */
#define LARGE_BATCH 20000

static int
compare_candidates(const void *one, const void *other)
{
	return strcmp(((const Candidate *) one)->id,
				  ((const Candidate *) other)->id);
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A row may have been found in two ranges. */
static void
sort(Candidates *candidates)
{
	size_t		n = 0;

	if (candidates->n < 2)
		return;
	qsort(candidates->list, candidates->n, sizeof(Candidate),
		  compare_candidates);
	for (size_t i = 0; i < candidates->n; i++)
		if (n == 0 || strcmp(candidates->list[n - 1].id,
							 candidates->list[i].id) != 0)
			candidates->list[n++] = candidates->list[i];
	candidates->n = n;
}

/* In how many rounds a difference must be found. */
static int
needed(const Comparison *comparison)
{
	bool		replicated = comparison->standby || comparison->slots != NULL;

	return replicated && !comparison->database->behind ? 2 : 1;
}

/* Have both sites the same rows, whatever their versions? */
static bool
has_same_rows(const Candidate *candidate)
{
	const char *a = candidate->now[0];
	const char *b = candidate->now[1];
	size_t		len;

	if (a == NULL || b == NULL)
		return a == b;
	len = strcspn(a, "/");
	return strcspn(b, "/") == len && memcmp(a, b, len) == 0;
}

/* What was looked up, as the candidate's state after a round. */
static void
judge(const Comparison *comparison, Candidate *candidate)
{
	const char **now = candidate->now;

	if (!is_same(now[0], now[2]))
		candidate->rounds = 0;
	else if (is_same(candidate->was[ACTIVE], now[0]) &&
			 is_same(candidate->was[PASSIVE], now[1]))
		candidate->rounds++;
	else
		candidate->rounds = 1;
	candidate->was[ACTIVE] = now[0];
	candidate->was[PASSIVE] = now[1];
	if (candidate->rounds >= needed(comparison))
		candidate->fate = CANDIDATE_DIFFERS;
}

/* Those that differ still come first; *n is how many. */
static void
keep_differing(Candidate **batch, size_t *n)
{
	size_t		kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (!has_same_rows(batch[i]))
			batch[kept++] = batch[i];
		else
			batch[i]->fate = CANDIDATE_SAME;
	*n = kept;
}

static bool
check_batch(Comparison *comparison, const Table *table, Candidate **batch,
			size_t n, Error *error)
{
	if (!lookup_states(comparison, table, batch, n, 0, error) ||
		!compare_replay_wait(comparison, error) ||
		!lookup_states(comparison, table, batch, n, 1, error))
		return false;
	keep_differing(batch, &n);
	if (n > 0 && !lookup_states(comparison, table, batch, n, 2, error))
		return false;
	for (size_t i = 0; i < n; i++)
		judge(comparison, batch[i]);
	return true;
}

/* All that are not settled, batch by batch. */
static bool
check_round(Comparison *comparison, const Table *table,
			Candidates *candidates, Candidate **batch, Error *error)
{
	size_t		most = table->result->method == COMPARE_BY_RANGES ? BATCH :
	LARGE_BATCH;
	size_t		n = 0;

	for (size_t i = 0; i < candidates->n; i++)
	{
		Candidate  *candidate = &candidates->list[i];

		if (candidate->fate == CANDIDATE_OPEN)
			batch[n++] = candidate;
		if (n == 0 || (n < most && i < candidates->n - 1))
			continue;
		if (!check_batch(comparison, table, batch, n, error))
			return false;
		progress_say(comparison->progress, "%s: looked %lu of %lu rows up "
					 "again", table->result->name, (unsigned long) i + 1,
					 (unsigned long) candidates->n);
		n = 0;
	}
	return true;
}

static bool
is_settled(const Candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (candidates->list[i].fate == CANDIDATE_OPEN)
			return false;
	return true;
}

/* Only what differs stays; what did not hold still is counted. */
static void
settle(const Table *table, Candidates *candidates)
{
	size_t		n = 0;

	for (size_t i = 0; i < candidates->n; i++)
	{
		const Candidate *candidate = &candidates->list[i];

		if (candidate->fate == CANDIDATE_DIFFERS)
			candidates->list[n++] = *candidate;
		else if (candidate->fate == CANDIDATE_OPEN)
			table->result->changing++;
	}
	candidates->n = n;
}

bool
compare_recheck(Comparison *comparison, const Table *table,
				Candidates *candidates, Error *error)
{
	Candidate **batch;
	bool		good = true;

	if (candidates->n == 0)
		return true;
	sort(candidates);
	batch = mem_alloc(LARGE_BATCH * sizeof(Candidate *));
	for (int round = 0; good && round < ROUNDS; round++)
	{
		if (round > 0 && !plat_sleep_ms(PAUSE_MS))
			good = error_set(error, NULL, NULL,
							 "the comparison was interrupted");
		good = good && check_round(comparison, table, candidates, batch,
								   error);
		if (good && is_settled(candidates))
			break;
	}
	free(batch);
	if (good)
		settle(table, candidates);
	return good;
}
