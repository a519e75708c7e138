/*
 * sync_work.h
 *		The parts of a sync; private to share/.
 */
#ifndef SHARE_SYNC_WORK_H
#define SHARE_SYNC_WORK_H

#include "share/sync.h"

/*
 * share_look
 *		List both sides, and compare.
 *
 * out: *look: to be freed with share_look_free(), whatever is returned
 */
extern bool share_look(ShareSync *sync, ShareLook *look, Error *error);
extern void share_look_free(ShareLook *look);

/*
 * share_limits_check
 *		Is what is to be done believable: a source that is there, and no more
 *		deletions and overwritten newer files than allowed?
 */
extern bool share_limits_check(ShareSync *sync, const ShareLook *look,
							   Error *error);

/* Do what a look has found. */
extern bool share_pass(ShareSync *sync, const ShareLook *look, Error *error);

#endif							/* SHARE_SYNC_WORK_H */
