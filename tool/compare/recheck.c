/*
 * recheck.c
 *		Which of the rows that may differ do differ.
 *
 * What the active site has written may not have arrived yet, and may go on
 * changing.  So a row is looked up at the active site, then at the passive
 * one when that has replayed what was written by then, then at the active one
 * again: where that has not changed, the passive site should have had the
 * same.  A commit that does not wait for the log may be seen before it is
 * written, so a difference counts only when it is found twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compare/internal.h"
#include "platform/clock.h"

#define ROUNDS 6

/* The log is written by then, whatever the commits waited for. */
#define PAUSE_MS 700

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

/* What was looked up, as the candidate's state after a round. */
static void
judge(Candidate *candidate)
{
	const char **now = candidate->now;

	if (!is_same(now[0], now[2]))
		candidate->stable = 0;
	else if (candidate->stable > 0 && is_same(candidate->was[0], now[0]) &&
			 is_same(candidate->was[1], now[1]))
		candidate->stable++;
	else
		candidate->stable = 1;
	candidate->was[ACTIVE] = now[0];
	candidate->was[PASSIVE] = now[1];
}

/* Those that differ still come first; *n is how many. */
static void
keep_differing(Candidate **batch, size_t *n)
{
	size_t		kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (!is_same(batch[i]->now[0], batch[i]->now[1]))
			batch[kept++] = batch[i];
		else
			batch[i]->stable = -1;
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
		judge(batch[i]);
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

		if (candidate->stable >= 0 && candidate->stable < needed(comparison))
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
is_settled(const Comparison *comparison, const Candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (candidates->list[i].stable >= 0 &&
			candidates->list[i].stable < needed(comparison))
			return false;
	return true;
}

/* Only what differs stays; what did not hold still is counted. */
static void
settle(const Comparison *comparison, const Table *table,
	   Candidates *candidates)
{
	size_t		n = 0;

	for (size_t i = 0; i < candidates->n; i++)
	{
		const Candidate *candidate = &candidates->list[i];

		if (candidate->stable >= needed(comparison))
			candidates->list[n++] = *candidate;
		else if (candidate->stable >= 0)
			table->result->changing++;
	}
	candidates->n = n;
}

bool
compare_recheck(Comparison *comparison, const Table *table, Candidates *candidates,
				Error *error)
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
		if (good && is_settled(comparison, candidates))
			break;
	}
	free(batch);
	if (good)
		settle(comparison, table, candidates);
	return good;
}
