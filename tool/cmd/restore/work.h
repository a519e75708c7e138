/*
 * work.h
 *		What the files of "qsrepl snapshot restore" share.
 *
 * Databases are made beside those that are there, under names that nobody
 * knows; files are staged beside the share's content.  Both take their place by
 * renames, and go back by renames, until the old databases are dropped.
 */
#ifndef CMD_RESTORE_WORK_H
#define CMD_RESTORE_WORK_H

#include "cmd/move/work.h"
#include "cmd/restore/restore.h"
#include "platform/lock.h"
#include "snapshot/snapshot.h"

/* A database that is restored; strings are in the arena. */
typedef struct RestoreDatabase
{
	const char *name;
	const SnapshotDatabase *from;	/* NULL: the snapshot was not read, since
									 * an abort does not need it */
	const char *fresh;			/* its name while it is made */
	const char *aside;			/* the old one's name afterwards */
} RestoreDatabase;

/* The context of the steps. */
/* Names of notes in its journal. */
#define RESTORE_SAFETY "safety" /* the safety snapshot's directory */
#define RESTORE_HELD "held"		/* the site that is held, before it is; or "" */

#define RESTORE_TELL_SAFETY "What was there is in the snapshot \"%s\".\n"

typedef struct Restore
{
	Move		move;			/* first: steps of moves are given it; its
								 * sites are both the one that is restored */
	const RestoreRequest *request;
	RestoreRequest taken_up;	/* request, with what the run began with */
	Snapshot	snapshot;
	bool		snapshot_read;
	PlatLock   *reading;		/* on the snapshot's directory; or NULL */
	const char *directory;		/* the snapshot's */
	const char *manifest;		/* its manifest's SHA-256; "": it has none */
	const ConfigSite *site;		/* the one that is restored */
	const ConfigSite *passive;	/* the one that follows it; or NULL */
	const char *held_before;	/* the one that was held before the run was
								 * gone on with; or NULL */
	const char *stamp;			/* the run's, for names */
	RestoreDatabase *databases;
	size_t		n_databases;
	const char *database_names; /* of all, with blanks between */
	const char *share_names;	/* the same */
	MoveRequest move_request;	/* the move's */
	Text		told;			/* what is told before the question */
	bool		active;			/* the site is the active one */
	struct RestoreShare *shares;	/* share.h */
	size_t		n_shares;
} Restore;

/* ---- restore.c ---- */

/* Load the configuration; false with the exit code, which was told. */
extern bool restore_begin(Restore *restore, const RestoreRequest *request,
						  int *code);
extern void restore_end(Restore *restore);
extern void restore_choose_site(Restore *restore, const ConfigSite *site);

/* Print an error, and free it; the code. */
extern int	restore_fail(Error *error, int code);

/* ---- run.c: run the plan, and tell; the exit code ---- */
extern int	restore_go(Restore *restore, MoveHow how);

/* ---- names.c ---- */

/* Make restore->databases from their names, with blanks between. */
extern void restore_name_databases(Restore *restore, const char *names);

/* The mark of a database that is complete, and this run's; in the arena. */
extern const char *restore_mark(Restore *restore);

/* ---- server.c ---- */

/* The connection to the maintenance database, made anew where it is lost. */
extern PgConnection *restore_server(Restore *restore, Error *error);

/* Is there a database of a name, and is it this run's? */
typedef struct RestoreFound
{
	bool		exists;
	bool		ours;			/* complete, and made by this run */
} RestoreFound;

/* Is a database of this name there, and is it of this run? */
extern bool restore_look(Restore *restore, const char *name,
						 RestoreFound *found, Error *error);

/* A connection to a database, for as long as its rewriting may take. */
extern PgConnection *restore_connect(Restore *restore, const char *database,
									 Error *error);

/* ---- open.c ---- */

/*
 * restore_open_snapshot
 *		Find, read and verify the snapshot that is asked for; an exit code.
 *
 * restore_read_again
 *		Read it for a run that is gone on with, which must be about the same.
 */
extern int	restore_open_snapshot(Restore *restore, Error *error);
extern bool restore_read_again(Restore *restore, const char *manifest,
							   Error *error);

/* ---- check.c, active.c, room.c: before the plan ---- */

/* Each returns an exit code, with the error; nothing is changed. */
extern int	restore_check_site(Restore *restore, Error *error);
extern int	restore_check_active(Restore *restore, Error *error);
extern int	restore_check_databases(Restore *restore, Error *error);
extern int	restore_check_services(Restore *restore, Error *error);
extern int	restore_check_room(Restore *restore, Error *error);

/* ---- safety.c: when databases and shares are known ---- */
extern bool restore_check_safety(Restore *restore, Error *error);

/* ---- files.c ---- */
extern int	restore_check_files(Restore *restore, Error *error);
extern bool restore_name_shares(Restore *restore, const char *names,
								Error *error);
extern const char *restore_share_names(Restore *restore);

/* ---- plan.c: the steps that the request asks for ---- */
extern void restore_make_plan(Restore *restore, Plan *plan);

/* ---- steps ---- */
MOVE_STEP(restore_services_up);
MOVE_STEP(restore_safety);
MOVE_STEP(restore_hold);
MOVE_STEP(restore_roles);
MOVE_STEP(restore_databases);
MOVE_STEP(restore_localize);
MOVE_STEP(restore_leaks);
MOVE_STEP(restore_stage);
MOVE_STEP(restore_files);
MOVE_STEP(restore_tidy);
MOVE_STEP(restore_swap);
MOVE_STEP(restore_certificates);
MOVE_STEP(restore_clean);
MOVE_STEP(restore_unsubscribe);
MOVE_STEP(restore_publish);
MOVE_STEP(restore_subscribe);

#endif							/* CMD_RESTORE_WORK_H */
