/*
 * test_snapshot_prune.c
 *		Which snapshots stay: whatever the rules, what must stay does, and more
 *		rules never keep less.
 */
#include <string.h>

#include "harness.h"
#include "random.h"
#include "snapshot/prune.h"

#define MOST 40
#define MS_OF_HOUR INT64_C(3600000)

static const char *const sites[] = {"A", "B", NULL};

static void
fill(SnapshotSurvey *survey, SnapshotSeen *seen, Random *random)
{
	int64_t		time = INT64_C(1700000000000);

	memset(seen, 0, MOST * sizeof(SnapshotSeen));
	survey->seen = seen;
	survey->n = random_below(random, MOST);
	for (size_t i = 0; i < survey->n; i++)
	{
		time += (int64_t) random_below(random, 100) * MS_OF_HOUR;
		seen[i].name = "n";
		seen[i].time_ms = time;
		seen[i].site = sites[random_below(random, 3)];
		seen[i].kind = (SnapshotKind) random_below(random, 3);
		seen[i].state = (SnapshotState) random_below(random, 4);
	}
}

/* The newest whole one of each site, and what no rule is about. */
static bool
keeps_what_must_stay(const SnapshotSurvey *survey, const SnapshotFate *fates)
{
	bool		seen[2] = {false, false};

	for (size_t i = survey->n; i-- > 0;)
	{
		const SnapshotSeen *one = &survey->seen[i];
		bool		whole = one->state == SNAPSHOT_WHOLE ||
		one->state == SNAPSHOT_SEALED;

		if (fates[i].why == NULL)
			return false;
		if ((!whole || one->site == NULL || one->kind == SNAPSHOT_FIXED) &&
			fates[i].removed)
			return false;
		if (!whole || one->site == NULL)
			continue;
		if (!seen[one->site[0] - 'A'] && fates[i].removed)
			return false;
		seen[one->site[0] - 'A'] = true;
	}
	return true;
}

static void
test_random(Random *random)
{
	SnapshotSeen seen[MOST];
	SnapshotSurvey survey = {.seen = NULL};
	SnapshotFate fates[MOST];
	SnapshotFate more[MOST];
	SnapshotRules rules = {
		(int) random_below(random, 5), (int) random_below(random, 5),
		(int) random_below(random, 5), (int) random_below(random, 5), 0
	};
	size_t		kept = 0;

	fill(&survey, seen, random);
	snapshot_prune_choose(&survey, &rules, fates);
	if (!check(keeps_what_must_stay(&survey, fates)))
		return;
	for (size_t i = 0; i < survey.n; i++)
		kept += seen[i].site != NULL && seen[i].site[0] == 'A' &&
			snapshot_seen_is_whole(&seen[i]) && !fates[i].removed &&
			seen[i].kind == SNAPSHOT_DATED ? 1 : 0;
	check(kept <= (size_t) (rules.last + rules.daily + rules.weekly +
							rules.monthly + 1));
	rules.last++;
	rules.monthly++;
	snapshot_prune_choose(&survey, &rules, more);
	for (size_t i = 0; i < survey.n; i++)
		if (!fates[i].removed && more[i].removed)
			check(false);
}

/* Each hour of 400 days: as many as the rules say. */
static void
test_counts(void)
{
	static SnapshotSeen seen[400 * 24];
	static SnapshotFate fates[400 * 24];
	SnapshotSurvey survey = {.seen = seen,.n = 400 * 24};
	const SnapshotRules rules = {3, 7, 5, 12, 0};
	size_t		kept = 0;

	for (size_t i = 0; i < survey.n; i++)
	{
		seen[i].site = "A";
		/* From midnight of 2026-01-01 on. */
		seen[i].time_ms = (INT64_C(490896) + (int64_t) i) * MS_OF_HOUR;
	}
	snapshot_prune_choose(&survey, &rules, fates);
	for (size_t i = 0; i < survey.n; i++)
		kept += fates[i].removed ? 0 : 1;

	/*
	 * Three hours, one of which is a day's last, six more days, weeks that
	 * end before those, and months.
	 */
	check(kept >= 3 + 6 + 3 + 10 && kept <= 3 + 6 + 4 + 12);
	check_text(fates[survey.n - 1].why, "one of the last");
	check_text(fates[survey.n - 25].why, "the newest of its day");
	check_text(fates[0].why, "no rule keeps it");
}

/* What a wrong clock has made keeps no place from what is made now. */
static void
test_future(void)
{
	SnapshotSeen seen[3];
	SnapshotSurvey survey = {.seen = seen,.n = 3};
	SnapshotFate fates[3];
	SnapshotRules rules = {.last = 1,.now_ms = INT64_C(1767225600000)};

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < survey.n; i++)
	{
		seen[i].name = "n";
		seen[i].site = "A";
		seen[i].time_ms = rules.now_ms + ((int64_t) i - 1) * MS_OF_HOUR;
	}
	seen[2].time_ms = rules.now_ms + 25 * MS_OF_HOUR;
	snapshot_prune_choose(&survey, &rules, fates);
	check(fates[0].removed && !fates[1].removed && !fates[2].removed);
	check_text(fates[1].why, "one of the last");
	check_text(fates[2].why, "its time is in the future: look at the clocks, "
			   "and remove it by hand");
}

int
main(void)
{
	Random		random = {harness_seed()};
	unsigned long rounds = harness_rounds("QSREPL_PRUNES", 5000);

	test_counts();
	test_future();
	for (unsigned long i = 0; i < rounds; i++)
		test_random(&random);
	return harness_finish();
}
