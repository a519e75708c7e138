/*
 * sync.h
 *		A share's content from the active site to the passive one.
 */
#ifndef SHARE_SYNC_H
#define SHARE_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "progress/progress.h"
#include "share/diff.h"
#include "share/direction.h"

/* One look at both sides. */
typedef struct ShareLook
{
	ShareList	source;
	ShareList	target;
	ShareDiff	diff;
} ShareLook;

struct ShareSync;

/* What is wanted; read during the call. */
typedef struct ShareOrder
{
	const Config *config;
	const ConfigShare *share;
	ShareDirection direction;
	bool		initial;		/* write missing and stale markers */
	bool		dry_run;		/* stop before anything is changed */
	int			max_change;		/* percent of the target's files; less than 0:
								 * the configuration's */
	int64_t		accept_change;	/* so many are in order; less than 0: none */
	int			deadline_ms;	/* 0: none */
	bool		final;			/* of a switchover: the source stands still,
								 * and that both are equal in the end is
								 * proved */
	int64_t		watch_ms;		/* repeated each so often, for the record; 0:
								 * it is not */

	/*
	 * Asked before anything is changed, with what would be done; false ends
	 * it.  NULL: go on.
	 */
	bool		(*confirm) (void *arg, const struct ShareSync *sync);
	void	   *arg;
} ShareOrder;

typedef enum ShareOutcome
{
	SHARE_SYNCED,				/* the target is as the source was */
	SHARE_PARTLY,				/* but for what sync->why tells */
	SHARE_DRY,					/* dry run: sync->diff tells what would be
								 * done */
	SHARE_NOT_CONFIRMED,
	SHARE_NOT_ALLOWED,			/* refused; nothing was changed */
	SHARE_UNREACHABLE,			/* a share could not be looked at; nothing was
								 * changed */
	SHARE_FAILED				/* it broke; to be repeated */
} ShareOutcome;

/* How it went; in the arena but for the lists and the difference. */
typedef struct ShareSync
{
	const ShareOrder *order;
	ShareAccess source;
	ShareAccess target;
	ShareRules	rules;
	ShareMarkers markers;
	ShareLook	look;			/* what was found; behind the first pass: what
								 * was found last */
	bool		looked;			/* it is filled */
	int64_t		began_ms;		/* since 1970 */
	int64_t		ended_ms;
	size_t		passes;
	size_t		copied;			/* files, in all passes */
	uint64_t	copied_bytes;
	size_t		removed;		/* files, in all passes */
	size_t		twins;			/* told by the last pass, as ShareDiff */
	size_t		skipped;
	const char *why;			/* SHARE_PARTLY: what could not be done */
	bool		write_source;	/* the source's marker is to be written */
	bool		write_target;
	bool		marked;			/* that was done */
	bool		one_case;		/* see share_diff() */
	int64_t		accepted;		/* what is left of order->accept_change */
	Progress	progress;
	Arena		arena;
} ShareSync;

/*
 * share_sync
 *		Copy and remove, as the configuration says, under the lock of
 *		the share on this machine.
 *
 * Killed at any moment it can simply be repeated: nothing is lost that is not
 * in the target's trash, and no half-written file is seen at the target.
 *
 * out:    *sync: always to be freed with share_sync_free()
 * errors: with SHARE_NOT_ALLOWED, SHARE_UNREACHABLE and SHARE_FAILED
 */
extern ShareOutcome share_sync(const ShareOrder *order, ShareSync *sync,
							   Error *error);
extern void share_sync_free(ShareSync *sync);

#endif							/* SHARE_SYNC_H */
