/*
 * send.h
 *		A snapshot's files on their way to another directory, by rsync.
 */
#ifndef SNAPSHOT_SEND_H
#define SNAPSHOT_SEND_H

#include "base/text.h"
#include "config/config.h"
#include "platform/child.h"

typedef struct SnapshotSend
{
	const char *source;			/* directory */
	const ConfigSite *site;		/* whose the target is: ssh, password */
	const char *target;			/* as rsync takes it, without a slash at its
								 * end */
	bool		remote;			/* it is by ssh or a daemon */
	const char *former;			/* name of a directory beside the target,
								 * whose files are linked where they are the
								 * same; or NULL */
	bool		doubt;			/* what is there is believed by its content
								 * only, not by size and time */
	Text		paths;			/* what is sent, a NUL behind each */
	void		(*on_line) (void *arg, PlatStream stream, const char *line);
	void	   *arg;			/* for on_line, which may be NULL */
} SnapshotSend;

/* Where rsync keeps what has come half, in each folder of the target. */
#define SNAPSHOT_SEND_HALF ".rsync-half"

/*
 * snapshot_send
 *		Bring the files there, where it has not those that are the same
 *		already: what was interrupted is gone on with.
 *
 * errors: rsync's words
 */
extern bool snapshot_send(const SnapshotSend *send, Error *error);

#endif							/* SNAPSHOT_SEND_H */
