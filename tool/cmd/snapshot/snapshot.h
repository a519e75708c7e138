/*
 * snapshot.h
 *		The verbs of "qsrepl snapshot" that make, show and remove snapshots.
 */
#ifndef CMD_SNAPSHOT_SNAPSHOT_H
#define CMD_SNAPSHOT_SNAPSHOT_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"
#include "snapshot/snapshot.h"

/* What "snapshot create" was asked for. */
typedef struct SnapshotRequest
{
	const char *name;			/* NULL: made of site and time */
	SnapshotKind kind;
	bool		archived_logs;	/* ArchivedLogs of shares, too */
	bool		plain_pfx;
	const char *encrypt_to;		/* certificate file; NULL: not encrypted */
	bool		database_only;	/* no share; for a restore of that */
	bool		files_only;		/* no databases */
	bool		read_all;		/* read what looks the same, too */
	bool		quiet;			/* no progress, no summary */
} SnapshotRequest;

/*
 * cmd_snapshot_make
 *		Make a snapshot of this machine's site: what "snapshot create" does,
 *		and a restore for its safety snapshot.
 *
 * out:    *directory: STORE/NAME, freed by the caller; set on EXIT_OK, and on
 *         EXIT_NOT_SO: it is there, without what was warned of
 * errors: with every other code than EXIT_OK
 */
extern int	cmd_snapshot_make(const Config *config,
							  const SnapshotRequest *request,
							  char **directory, Error *error);

/* The verbs; file is the configuration's. */
extern int	cmd_snapshot_create(const char *file,
								const SnapshotRequest *request, bool json);
extern int	cmd_snapshot_list(const char *file, bool json);

typedef struct SnapshotPruneRequest
{
	int			keep_last;		/* -1: as configured */
	int			keep_daily;
	int			keep_weekly;
	int			keep_monthly;
	bool		dry_run;
	bool		json;
} SnapshotPruneRequest;

/* Remove those that the rules do not keep; the exit code. */
extern int	cmd_snapshot_prune(const char *file,
							   const SnapshotPruneRequest *request);

#endif							/* CMD_SNAPSHOT_SNAPSHOT_H */
