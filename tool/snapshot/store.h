/*
 * store.h
 *		The directory that snapshots are in.
 */
#ifndef SNAPSHOT_STORE_H
#define SNAPSHOT_STORE_H

#include "platform/lock.h"
#include "snapshot/snapshot.h"

/*
 * snapshot_store_lock
 *		Take the lock of those who make, replace or remove snapshots, and clear
 *		up what runs that were killed have left.
 *
 * in:     store: the directory, which is made where it is missing
 * errors: another run has it; others may change the directory
 */
extern bool snapshot_store_lock(const char *store, PlatLock **lock,
								Error *error);

/* Is there something that a killed run may have left? */
extern bool snapshot_store_has_rest(const char *store);

/* STORE/.NAMESUFFIX, in the arena. */
extern const char *snapshot_store_path(const char *store, const char *name,
									   const char *suffix, Arena *arena);

/*
 * snapshot_store_newest
 *		The newest snapshot of a site that can be read; zeroed where there is
 *		none.
 */
extern void snapshot_store_newest(const char *store, const char *site,
								  Snapshot *snapshot);

/*
 * snapshot_store_remove
 *		Remove a snapshot, under the lock: first its name, so that nobody takes
 *		half of it for one.
 */
extern bool snapshot_store_remove(const char *store, const char *name,
								  Error *error);

#endif							/* SNAPSHOT_STORE_H */
