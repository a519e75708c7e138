/*
 * lock.h
 *		No move while a share is synchronized, and no other sync from another
 *		machine.
 */
#ifndef CMD_SHARE_LOCK_H
#define CMD_SHARE_LOCK_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"

/* Begins as {NULL}; sessions that hold locks. */
typedef struct ShareLocks
{
	PgConnection **sessions;	/* one a site */
	size_t		n;
} ShareLocks;

/*
 * share_locks_take
 *		Share the pair's lock at each site's server.
 *
 * out:    *refused: another run has it; else a server does not answer
 * errors: nothing is held
 */
extern bool share_locks_take(const Config *config, ShareLocks *locks,
							 bool *refused, Error *error);

/* share_locks_one: this share for this run, until the locks are released. */
extern bool share_locks_one(ShareLocks *locks, const ConfigShare *share,
							Error *error);
extern void share_locks_release(ShareLocks *locks);

#endif							/* CMD_SHARE_LOCK_H */
