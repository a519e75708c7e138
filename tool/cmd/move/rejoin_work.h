/*
 * rejoin_work.h
 *		What the files of "qsrepl rejoin" share.
 */
#ifndef CMD_MOVE_REJOIN_WORK_H
#define CMD_MOVE_REJOIN_WORK_H

#include "cmd/move/work.h"
#include "pg/lsn.h"
#include "server/waldump.h"

/* Does the site stream from the active one already? */
extern PlanAnswer rejoin_done(void *context, Error *error);

/*
 * rejoin_fork
 *		Where the active site's timeline parted from the one of the site that
 *		comes back.
 *
 * out: *same: it is the same timeline; else *fork, 0 where that is not in the
 *      active site's history
 */
extern bool rejoin_fork(Move *move, PgTimeline timeline, bool *same,
						PgLsn * fork, Error *error);

/*
 * rejoin_broken
 *		Has pg_rewind been interrupted here, by this run or an earlier one?
 *		Such data are of no more use.
 */
extern bool rejoin_broken(Move *move, bool *broken, Error *error);

/* Is it wanted that the site's data are replaced? */
extern bool rejoin_confirm(const Move *move, Error *error);

/*
 * rejoin_open
 *		The server of the site that comes back, where it runs as a primary, or
 *		else started for this machine alone and fenced.
 *
 * out: *place: as server_connect() reaches it; shares the site's strings
 */
extern bool rejoin_open(Move *move, ConfigSite *place, Error *error);

/* Tell a database's rows of those transactions, and write them to a file. */
extern bool rejoin_save(Move *move, const ConfigSite *place,
						const char *name, const WalChanges *changes,
						Error *error);

/*
 * rejoin_definitions
 *		Tell what of a database those transactions have made, changed or
 *		dropped, rows apart.
 */
extern bool rejoin_definitions(Move *move, PgConnection *connection,
							   const char *database,
							   const WalChanges *changes, Error *error);

/* Say so, where nothing was told since the notes were that long. */
extern void rejoin_tell_nothing(Move *move, size_t before);

extern bool rejoin_fence_run(void *context, PlanProgress *progress,
							 Error *error);
extern bool rejoin_diverged_run(void *context, PlanProgress *progress,
								Error *error);
extern bool rejoin_stop_run(void *context, PlanProgress *progress,
							Error *error);
extern bool rejoin_copy_run(void *context, PlanProgress *progress,
							Error *error);
extern bool rejoin_rewind_run(void *context, PlanProgress *progress,
							  Error *error);
extern bool rejoin_rewind_undo(void *context, PlanProgress *progress,
							   Error *error);
extern bool rejoin_keep_run(void *context, PlanProgress *progress,
							Error *error);
extern bool rejoin_standby_run(void *context, PlanProgress *progress,
							   Error *error);
extern bool rejoin_start_run(void *context, PlanProgress *progress,
							 Error *error);
extern bool rejoin_slots_run(void *context, PlanProgress *progress,
							 Error *error);

extern bool rejoin_salvage_run(void *context, PlanProgress *progress,
							   Error *error);
extern bool rejoin_share_run(void *context, PlanProgress *progress,
							 Error *error);

/* The same in both modes. */
#define REJOIN_STEP_SALVAGE \
	{"salvage", "Move files aside that only site ${from} has, or that are " \
		"newer there", \
		"At site ${from}: compare the folders of its share with those of site " \
		"${to}, and move what\ndiffers into .qsrepl-salvage of the share.", \
	NULL, rejoin_salvage_run, NULL, 0}
#define REJOIN_STEP_SHARE \
	{"share_back", "Bring the content of file shares to site ${from}", \
		"qsrepl share sync", \
	NULL, rejoin_share_run, NULL, 0}

/* Only for its hooks; what is left to be done is taken from the notes. */
extern bool rejoin_after_run(void *context, PlanProgress *progress,
							 Error *error);

#endif							/* CMD_MOVE_REJOIN_WORK_H */
