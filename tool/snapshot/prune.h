/*
 * prune.h
 *		Which snapshots stay, and why.
 */
#ifndef SNAPSHOT_PRUNE_H
#define SNAPSHOT_PRUNE_H

#include "snapshot/survey.h"

/* How many; 0: the rule is not there. */
typedef struct SnapshotRules
{
	int			last;
	int			daily;
	int			weekly;
	int			monthly;
	int64_t		now_ms;			/* since 1970; 0: any time is believed */
} SnapshotRules;

typedef struct SnapshotFate
{
	bool		removed;
	const char *why;			/* "one of the last 7"; not to be freed */
} SnapshotFate;

/*
 * snapshot_prune_choose
 *		Decide about each snapshot.
 *
 * One that says to be of later than tomorrow was made, or is looked at, while a
 * clock was wrong: it stays, and does not count, so that it keeps no place from
 * those that are made now.
 *
 * Rules count the whole ones of each site by itself.  Those with a fixed name,
 * broken and foreign ones stay; the newest of a restore's safety
 * snapshots stays, and others of them are as dated ones.  The newest whole one
 * of a site stays whatever the rules say.  Of a day, a week from Monday on, a
 * month (in UTC) the newest one counts, and only days, weeks and months with a
 * snapshot do.
 *
 * out: fates: one for each of survey->seen
 */
extern void snapshot_prune_choose(const SnapshotSurvey *survey,
								  const SnapshotRules *rules,
								  SnapshotFate *fates);

#endif							/* SNAPSHOT_PRUNE_H */
