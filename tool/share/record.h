/*
 * record.h
 *		What this machine knows of the last sync of a share: a file in the
 *		journal directory, for status, check and failover.
 */
#ifndef SHARE_RECORD_H
#define SHARE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "share/marker.h"

typedef struct ShareRecord
{
	const char *share;
	const char *from;			/* of the last one that ended well; or NULL */
	const char *to;
	ShareLast	last;			/* the same */
	int64_t		tried_ms;		/* when the last one began, since 1970 */
	const char *problem;		/* of the last one; NULL: it ended well */
	int64_t		watch_ms;		/* repeated each so often; 0: it is not */
} ShareRecord;

/* Its file, in the arena. */
extern const char *share_record_path(const Config *config,
									 const ConfigShare *share, Arena *arena);

/* *there: false where no sync has been tried on this machine. */
extern bool share_record_read(const Config *config, const ConfigShare *share,
							  Arena *arena, ShareRecord *record, bool *there,
							  Error *error);
extern bool share_record_write(const Config *config,
							   const ConfigShare *share,
							   const ShareRecord *record, Error *error);

/*
 * share_behind_ms
 *		How far the passive site's content may be behind: since when its last
 *		sync began.
 *
 * out: -1: not known
 */
extern int64_t share_behind_ms(const ShareLast *last);

#endif							/* SHARE_RECORD_H */
