/*
 * rsync_filter.h
 *		The known folders as rsync's filter; private to share/.
 */
#ifndef SHARE_RSYNC_FILTER_H
#define SHARE_RSYNC_FILTER_H

#include "share/rsync_call.h"
#include "share/rules.h"

/*
 * share_rsync_filter
 *		Let rsync look at the known folders only.  It may tell more than these,
 *		never less: who reads its list applies the rules.
 */
extern void share_rsync_filter(ShareRsync *rsync, const ShareRules *rules);

#endif							/* SHARE_RSYNC_FILTER_H */
