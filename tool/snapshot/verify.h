/*
 * verify.h
 *		Is a snapshot what it was when it was made?
 */
#ifndef SNAPSHOT_VERIFY_H
#define SNAPSHOT_VERIFY_H

#include "config/config.h"
#include "seal/key.h"
#include "snapshot/snapshot.h"

typedef enum SnapshotSeverity
{
	SNAPSHOT_TOLD,				/* good to know */
	SNAPSHOT_WEAK,				/* a warning */
	SNAPSHOT_WRONG				/* it cannot be relied on */
} SnapshotSeverity;

typedef struct SnapshotFinding
{
	SnapshotSeverity severity;
	const char *what;			/* "manifest", "file", "dump", "certificates",
								 * "encryption", "deep" */
	const char *path;			/* in the snapshot; "" */
	const char *text;			/* a sentence without a period */
} SnapshotFinding;

/* Begins zeroed; freed with snapshot_findings_free(). */
typedef struct SnapshotFindings
{
	SnapshotFinding *list;
	size_t		n;
	size_t		wrong;			/* how many are SNAPSHOT_WRONG */
	uint64_t	files;			/* that were read */
	uint64_t	bytes;
	Arena		arena;
} SnapshotFindings;

extern void snapshot_found(SnapshotFindings *findings,
						   SnapshotSeverity severity, const char *what,
						   const char *path, const char *format,...)
			TEXT_PRINTF(5, 6);
extern void snapshot_findings_free(SnapshotFindings *findings);

/*
 * snapshot_verify_files
 *		Compare what is in the snapshot's directory with its manifest: sizes
 *		and hashes, nothing missing, nothing besides, no links.  Two processes
 *		share the work.
 *
 * in: snapshot: from snapshot_read(), or legacy, where files are only read
 */
extern void snapshot_verify_files(const Snapshot *snapshot,
								  SnapshotFindings *findings);

/* Have pg_restore list each dump. */
extern void snapshot_verify_dumps(const Snapshot *snapshot,
								  const ConfigSite *site,
								  SnapshotFindings *findings);

#endif							/* SNAPSHOT_VERIFY_H */
