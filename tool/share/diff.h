/*
 * diff.h
 *		What has to be done so that a target becomes as its source.
 */
#ifndef SHARE_DIFF_H
#define SHARE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "share/list.h"

typedef enum ShareChange
{
	SHARE_NEW,					/* only at the source */
	SHARE_CHANGED,				/* another size or time */
	SHARE_NEWER,				/* the same, and the target's is newer */
	SHARE_GONE,					/* only at the target, in a mirrored folder */
	SHARE_EXTRA,				/* only at the target, where nothing is
								 * deleted: left alone */
	SHARE_KIND,					/* a file here, a folder there */
	SHARE_CASE,					/* the same but for case in the name: left
								 * alone */
	SHARE_TWIN,					/* differs by case alone from another name at
								 * the source, so Windows sees one of them */
	SHARE_SKIPPED,				/* a link or special file at the source: not
								 * copied */
	SHARE_CHANGES				/* how many there are */
} ShareChange;

typedef struct ShareDifference
{
	ShareChange change;
	const ShareEntry *source;	/* NULL: not there */
	const ShareEntry *target;	/* NULL: not there */
} ShareDifference;

/* Begins as {NULL}; points into both lists; freed with share_diff_free(). */
typedef struct ShareDiff
{
	ShareDifference *items;		/* twins, then by path */
	size_t		n;
	size_t		capacity;
	size_t		files[SHARE_CHANGES];	/* items that are files (at the
										 * source, or at the target where only
										 * it has it, and of SHARE_KIND) */
	size_t		counts[SHARE_CHANGES];	/* items of all kinds */
	size_t		alike;			/* names only at one side that are at the
								 * other but for case, whether told or not */
	uint64_t	copy_bytes;		/* of new, changed and newer files */
	int64_t		newest_ns;		/* the newest time of a file that is new,
								 * changed or newer; 0: none */
	int64_t		oldest_ns;		/* the oldest such time; 0: none */
} ShareDiff;

/*
 * share_diff
 *		Compare by path, kind, size and time.  Times count as the same within
 *		the greater tolerance of both lists; times of folders do not count.
 *		What is at the target below a link of the source is SHARE_EXTRA.
 *
 * in:  one_case: the target cannot have two names that differ by case alone.
 *      Then a name that it has in another spelling is the same one, and of
 *      twins only the first (or the one that it has) counts, which is safe
 *      also where it is not known.
 */
extern void share_diff(const ShareList *source, const ShareList *target,
					   bool one_case, ShareDiff *diff);
extern void share_diff_free(ShareDiff *diff);

/* Is there anything to copy or to remove? */
extern bool share_diff_is_none(const ShareDiff *diff);

/* Files that would be deleted, or overwritten although they are newer. */
extern size_t share_diff_risky(const ShareDiff *diff);

/* "new", "changed", ...: for people and for JSON. */
extern const char *share_change_word(ShareChange change);

#endif							/* SHARE_DIFF_H */
