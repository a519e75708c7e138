/*
 * share.h
 *		What the steps about file shares have in common.
 */
#ifndef CMD_MOVE_SHARE_H
#define CMD_MOVE_SHARE_H

#include "cmd/move/work.h"
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

#endif							/* CMD_MOVE_SHARE_H */
