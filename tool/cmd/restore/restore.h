/*
 * restore.h
 *		The verb "snapshot restore": put what a snapshot holds into the place of
 *		what a site has, or leave the site as it was.
 */
#ifndef CMD_RESTORE_RESTORE_H
#define CMD_RESTORE_RESTORE_H

#include <stdbool.h>

struct json_t;

typedef struct RestoreRequest
{
	const char *file;			/* the configuration */
	const char *snapshot;		/* its name, or a folder */
	const char *site;			/* NULL: this machine's */
	const char *replace_active; /* the active site, whose data is replaced; or
								 * NULL */
	const char *max_change;		/* percent of a share's files, instead of the
								 * share's own; or NULL */
	const char *accept_change;	/* how many files may be removed, or replaced
								 * by older ones; or NULL */
	bool		keep_values;	/* rows stay as they are in the snapshot */
	bool		database_only;
	bool		files_only;
	bool		force;			/* although a service or certificate stands in
								 * the way */
	bool		dry_run;
	bool		yes;
	bool		json;
} RestoreRequest;

/* Each returns the exit code. */
extern int	cmd_snapshot_restore(const RestoreRequest *request);

/* The name of its plan in a journal. */
#define RESTORE_PLAN "restore"

/* Go on with, or undo, the restore that has not ended. */
extern int	restore_take_up(const RestoreRequest *request, bool abort);

#endif							/* CMD_RESTORE_RESTORE_H */
