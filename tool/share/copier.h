/*
 * copier.h
 *		What carries content from one share to the other: rsync, robocopy.
 *
 * A copier gets explicit lists, so that exactly what was counted is done.
 */
#ifndef SHARE_COPIER_H
#define SHARE_COPIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "progress/progress.h"
#include "share/access.h"

typedef struct ShareWork
{
	const ShareAccess *source;
	const ShareAccess *target;
	const ShareEntry *const *entries;	/* of the source when copying, of the
										 * target when removing */
	size_t		n;
	const char *trash;			/* path below the target's root for what is
								 * replaced or removed */
	Progress   *progress;		/* or NULL */
	uint64_t	total_bytes;	/* of the entries */
} ShareWork;

/* What it has come to. */
typedef struct ShareDone
{
	bool		incomplete;		/* some files could not be copied or removed:
								 * why tells */
	size_t		files;			/* that were copied, or removed */
	uint64_t	bytes;			/* of those that were copied */
	char	   *why;			/* the program's words, or NULL; freed with
								 * free() */
} ShareDone;

typedef struct ShareCopier
{
	const char *name;
	bool		at_node;		/* neither end has to be here; folders are
								 * removed behind what is in them */

	/* What must be at the target; what a broken run has left is dropped. */
	bool		(*prepare) (const ShareAccess *target, Error *error);

	/*
	 * Copy files and make folders; what has vanished meanwhile is passed
	 * over.
	 */
	bool		(*copy) (const ShareWork *work, ShareDone *done, Error *error);

	/*
	 * Remove files into the trash, and folders where they are empty.  The
	 * source is not looked at.
	 */
	bool		(*remove) (const ShareWork *work, ShareDone *done,
						   Error *error);

	/*
	 * Drop folders of unfinished files; NULL: it leaves none.
	 */
	bool		(*clean) (const ShareAccess *target,
						  const char *const *folders, size_t n,
						  Error *error);

	/* Drop old trash. */
	bool		(*prune) (const ShareAccess *target, Error *error);
} ShareCopier;

extern const ShareCopier share_copier_rsync;
extern const ShareCopier share_copier_robocopy;

/* The one for a share, by its method. */
extern const ShareCopier *share_copier_of(const ConfigShare *share);

#endif							/* SHARE_COPIER_H */
