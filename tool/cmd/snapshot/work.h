/*
 * work.h
 *		What the files of snapshot.h share.
 */
#ifndef CMD_SNAPSHOT_WORK_H
#define CMD_SNAPSHOT_WORK_H

#include "cmd/snapshot/snapshot.h"
#include "snapshot/create.h"

/*
 * cmd_snapshot_certificates
 *		The site's set of certificates into a snapshot, where it has one: sealed
 *		for each site's key and the recovery key, or as PFX files.
 */
extern bool cmd_snapshot_certificates(SnapshotWork *work, bool plain_pfx,
									  Error *error);

/* Where the site's snapshots are; *exists: that directory does. */
extern bool cmd_snapshot_store(const Config *config, const char **store,
							   bool *exists, Error *error);

/* Is there content that the snapshot should have, and has not? */
extern bool cmd_snapshot_lacks(const Snapshot *snapshot);

/*
 * What somebody has to know of it, on standard error; quiet: without what is
 * nothing to worry about.
 */
extern void cmd_snapshot_warn(const Snapshot *snapshot, bool quiet);

/* How it went, on standard output. */
extern void cmd_snapshot_tell(const SnapshotWork *work, bool json);

#endif							/* CMD_SNAPSHOT_WORK_H */
