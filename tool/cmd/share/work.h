/*
 * work.h
 *		A round of "share sync"; private to cmd/.
 */
#ifndef CMD_SHARE_WORK_H
#define CMD_SHARE_WORK_H

#include <stdint.h>

#include <jansson.h>

#include "cmd/share/lock.h"
#include "cmd/share/share.h"
#include "share/sync.h"

typedef struct ShareRound
{
	const Config *config;
	const ShareSyncRequest *request;
	void	   *confirm_arg;	/* the request, for a question */
	int64_t		max_change;		/* percent; -1: the configuration's */
	int64_t		accept_change;	/* -1: none */
	int64_t		watch_ms;		/* 0: once */
	ShareDirection direction;
	ShareLocks	locks;
	json_t	   *document;		/* an array to add to; NULL: none */

	/* Called when a share is done, or not; or NULL. */
	void		(*ended) (struct ShareRound *round, const ConfigShare *share,
						  const ShareSync *sync, ShareOutcome outcome);
	bool		told;			/* ended() was called in this round */
	int64_t    *good;			/* for ended(): when the last good sync of
								 * each share began; 0: none yet */
} ShareRound;

/* All shares once: direction, locks, sync; the exit code. */
extern int	share_round(ShareRound *round);

/*
 * share_measure
 *		Of a share that something else replicates: how long that takes.
 *
 * out: the exit code
 */
extern int	share_measure(ShareRound *round, const ConfigShare *share);

/* Rounds until the program is asked to end; the exit code. */
extern int	share_watch(ShareRound *round);

#endif							/* CMD_SHARE_WORK_H */
