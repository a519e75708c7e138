/*
 * external.h
 *		Shares whose content something else replicates (DFS-R, storage): how far
 *		that is, and waiting for it.
 *
 * No content is ever written.  A canary, a small file of ours in the root of
 * the active site's share, travels with the content; when it is seen at the
 * passive site, what was written before it should be there, too.  Replication
 * may carry small files ahead of large ones, so that lists are compared as
 * well before anything relies on it.
 */
#ifndef SHARE_EXTERNAL_H
#define SHARE_EXTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "share/access.h"
#include "share/direction.h"

/* What the canary's file says. */
typedef struct ShareCanary
{
	const char *share;
	const char *site;			/* that has written it */
	int64_t		epoch;			/* when it was active */
	int64_t		number;			/* one more each time */
	int64_t		time_ms;		/* since 1970, by the clock of that machine */
} ShareCanary;

/* As text of JSON, allocated; and back: strings in the arena. */
extern char *share_canary_format(const ShareCanary *canary);
extern bool share_canary_parse(const char *text, size_t len, Arena *arena,
							   ShareCanary *canary, Error *error);

/*
 * share_canary_read
 *		The canary of a share.
 *
 * out:    *there: where false, *canary is empty: there is none yet
 * errors: a root that is not there; a canary that cannot be read, or of
 *         another share
 */
extern bool share_canary_read(const ShareAccess *access, ShareCanary *canary,
							  bool *there, Error *error);

/*
 * share_canary_send
 *		Write the next canary at the active site.
 *
 * out:    *canary: as it was written; else it is left alone
 * errors: refused where the share there belongs to another site or a newer
 *         epoch, by what its canary says
 */
extern bool share_canary_send(const ShareAccess *active, int64_t epoch,
							  ShareCanary *canary, Error *error);

/*
 * share_canary_await
 *		Wait until the passive site's share has a canary, or a later one.
 *
 * in:     timeout_ms: 0: look once
 * out:    *waited_ms: since the call; also where it did not come
 * errors: it did not come in time, with what is there in the detail; Ctrl-C
 */
extern bool share_canary_await(const ShareAccess *passive,
							   const ShareCanary *canary, int64_t timeout_ms,
							   int64_t * waited_ms, Error *error);

typedef struct ShareDelay
{
	int64_t		delay_ms;		/* from writing to seeing; -1: not seen */
	ShareCanary canary;
	size_t		differences;	/* files that still differ, where that was
								 * waited for */
	uint64_t	copy_bytes;		/* of them */
	Arena		arena;			/* freed by the caller */
} ShareDelay;

/*
 * share_external_measure
 *		Send a canary and wait for it: what "share sync" does here.
 *
 * errors: as share_canary_send() and share_canary_await()
 */
extern bool share_external_measure(const Config *config,
								   const ConfigShare *share,
								   const ShareDirection *direction,
								   int64_t timeout_ms, ShareDelay *delay,
								   Error *error);

/*
 * share_external_wait
 *		The same, and then wait until both shares' lists are the same: for a
 *		switchover, when nothing writes at the active site any more.
 *
 * in:     timeout_ms: for all of it
 * out:    *delay
 * errors: also shares that still differ when the time is over
 */
extern bool share_external_wait(const Config *config,
								const ConfigShare *share,
								const ShareDirection *direction,
								int64_t timeout_ms, ShareDelay *delay,
								Error *error);

/*
 * share_writable
 *		Make the replica at a site writable, by the share's writable_command
 *		with the site's name behind it, and see that it is.
 *
 * Doing it again does no harm as far as the command does none.  Without a
 * command it is only seen whether the share can be written.
 *
 * in:     timeout_ms: for the command
 * errors: the command's; or that the share cannot be written afterwards
 */
extern bool share_writable(const Config *config, const ConfigShare *share,
						   const ConfigSite *site, int64_t timeout_ms,
						   Error *error);

#endif							/* SHARE_EXTERNAL_H */
