/*
 * create.h
 *		Making a snapshot: a directory that has its name when it is whole.
 *
 *		snapshot_begin()		lock; what killed runs have left is cleared up
 *		snapshot_add_...()		databases first, then files
 *		snapshot_end()			manifest, sync, name
 *		snapshot_abandon()		always
 *
 * cmd/snapshot/create.c is who calls them; what a restore calls is
 * cmd_snapshot_make() (cmd/snapshot/snapshot.h).
 */
#ifndef SNAPSHOT_CREATE_H
#define SNAPSHOT_CREATE_H

#include "base/text.h"
#include "config/config.h"
#include "pg/connection.h"
#include "platform/child.h"
#include "platform/lock.h"
#include "share/list.h"
#include "snapshot/snapshot.h"

/*
 * Encrypt the whole snapshot in one directory into another one, which is empty:
 * all files, and the list of them.
 */
typedef bool (*SnapshotEncrypt) (const char *plain, const char *target,
								 const char *certificate, Error *error);

/* config, site, tell, arg and read_all are the caller's; the rest begins zeroed. */
typedef struct SnapshotWork
{
	const Config *config;
	const ConfigSite *site;
	void		(*tell) (void *arg, const char *what);	/* progress; or NULL */
	void	   *arg;
	bool		read_all;		/* believe no file to be the same by its times */
	const char *store;			/* the directory of snapshots */
	const char *final;			/* STORE/NAME */
	const char *partial;		/* STORE/.NAME.partial */
	const char *work;			/* where files are put: in partial, or that */
	PlatLock   *lock;
	Snapshot	snapshot;		/* what is being made; its arena is for all */
	Snapshot	former;			/* the newest whole one of the site, or zeroed */
	SnapshotFile *files;		/* becomes that of snapshot */
	size_t		n_files;
	size_t		capacity;
	const char **directories;	/* of shares, all */
	size_t		n_directories;
	SnapshotPart *part;			/* that files are counted for */
	uint64_t	linked_files;	/* that are the former's */
	uint64_t	linked_bytes;
	uint64_t	copied_bytes;
} SnapshotWork;

/*
 * snapshot_begin
 *		Take the store's lock, clear up what killed runs have left, and make the
 *		directory that is to become the snapshot.
 *
 * in:     name: was checked
 * errors: another run has the lock; something else has the name
 */
extern bool snapshot_begin(SnapshotWork *work, const char *name,
						   SnapshotKind kind, bool encrypted, Error *error);

/* Files that are added from here on are a part's. */
extern bool snapshot_part_begin(SnapshotWork *work, SnapshotPartKind kind,
								const char *name, const char *path,
								Error *error);
extern void snapshot_part_end(SnapshotWork *work);

/*
 * snapshot_find_former
 *		Look for the newest whole snapshot of the site, whose files are taken
 *		for those that have not changed.  An encrypted one has none.
 */
extern void snapshot_find_former(SnapshotWork *work);

/* A database as it was at one moment, which a session holds. */
typedef struct SnapshotView
{
	SnapshotDatabase *database;
	PgConnection *connection;
	char	   *name;			/* of the view, for other sessions */
	int64_t		begun_ms;		/* since 1970 */
	double		bytes;			/* of the database at the server */
	PlatChildRunning *dump;		/* at work; or NULL */
	bool		counting;		/* the session counts rows */
} SnapshotView;

/*
 * snapshot_view_open, snapshot_view_begin, snapshot_view_end,
 * snapshot_view_close
 *		A view of a database of the site's server; its dump, which is made
 *		while the caller goes on; waiting for that.  Views of all databases are
 *		opened before anything is dumped, so that all are of one moment, as
 *		nearly as several databases have one.
 *
 * in:  jobs: of pg_dump, at the same time
 * out: *exists: false where the server has no such database
 */
extern bool snapshot_view_open(SnapshotWork *work, const char *name,
							   SnapshotView *view, bool *exists,
							   Error *error);
extern bool snapshot_view_begin(SnapshotWork *work, SnapshotView *view,
								int jobs, Error *error);
extern bool snapshot_view_end(SnapshotWork *work, SnapshotView *view,
							  Error *error);
extern void snapshot_view_close(SnapshotView *view);

/* The server's roles, without passwords. */
extern bool snapshot_add_roles(SnapshotWork *work, Error *error);

/* The copy of a share that is at work. */
typedef struct SnapshotTaking SnapshotTaking;

/*
 * snapshot_share_begin, snapshot_share_end
 *		Copy what is listed of a share, while the caller goes on with something
 *		else; nothing else is added of other shares meanwhile.
 *
 * in:  root: the directory here
 *      archived: also of folders where nothing is deleted
 *      stop: it is given up
 */
extern bool snapshot_share_begin(SnapshotWork *work, const ConfigShare *share,
								 const char *root, const ShareList *list,
								 bool archived, SnapshotTaking **begun,
								 Error *error);
extern bool snapshot_share_end(SnapshotTaking *taking, bool stop,
							   Error *error);

/* The server's settings and rules of access, and configuration files. */
extern bool snapshot_add_server(SnapshotWork *work, Error *error);

/* A file of these bytes, or one that is in the work directory already. */
extern bool snapshot_add_bytes(SnapshotWork *work, const char *path,
							   const void *bytes, size_t len, Error *error);
extern bool snapshot_add_file(SnapshotWork *work, const char *path,
							  Error *error);

/* All files of a directory in the work directory. */
extern bool snapshot_add_tree(SnapshotWork *work, const char *path,
							  Error *error);

/* Something that somebody has to know; a path or NULL, a detail or NULL. */
extern void snapshot_add_note(SnapshotWork *work, const char *what,
							  const char *path, const char *detail);

/*
 * snapshot_end
 *		Manifest, encryption, sync, and the name.
 *
 * in:  certificate: NULL: not encrypted
 */
extern bool snapshot_end(SnapshotWork *work, SnapshotEncrypt encrypt,
						 const char *certificate, Error *error);

/* Remove what was made, where snapshot_end() was not; free all in any case. */
extern void snapshot_abandon(SnapshotWork *work);

#endif							/* SNAPSHOT_CREATE_H */
