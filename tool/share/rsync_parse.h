/*
 * rsync_parse.h
 *		The lines of "rsync --list-only"; private to share/.
 */
#ifndef SHARE_RSYNC_PARSE_H
#define SHARE_RSYNC_PARSE_H

#include <stdbool.h>

#include "share/list.h"

/*
 * share_rsync_line
 *		An entry from a line as rsync writes it with --8-bit-output and
 *		--no-human-readable, in UTC.
 *
 * in:  line: changed; the path becomes a part of it
 * out: false: it is no such line
 */
extern bool share_rsync_line(char *line, ShareEntry *entry);

/*
 * share_rsync_decode
 *		A name without rsync's escapes, in its place.
 *
 * out: false: a byte comes out that no name has
 */
extern bool share_rsync_decode(char *name);

#endif							/* SHARE_RSYNC_PARSE_H */
