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
extern void plat_lock_release(PlatLock *lock);

#endif							/* PLATFORM_LOCK_H */
