/*
 * robocopy.h
 *		Lists of entries as requests to the script that copies.
 */
#ifndef SHARE_ROBOCOPY_H
#define SHARE_ROBOCOPY_H

#include <stddef.h>

#include "share/list.h"
#include "share/windows_node.h"

/*
 * share_robocopy_requests
 *		Make folders, and copy files, those of one folder together.
 *
 * in: entries: in any order; what is neither file nor folder is passed over
 */
extern void share_robocopy_requests(const ShareEntry *const *entries,
									size_t n, ShareRequests *requests);

/* Remove entries: what is in a folder before the folder. */
extern void share_robocopy_removals(const ShareEntry *const *entries,
									size_t n, ShareRequests *requests);

#endif							/* SHARE_ROBOCOPY_H */
