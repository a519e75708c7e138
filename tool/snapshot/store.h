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
 *
 * out:    *held: it stays, since another command reads it (snapshot_hold())
 */
extern bool snapshot_store_remove(const char *store, const char *name,
								  bool *held, Error *error);

/*
 * snapshot_hold
 *		Keep a snapshot from being removed or replaced while it is read.
 *
 * out:    *lock: freed with plat_lock_release(); NULL where there is no such
 *         directory, or no such locks
 * errors: it is just being removed or replaced
 */
extern bool snapshot_hold(const char *directory, PlatLock **lock,
						  Error *error);

/*
 * snapshot_store_may_replace
 *		Whether a snapshot of a site may take a name, and the place of what has
 *		it: of nothing, or of a snapshot of the same site, be it a broken one.
 *
 * in:     site: NULL: not known yet
 * errors: another site's; a folder of the Snapshots tool; no snapshot at all
 */
extern bool snapshot_store_may_replace(const char *store, const char *name,
									   const char *site, Error *error);

/*
 * snapshot_store_is_free
 *		Whether nobody reads now what has a name, so that no work is begun whose
 *		end would wait, under the lock that a restore needs for its own
 *		snapshot.
 */
extern bool snapshot_store_is_free(const char *store, const char *name,
								   Error *error);

/*
 * snapshot_store_give_name
 *		Give a directory the name of a snapshot, under the lock, when nobody
 *		reads any more what it replaces: that is waited for.
 *
 * in:     from: the directory; site: the snapshot's; wait: called before the
 *         first wait, or NULL
 * errors: plat_cancelled(); those of snapshot_store_may_replace()
 */
extern bool snapshot_store_give_name(const char *store, const char *name,
									 const char *from, const char *site,
									 void (*wait) (void *arg), void *arg,
									 Error *error);

#endif							/* SNAPSHOT_STORE_H */
