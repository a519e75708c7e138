/*
 * peer.h
 *		What the files of the peer check share.
 *
 * IDENTIFICATION
 *		extension/peer.h
 */
#ifndef QSREPL_PEER_H
#define QSREPL_PEER_H

#include "qsrepl.h"

#include "access/xlogdefs.h"

/* ---- peer.c ---- */

typedef enum PeerUnreachable
{
	PEER_UNREACHABLE_ALLOW,
	PEER_UNREACHABLE_FENCE
} PeerUnreachable;

extern char *qsrepl_peer_conninfo;
extern int	qsrepl_peer_wait;	/* ms */
extern int	qsrepl_peer_interval;	/* ms; 0: never again */
extern int	qsrepl_peer_unreachable;	/* PeerUnreachable */

typedef enum PeerState
{
	PEER_NOT_ASKED,
	PEER_NOT_CONFIGURED,
	PEER_STANDBY,
	PEER_PRIMARY,				/* on a lower timeline */
	PEER_EQUAL,					/* a primary on this server's timeline */
	PEER_SUPERSEDES,			/* a primary on a higher timeline */
	PEER_SILENT,
	PEER_DIFFERENT				/* of another system */
} PeerState;

/* What is known of the peer; timeline: of one that is a primary. */
extern PeerState qsrepl_peer_state_is(void);
extern void qsrepl_peer_set_state(PeerState state, TimeLineID timeline);

/* Let the writes go that wait for the answer; false where none had to. */
extern bool qsrepl_peer_release(void);

/* ---- peer_ask.c ---- */

#define PEER_ERROR_MAX 256

typedef struct PeerAnswer
{
	bool		answered;
	bool		in_recovery;
	uint64		system_identifier;
	TimeLineID	timeline;		/* of a primary */
	char		error[PEER_ERROR_MAX];	/* why it did not answer */
} PeerAnswer;

/*
 * qsrepl_peer_ask
 *		Ask the peer what it is, again and again for this time (ms).
 */
extern void qsrepl_peer_ask(const char *conninfo, int wait,
							PeerAnswer *answer);

/* Milliseconds until then, not less than 0. */
extern long qsrepl_until(TimestampTz then);

#endif							/* QSREPL_PEER_H */
