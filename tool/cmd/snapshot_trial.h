/*
 * snapshot_trial.h
 *		What the trial restore of a snapshot is made of.
 */
#ifndef CMD_SNAPSHOT_TRIAL_H
#define CMD_SNAPSHOT_TRIAL_H

#include "cmd/snapshot_check.h"
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
