/*
 * move_share.h
 *		What the steps about file shares have in common.
 */
#ifndef CMD_MOVE_SHARE_H
#define CMD_MOVE_SHARE_H

#include "cmd/move_work.h"
#include "share/sync.h"

/* Something done for a share. */
typedef bool (*MoveShare) (Move *move, const ConfigShare *share,
						   PlanProgress *progress, Error *error);

/* For each share of the configuration, until one fails. */
extern bool move_each_share(Move *move, MoveShare each,
							PlanProgress *progress, Error *error);

/* Does qsrepl bring its content?  Else only its markers are not ours. */
extern bool move_share_is_ours(const ConfigShare *share);

/*
 * move_share_bring
 *		Synchronize a share in a direction.
 *
 * in: final: the source stands still; within the share's timeout
 */
extern bool move_share_bring(Move *move, const ConfigShare *share, bool final,
							 const ShareDirection *direction, Error *error);

/* A share's root at a site, as this machine reaches it; in move's arena. */
extern bool move_share_access(Move *move, const ConfigShare *share,
							  const ConfigSite *site, ShareAccess *access,
							  Error *error);

/* The epoch of the site that is active afterwards. */
extern bool move_share_epoch(Move *move, int64_t * epoch, Error *error);

/* "share "qlik"", for messages. */
extern const char *move_share_name(Move *move, const ConfigShare *share);

/* ---- move_share_risk.c: what a failover would lose of it ---- */

/* So many rows that lack their file are named. */
#define MOVE_SHARE_EXAMPLES 3

/* Of a share at the site that is to take over. */
typedef struct MoveShareRisk
{
	const ConfigShare *share;
	int64_t		since_ms;		/* since 1970: what the other site has changed
								 * since then is not here; -1: not known */
	int64_t		behind_ms;		/* how long that is; -1: not known */
	bool		incomplete;		/* the last synchronization was */
	const char *problem;		/* why since_ms is not known; or NULL */
	size_t		missing;		/* rows without their file */
	size_t		older;			/* rows whose file is older */
	const char *examples[MOVE_SHARE_EXAMPLES];	/* files of missing ones */
	const char *no_rows;		/* why that is not known; or NULL */
} MoveShareRisk;

/* Ask the site; one element a share, in move's arena. */
extern const MoveShareRisk *move_share_risks(Move *move);

/* Lines for people, each behind a line break. */
extern void move_share_describe(const Move *move, const MoveShareRisk *risks,
								Text *text);

/* Is no share behind for longer? */
extern bool move_share_covered(const Move *move, const MoveShareRisk *risks,
							   int64_t ms);

/* An array of objects. */
extern struct json_t *move_share_as_json(const Move *move,
										 const MoveShareRisk *risks);

#endif							/* CMD_MOVE_SHARE_H */
