/*
 * create.h
 *		Making a snapshot: a directory that has its name when it is whole.
 *
 *		SnapshotWork work;
 *		snapshot_begin(...)				lock, what was left is cleared up
 *		snapshot_add_...(...)			databases first, then files
 *		snapshot_end(...)				manifest, sync, rename
 *
 * cmd/snapshot_create.c is who calls them; the safety snapshot of a restore is
 * cmd_snapshot_make() (cmd/snapshot.h).
 */
#ifndef SNAPSHOT_CREATE_H
#define SNAPSHOT_CREATE_H

#include "base/text.h"
#include "config/config.h"
#include "pg/connection.h"
#include "platform/lock.h"
#include "snapshot/snapshot.h"

/*
 * Encrypt the whole snapshot in one directory into another one, which is empty:
 * all files, and sealed.json (encrypt.h).
 */
typedef bool (*SnapshotEncrypt) (const char *plain, const char *target,
								 const char *certificate, Error *error);

/* A file whose content the last whole snapshot may have already. */
typedef struct SnapshotWork
{
	const Config *config;
	const ConfigSite *site;
	const char *store;			/* the directory of snapshots */
	const char *final;			/* STORE/NAME */
	const char *partial;		/* STORE/.NAME.partial */
	const char *work;			/* where files are put: partial, or
								 * partial/plain */
	PlatLock   *lock;
	Snapshot	snapshot;		/* what is being made; its arena is for all */
	Snapshot	former;			/* the newest whole one, or zeroed */
	const SnapshotFile **by_hash;	/* its files, sorted by sha256 */
	size_t		capacity_files;	/* of snapshot.files */
	uint64_t	linked_files;	/* that are the former's */
	uint64_t	linked_bytes;
	uint64_t	copied_bytes;
	void		(*tell) (void *arg, const char *what);	/* progress; or NULL */
	void	   *arg;
} SnapshotWork;

/*
 * snapshot_begin
 *		Take the store's lock, clear up what killed runs have left, and make the
 *		directory that is to become the snapshot.
 *
 * in:     work: config, site, tell, arg; the rest zeroed.  name: checked
 * errors: another run has the lock; to be given to snapshot_abandon() all the
 *         same
 */
extern bool snapshot_begin(SnapshotWork *work, const char *name,
						   SnapshotKind kind, bool encrypted, Error *error);

/*
 * snapshot_end
 *		Manifest, encryption, sync, and the name.
 *
 * in:  encrypt: NULL: not encrypted
 */
extern bool snapshot_end(SnapshotWork *work, SnapshotEncrypt encrypt,
						 const char *certificate, Error *error);

/* Remove what was made, where snapshot_end() was not; free all in any case. */
extern void snapshot_abandon(SnapshotWork *work);

#endif							/* SNAPSHOT_CREATE_H */
