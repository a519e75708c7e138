/*
 * marker.h
 *		The file in a share's root that says whose share it is, and what the
 *		site was when that was last written.
 *
 * Which side is the source is told by the databases; the markers must agree.
 * A mount that is not there, or another one in its place, has no marker or
 * another one.
 */
#ifndef SHARE_MARKER_H
#define SHARE_MARKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "share/access.h"

typedef enum ShareRole
{
	SHARE_SOURCE,
	SHARE_TARGET
} ShareRole;

/* The last sync that this share took part in. */
typedef struct ShareLast
{
	const char *from;			/* the source's site; NULL: there was none */
	int64_t		epoch;
	int64_t		began_ms;		/* since 1970; the target is at least as the
								 * source was then */
	int64_t		ended_ms;
	bool		complete;		/* else some files could not be copied */
	uint64_t	files;			/* of the source */
	uint64_t	bytes;			/* of the source */
	uint64_t	copied;			/* files, by this sync */
	uint64_t	removed;		/* files, by this sync */
} ShareLast;

typedef struct ShareMarker
{
	const char *share;
	const char *site;
	int64_t		epoch;
	ShareRole	role;			/* the site's at that epoch */
	ShareLast	last;
} ShareMarker;

/* "source" or "target" */
extern const char *share_role_word(ShareRole role);

/* As text of JSON, allocated; and back: strings in the arena. */
extern char *share_marker_format(const ShareMarker *marker);
extern bool share_marker_parse(const char *text, size_t len, Arena *arena,
							   ShareMarker *marker, Error *error);

/*
 * share_marker_read
 *		The marker in a share's root.
 *
 * out: *there: SHARE_NO_FILE and SHARE_NO_ROOT are no errors
 */
extern bool share_marker_read(const ShareAccess *access, ShareMarker *marker,
							  ShareThere *there, Error *error);
extern bool share_marker_write(const ShareAccess *access,
							   const ShareMarker *marker, Error *error);

/* Is it this share's and site's?  Else an error that says whose. */
extern bool share_marker_is_ours(const ShareAccess *access,
								 const ShareMarker *marker, Error *error);

/*
 * share_marker_move
 *		For a switchover, failover or rejoin: from now on the site's share is
 *		source or target at this epoch.  What the marker says of the last sync
 *		is kept; doing it again changes nothing.
 *
 * errors: also a marker of another site or share, or of a newer epoch, which
 *         are left alone; and a root that is not there
 */
extern bool share_marker_move(const ShareAccess *access, ShareRole role,
							  int64_t epoch, Error *error);

#endif							/* SHARE_MARKER_H */
