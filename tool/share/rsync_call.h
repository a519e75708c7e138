/*
 * rsync_call.h
 *		One call of rsync; private to share/.
 */
#ifndef SHARE_RSYNC_CALL_H
#define SHARE_RSYNC_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "platform/child.h"
#include "share/access.h"

/* Exit codes of rsync that are told apart. */
enum ShareRsyncCode
{
	RSYNC_OK = 0,
	RSYNC_SYNTAX = 1,			/* also a directory that it needs is missing */
	RSYNC_PARTLY = 23,			/* errors on the way; some was done */
	RSYNC_VANISHED = 24			/* files that were listed were gone */
};

typedef struct ShareRsync
{
	const ShareAccess *remote;	/* the end that may be elsewhere */
	const char **argv;			/* NULL behind the last */
	size_t		n;
	const char *environment[4];
	Text		input;			/* for --files-from; freed by
								 * share_rsync_end() */
	void		(*on_line) (void *arg, PlatStream stream, const char *line);
	void	   *arg;
	PlatChildResult result;		/* after share_rsync_run() */
	Arena		arena;
} ShareRsync;

/*
 * share_rsync_begin
 *		Begin a call with what all of them have: quiet about what is nobody's
 *		business, the share's ssh or password, no waiting without an end.
 *
 * in: remote: the access of the end that may be elsewhere
 */
extern void share_rsync_begin(ShareRsync *rsync, const ShareAccess *remote);

/* Add an argument, which must live until the end, or is printed. */
extern void share_rsync_add(ShareRsync *rsync, const char *argument);
extern void share_rsync_addf(ShareRsync *rsync, const char *format,...)
			TEXT_PRINTF(2, 3);

/* Add what is below an access's root: "" is all of it, as "PLACE/". */
extern void share_rsync_add_place(ShareRsync *rsync, const ShareAccess *access,
								  const char *below);

/* Add a path to the list on its standard input, with a NUL behind it. */
extern void share_rsync_add_path(ShareRsync *rsync, const char *path);

/*
 * share_rsync_run
 *		Run it.
 *
 * in:     what: for the error, "could not WHAT ..."
 * out:    true for RSYNC_OK and RSYNC_VANISHED; also for RSYNC_PARTLY where
 *         partly is wanted: result.code tells
 * errors: rsync's words are the detail
 */
extern bool share_rsync_run(ShareRsync *rsync, const char *what, bool partly,
							Error *error);
extern void share_rsync_end(ShareRsync *rsync);

/*
 * share_scratch_make, share_scratch_drop
 *		An empty directory of this machine for what rsync brings or takes.
 *
 * out: *path: allocated; share_scratch_drop() removes and frees it
 */
extern bool share_scratch_make(const ShareAccess *access, char **path,
							   Error *error);
extern void share_scratch_drop(char *path);

/*
 * Remove such directories of runs that were killed.  One that is there is no
 * harm, so what cannot be removed is passed over.
 */
extern void share_scratch_sweep(const Config *config);

#endif							/* SHARE_RSYNC_CALL_H */
