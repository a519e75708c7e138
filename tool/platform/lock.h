/*
 * lock.h
 *		Locks between runs of the program on one machine.
 *
 * The system holds the lock and drops it with the process, however that ends;
 * the file's content says who has it: its process, host and time.
 */
#ifndef PLATFORM_LOCK_H
#define PLATFORM_LOCK_H

#include <stdbool.h>

#include "base/error.h"

typedef struct PlatLock PlatLock;

/*
 * plat_lock_take
 *		Take a lock, or fail at once.
 *
 * in:     path: the lock's file, which is made where it is missing and stays
 * out:    *lock: freed with plat_lock_release(); *stale: the last holder
 *         ended without releasing it (may be NULL)
 * errors: another process has it (the detail says which), or the file cannot
 *         be written
 */
extern bool plat_lock_take(const char *path, PlatLock **lock, bool *stale,
						   Error *error);

/*
 * plat_lock_directory
 *		Take a lock on a directory itself, or fail at once.  It goes with the
 *		directory when that is renamed, and leaves no file.
 *
 * in:     shared: others may have such a lock, too
 * out:    *lock: freed with plat_lock_release(); NULL where the file system has
 *         no such locks, as some of a network
 *         *held: it failed since another one has it (may be NULL)
 * errors: another one has it; there is no such directory any more
 */
extern bool plat_lock_directory(const char *path, bool shared,
								PlatLock **lock, bool *held, Error *error);
extern void plat_lock_release(PlatLock *lock);

#endif							/* PLATFORM_LOCK_H */
