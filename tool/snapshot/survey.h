/*
 * survey.h
 *		All snapshots of a store, as far as they can be told without reading
 *		their content.
 */
#ifndef SNAPSHOT_SURVEY_H
#define SNAPSHOT_SURVEY_H

#include "snapshot/snapshot.h"

typedef enum SnapshotState
{
	SNAPSHOT_WHOLE,				/* all files are there, with their sizes */
	SNAPSHOT_SEALED,			/* encrypted; all encrypted files are there */
	SNAPSHOT_LEGACY,			/* a folder of the Snapshots tool */
	SNAPSHOT_BROKEN				/* problem tells */
} SnapshotState;

/* Times are 0, strings NULL where they are not known. */
typedef struct SnapshotSeen
{
	const char *name;			/* of its directory */
	SnapshotState state;
	const char *problem;
	const char *site;
	SnapshotKind kind;
	const char *databases;		/* names, with blanks between */
	int64_t		time_ms;		/* when it was begun */
	size_t		files;
	uint64_t	bytes;			/* of all content */
	uint64_t	own_bytes;		/* that no other snapshot has */
	size_t		notes;			/* that somebody has to know of */
} SnapshotSeen;

/* Begins zeroed; freed with snapshot_survey_free(). */
typedef struct SnapshotSurvey
{
	SnapshotSeen *seen;			/* the oldest first */
	size_t		n;
	Arena		arena;
} SnapshotSurvey;

/* Is it one that can be restored, be it with a key? */
extern bool snapshot_seen_is_whole(const SnapshotSeen *seen);

/* "whole", "encrypted", "legacy", "broken" */
extern const char *snapshot_state_word(SnapshotState state);

/*
 * snapshot_survey
 *		Look at all snapshots of a store; one without a manifest that is no
 *		snapshot in any way is passed over.
 */
extern bool snapshot_survey(const char *store, SnapshotSurvey *survey,
							Error *error);
extern void snapshot_survey_free(SnapshotSurvey *survey);

#endif							/* SNAPSHOT_SURVEY_H */
