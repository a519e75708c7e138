/*
 * content_rsync.h
 *		Content compared by rsync; private to this folder.
 */
#ifndef SHARE_CONTENT_RSYNC_H
#define SHARE_CONTENT_RSYNC_H

#include "share/content.h"

/* As share_pairs_compare(), where one of the shares is on another machine. */
extern bool share_pairs_compare_rsync(const ShareAccess *source,
									  const ShareAccess *target,
									  SharePairs *pairs, Arena *arena,
									  Error *error);

#endif							/* SHARE_CONTENT_RSYNC_H */
