/*
 * rsync_remote.h
 *		How rsync reaches another machine, for shares and snapshots alike.
 */
#ifndef SHARE_RSYNC_REMOTE_H
#define SHARE_RSYNC_REMOTE_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/config.h"

/* Is a place a daemon's, "rsync://HOST/MODULE", and not reached by a shell? */
extern bool share_rsync_is_daemon(const char *place);

/* The variable that names the shell and its options to rsync; in the arena. */
extern const char *share_rsync_shell(const ConfigWords *words, Arena *arena);

#endif							/* SHARE_RSYNC_REMOTE_H */
