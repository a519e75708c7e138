/*
 * trial.h
 *		What the trial restore of a snapshot is made of.
 */
#ifndef CMD_SNAPSHOT_TRIAL_H
#define CMD_SNAPSHOT_TRIAL_H

#include "cmd/snapshot/check.h"
#include "scratch/scratch.h"

typedef struct SnapshotTrial
{
	const SnapshotCheck *check;
	const Snapshot *snapshot;
	SnapshotFindings *findings;
	Scratch		scratch;
} SnapshotTrial;

/* Make a database and restore its dump; false where that is told. */
extern bool snapshot_trial_restore(SnapshotTrial *trial,
								   const SnapshotDatabase *database);

/* Whose rights an entry of a dump is restored with, and when. */
typedef enum SnapshotTrialPart
{
	SNAPSHOT_TRIAL_FIRST,		/* a superuser's: extensions, schemas */
	SNAPSHOT_TRIAL_ROLE,		/* SCRATCH_ROLE's: whatever the owner made */
	SNAPSHOT_TRIAL_EXTENSION,	/* a superuser's: rows of the extension */
	SNAPSHOT_TRIAL_LAST,		/* a superuser's: publications */
	SNAPSHOT_TRIAL_NEVER
} SnapshotTrialPart;

#define SNAPSHOT_TRIAL_PARTS SNAPSHOT_TRIAL_NEVER

/*
 * snapshot_trial_part
 *		in: a line of pg_restore --list; extension: the server has ours
 */
extern SnapshotTrialPart snapshot_trial_part(const char *line, size_t len,
											 bool extension);

/*
 * snapshot_trial_lists
 *		Write a dump's list in parts.
 *
 * out: paths, in the scratch server's arena; NULL: nothing is in that part
 */
extern bool snapshot_trial_lists(SnapshotTrial *trial, const char *dump,
								 const char *paths[SNAPSHOT_TRIAL_PARTS],
								 Error *error);

/* Count its rows, and compare the numbers with those of the snapshot. */
extern void snapshot_trial_count(SnapshotTrial *trial,
								 const SnapshotDatabase *database);

/* Rewrite its rows for this site, and look for values of others. */
extern void snapshot_trial_localize(SnapshotTrial *trial,
									const SnapshotDatabase *database);

/* A finding of the trial, from an error. */
extern void snapshot_trial_error(SnapshotTrial *trial,
								 const SnapshotDatabase *database,
								 const char *what, Error *error);

#endif							/* CMD_SNAPSHOT_TRIAL_H */
