/*
 * watch.c
 *		"share sync --watch": round after round.
 *
 * A round that fails is told, and the next one tried: servers and shares come
 * back.  How far the passive site may be behind is counted from the begin of
 * the last good sync, since what the source became then may be missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/share/print.h"
#include "cmd/share/work.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "share/record.h"

/* The share's place in the list of the configuration. */
static int64_t *
good_of(ShareRound *round, const ConfigShare *share)
{
	return &round->good[share - round->config->shares];
}

/* Ages in seconds; less than 0: not known. */
typedef struct Behind
{
	double		now;
	double		worst;			/* just before this round ended */
} Behind;

static double
since(int64_t began, int64_t now)
{
	return began > 0 ? (double) (now - began) / 1000 : -1;
}

static void
print_json(const ConfigShare *share, const Behind *behind,
		   const ShareSync *sync, ShareOutcome outcome)
{
	json_t	   *object = json_object();
	char		now[TIMESTAMP_SIZE];
	char	   *line;

	timestamp_format(plat_wall_ms(), now);
	json_set_text(object, "time", now);
	json_set_text(object, "share", share->name);
	json_set_text(object, "outcome", share_outcome_word(outcome));
	json_set_count(object, "copied", (int64_t) sync->copied);
	json_set_count(object, "removed", (int64_t) sync->removed);
	json_object_set_new(object, "behind_seconds", behind->now < 0 ?
						json_null() : json_real(behind->now));
	json_object_set_new(object, "worst_seconds", behind->worst < 0 ?
						json_null() : json_real(behind->worst));
	line = json_dumps(object, JSON_COMPACT);
	puts(line);
	free(line);
	json_decref(object);
}

static void
print_text(const ShareRound *round, const ConfigShare *share,
		   const Behind *behind, const ShareSync *sync)
{
	char		now[TIMESTAMP_SIZE];
	char		behind_now[UNITS_SIZE];
	char		worst[UNITS_SIZE];

	timestamp_format(plat_wall_ms(), now);
	units_seconds(behind->now, behind_now);
	units_seconds(behind->worst, worst);
	printf("%s share %s: %zu files copied, %zu removed; site %s is %s behind",
		   now, share->name, sync->copied, sync->removed,
		   round->direction.to->name, behind_now);
	if (behind->worst >= 0)
		printf(", and was %s at most", worst);
	puts(".");
}

static void
tell(ShareRound *round, const ConfigShare *share, const ShareSync *sync,
	 ShareOutcome outcome)
{
	int64_t    *good = good_of(round, share);
	int64_t		now = plat_wall_ms();
	Behind		behind;

	round->told = true;
	behind.worst = since(*good, now);
	if (outcome == SHARE_SYNCED || outcome == SHARE_PARTLY)
		*good = sync->began_ms;
	behind.now = since(*good, now);
	if (round->request->json)
		print_json(share, &behind, sync, outcome);
	else
		print_text(round, share, &behind, sync);
	fflush(stdout);
}

/* What this machine knows of former syncs. */
static void
remember(ShareRound *round)
{
	const Config *config = round->config;
	Arena		arena = {NULL};

	round->good = mem_alloc(config->n_shares * sizeof(int64_t));
	for (size_t i = 0; i < config->n_shares; i++)
	{
		ShareRecord record;
		bool		there;
		Error		ignored = ERROR_NONE;

		round->good[i] = share_record_read(config, &config->shares[i], &arena,
										   &record, &there, &ignored) &&
			there ? record.last.began_ms : 0;
		error_free(&ignored);
	}
	arena_free(&arena);
}

/* What could not even be begun leaves the passive site where it was. */
static void
tell_failed(ShareRound *round, int64_t now)
{
	const Config *config = round->config;

	for (size_t i = 0; i < config->n_shares; i++)
	{
		char		behind[UNITS_SIZE];

		if (round->good[i] == 0)
			continue;
		units_seconds(since(round->good[i], now), behind);
		report_errorf(NULL, "share \"%s\" was last synchronized %s ago",
					  config->shares[i].name, behind);
	}
}

int
share_watch(ShareRound *round)
{
	remember(round);
	round->ended = tell;
	while (!plat_cancelled())
	{
		int64_t		next = plat_clock_ms() + round->watch_ms;
		int64_t		left;

		round->told = false;
		if (share_round(round) != EXIT_OK && !round->told &&
			!plat_cancelled())
			tell_failed(round, plat_wall_ms());
		left = next - plat_clock_ms();
		/* A round that takes longer is followed by the next one at once. */
		if (left > 0 && !plat_sleep_ms((int) left))
			break;
	}
	free(round->good);
	return EXIT_OK;
}
