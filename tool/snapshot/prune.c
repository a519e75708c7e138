/*
 * prune.c
 *		Which snapshots stay, and why.
 */
#include "snapshot/prune.h"

#include <string.h>

#define MS_OF_DAY INT64_C(86400000)

/* 1970 began on a Thursday; weeks begin on Monday. */
#define THURSDAY 3

typedef int64_t(*Period) (int64_t day);

static int64_t
day_of(int64_t day)
{
	return day;
}

static int64_t
week_of(int64_t day)
{
	return (day + THURSDAY) / 7;
}

/* Counted from March of the year 0 on, as base/timestamp.c does. */
static int64_t
month_of(int64_t day)
{
	int64_t		shifted = day + 719468;
	int64_t		era = shifted / 146097;
	int64_t		doe = shifted - era * 146097;
	int64_t		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);

	return (era * 400 + yoe) * 12 + (5 * doy + 2) / 153;
}

/* What a rule's snapshots are told by. */
typedef struct Rule
{
	int			most;
	Period		period;			/* NULL: each counts */
	const char *why;
} Rule;

static bool
is_future(const SnapshotSeen *seen, const SnapshotRules *rules)
{
	return rules->now_ms != 0 && seen->time_ms > rules->now_ms + MS_OF_DAY;
}

static bool
is_of(const SnapshotSeen *seen, const char *site, const SnapshotRules *rules)
{
	return snapshot_seen_is_whole(seen) && seen->site != NULL &&
		strcmp(seen->site, site) == 0 && !is_future(seen, rules);
}

static bool
counts(const SnapshotSeen *seen, const char *site, const SnapshotRules *rules)
{
	return is_of(seen, site, rules) && seen->kind != SNAPSHOT_FIXED;
}

static void
keep(SnapshotFate *fate, const char *why)
{
	if (!fate->removed)
		return;
	fate->removed = false;
	fate->why = why;
}

/* From the newest on, which comes last. */
static void
apply(const SnapshotSurvey *survey, const char *site,
	  const SnapshotRules *rules, const Rule *rule, SnapshotFate *fates)
{
	int64_t		before = -1;
	int			kept = 0;

	for (size_t i = survey->n; i-- > 0 && kept < rule->most;)
	{
		const SnapshotSeen *seen = &survey->seen[i];
		int64_t		period = rule->period == NULL ? -1 :
		rule->period(seen->time_ms / MS_OF_DAY);

		if (!counts(seen, site, rules) || (period >= 0 && period == before))
			continue;
		before = period;
		kept++;
		keep(&fates[i], rule->why);
	}
}

/* The newest of a kind: what there must be always. */
static void
keep_newest(const SnapshotSurvey *survey, const char *site,
			const SnapshotRules *rules, bool safety, const char *why,
			SnapshotFate *fates)
{
	for (size_t i = survey->n; i-- > 0;)
	{
		const SnapshotSeen *seen = &survey->seen[i];

		if (!is_of(seen, site, rules) ||
			(safety && seen->kind != SNAPSHOT_SAFETY))
			continue;
		keep(&fates[i], why);
		return;
	}
}

static void
choose_of_site(const SnapshotSurvey *survey, const char *site,
			   const SnapshotRules *rules, SnapshotFate *fates)
{
	const Rule	all[] = {
		{rules->last, NULL, "one of the last"},
		{rules->daily, day_of, "the newest of its day"},
		{rules->weekly, week_of, "the newest of its week"},
		{rules->monthly, month_of, "the newest of its month"}
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		apply(survey, site, rules, &all[i], fates);
	keep_newest(survey, site, rules, true, "the newest safety snapshot",
				fates);
	keep_newest(survey, site, rules, false, "the newest whole one", fates);
}

/* What no rule is about. */
static const char *
untouched(const SnapshotSeen *seen, const SnapshotRules *rules)
{
	switch (seen->state)
	{
		case SNAPSHOT_BROKEN:
			return "broken: look at it, and remove it by hand";
		case SNAPSHOT_LEGACY:
			return "made by the Snapshots tool";
		case SNAPSHOT_SEALED:
		case SNAPSHOT_WHOLE:
			break;
	}
	if (seen->site == NULL)
		return "its site is not known";
	if (is_future(seen, rules))
		return "its time is in the future: look at the clocks, and remove it "
			"by hand";
	return seen->kind == SNAPSHOT_FIXED ? "its name was given" : NULL;
}

void
snapshot_prune_choose(const SnapshotSurvey *survey,
					  const SnapshotRules *rules, SnapshotFate *fates)
{
	for (size_t i = 0; i < survey->n; i++)
	{
		fates[i].why = untouched(&survey->seen[i], rules);
		fates[i].removed = fates[i].why == NULL;
		if (fates[i].removed)
			fates[i].why = "no rule keeps it";
	}
	/* A site that comes again changes nothing. */
	for (size_t i = 0; i < survey->n; i++)
		if (survey->seen[i].site != NULL)
			choose_of_site(survey, survey->seen[i].site, rules, fates);
}
