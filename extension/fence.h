/*
 * fence.h
 *		What the fence's files share: its record, where that is kept, and what
 *		follows once it is in force.
 *
 * IDENTIFICATION
 *		extension/fence.h
 */
#ifndef QSREPL_FENCE_H
#define QSREPL_FENCE_H

#include "qsrepl.h"

#include "access/xlogdefs.h"

/* In the data directory, which is the server's current directory. */
#define FENCE_FILE "qsrepl.fence"

#define FENCE_REASON_MAX 400	/* bytes */

typedef enum FenceCause
{
	FENCE_BY_HAND,
	FENCE_SUPERSEDED,			/* the peer is on a higher timeline */
	FENCE_SILENCE				/* the peer did not answer */
} FenceCause;

/* A fence, and the server for which it holds. */
typedef struct FenceRecord
{
	char		site[RW_NAME_MAX + 1];
	uint64		system_identifier;
	TimeLineID	timeline;
	FenceCause	cause;
	TimestampTz since;			/* whole seconds */
	bool		damaged;		/* the file could not be read: nothing else of
								 * this but the reason is set */
	char		reason[FENCE_REASON_MAX + 1];	/* UTF-8, printable */
} FenceRecord;

/* ---- fence.c ---- */

/* Was the library loaded when the server started? */
extern bool qsrepl_fence_is_possible(void);

/* Fill *record; false where no fence is in force. */
extern bool qsrepl_fence_record(FenceRecord *record);

/* Its reason in the encoding of this database; palloc'd. */
extern char *qsrepl_fence_reason(void);

/* Is it in force, and for this cause? */
extern bool qsrepl_fence_has_cause(FenceCause cause);

/*
 * qsrepl_fence_set
 *		Put the fence into force, for good.
 *
 * in:     elevel: ERROR: report a file that could not be written, and change
 *         nothing; less: report it and go on, since no fence is worse than one
 *         that does not survive a restart
 */
extern void qsrepl_fence_set(FenceCause cause, const char *reason, int elevel);

/* Take it away; false where there was none. */
extern bool qsrepl_fence_clear(int elevel);

/* ---- fence_file.c ---- */

/* Read the file; false where there is none.  Reports no errors. */
extern bool qsrepl_fence_read(FenceRecord *record);
extern bool qsrepl_fence_write(const FenceRecord *record, int elevel);
extern bool qsrepl_fence_remove(int elevel);

/* ---- fence_sessions.c ---- */

/*
 * qsrepl_end_writers
 *		End the sessions that have written, or are about to, and wait for it.
 *		Needs a transaction; superusers' sessions are left alone.
 */
extern void qsrepl_end_writers(void);

/* Have this session found as a writer until the end of its transaction. */
extern void qsrepl_mark_writer(void);

/* ---- subscriptions.c ---- */

/*
 * qsrepl_disable_subscriptions
 *		Disable the subscriptions of all databases, and warn of those where
 *		that failed.  Needs a transaction; may be called without a database.
 */
extern void qsrepl_disable_subscriptions(void);

#endif							/* QSREPL_FENCE_H */
