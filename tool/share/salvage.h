/*
 * salvage.h
 *		What only a returning site has, moved aside before the other site's
 *		content comes over it.
 */
#ifndef SHARE_SALVAGE_H
#define SHARE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "share/access.h"
#include "share/diff.h"

/* Where it goes, below the root: a folder a rejoin. */
#define SHARE_SALVAGED ".qsrepl-salvage"

/* Begins as {NULL}; freed with share_salvage_free(). */
typedef struct ShareSalvage
{
	const ShareEntry **entries; /* of the target: what is to be moved */
	const ShareEntry **others;	/* the source's of the same paths; or NULL */
	size_t		n;
	size_t		only;			/* of them, those that only the target has */
	size_t		newer;			/* those that are newer there */
	size_t		changed;		/* those that were changed there since, and
								 * are older than the source's all the same */
	uint64_t	bytes;
	ShareList	source_list;
	ShareList	target_list;
	ShareDiff	diff;
} ShareSalvage;

/*
 * share_salvage_find
 *		List both, and choose.
 *
 * What differs, and was not changed at the target since the source was last as
 * the target is, is a copy of what the source had: the source knows better.
 * What is in folders where nothing is deleted stays where it is, unless the
 * source has another file of that name.
 *
 * in:     source: the share of the site that is active now
 *         target: the share of the site that comes back
 *         since_ms: when the last synchronization from the target to the
 *         source began, since 1970; less than 0: not known, so that all that
 *         differs is chosen
 * errors: also a source without a file, whose mount is likely missing
 */
extern bool share_salvage_find(const ShareAccess *source,
							   const ShareAccess *target, int64_t since_ms,
							   ShareSalvage *salvage, Error *error);

/*
 * share_salvage_move
 *		Move what was chosen.  At a Windows node, what the source has, too, is
 *		replaced by that, and so moved.
 *
 * in:     folder: below the target's root; it may be there already
 * errors: what was not moved is where it was
 */
extern bool share_salvage_move(const ShareSalvage *salvage,
							   const ShareAccess *source,
							   const ShareAccess *target, const char *folder,
							   Error *error);
extern void share_salvage_free(ShareSalvage *salvage);

#endif							/* SHARE_SALVAGE_H */
