/*
 * logical_work.h
 *		What the files of the moves in logical mode share.
 */
#ifndef CMD_MOVE_LOGICAL_WORK_H
#define CMD_MOVE_LOGICAL_WORK_H

#include "cmd/move/work.h"
#include "server/logical.h"

/* Something done for one database that is replicated. */
typedef bool (*LogicalEach) (Move *move, const LogicalLink *link,
							 const char *database, PlanProgress *progress,
							 Error *error);

/*
 * logical_each
 *		Call a function for each database that is replicated, with connections
 *		to it at both sites, until one fails.
 *
 * in:  publisher: may be lost (MoveSite.silent): then the link has none
 */
extern bool logical_each(Move *move, const ConfigSite *publisher,
						 const ConfigSite *subscriber, LogicalEach each,
						 PlanProgress *progress, Error *error);

/* For logical_each(): drop the subscription. */
extern bool logical_unsubscribe_one(Move *move, const LogicalLink *link,
									const char *database,
									PlanProgress *progress, Error *error);

/* Is the target not fenced any more, so that it takes writes? */
extern PlanAnswer logical_is_turned(Move *move, Error *error);
extern bool logical_may_abort(void *context, Error *error);

/* Does a site's server subscribe to something, enabled? */
extern bool logical_subscribes(Move *move, const ConfigSite *site,
							   bool *subscribes, Error *error);

/*
 * logical_count
 *		Raise the epoch at the site that becomes active.  To be called again
 *		where it was interrupted: it counts once a run.
 */
extern bool logical_count(Move *move, PlanProgress *progress, Error *error);

/* Steps; see logical_switchover.c and logical_failover.c. */
MOVE_STEP(logical_fence);
MOVE_STEP(logical_follow);
MOVE_STEP(logical_sequences);
MOVE_STEP(logical_publication);
MOVE_STEP(logical_reverse);
MOVE_STEP(logical_turn);
MOVE_STEP(logical_attach);
MOVE_STEP(logical_guess);
MOVE_STEP(logical_bar);
MOVE_STEP(logical_hold);

#endif							/* CMD_MOVE_LOGICAL_WORK_H */
