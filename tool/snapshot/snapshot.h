/*
 * snapshot.h
 *		A snapshot: a site's databases, the content of its share, its
 *		configuration and its certificates, in one directory.
 *
 *	SNAPSHOT_DIRECTORY/NAME/
 *		manifest.json			all that is told below
 *		manifest.json.sha256	as sha256sum writes it
 *		databases/QSR/...		pg_dump --format=directory; a folder a database
 *		databases/roles.sql		pg_dumpall --roles-only --no-role-passwords
 *		share/NAME/Apps/...		folders of a share, a folder a share
 *		server/settings.conf	the server's settings; pg_hba.conf; Host.cfg;
 *								qsrepl.conf
 *		certificates/SITE.sealed	the set of certificates as seal/seal.h has
 *								it, which this site's key opens, and the
 *								recovery key; its header's "to" is
 *								SNAPSHOT_SEALED_TO, so that nobody installs it
 *								as an exchanged one
 *		certificates/root.pfx and others, on request, not encrypted
 *
 * What has a name that begins with a dot is no snapshot: ".lock" is held by who
 * makes, replaces or removes one; ".NAME.partial" is one that is being made,
 * ".NAME.former" one that is being replaced, ".NAME.removed" one that is being
 * removed, and who holds the lock clears up what a killed run has left of
 * them.  ".NAME.incoming" is one that is being copied here; only its copying
 * touches it.
 *
 * manifest.json is a JSON document whose last member is "files", with one
 * object a line:
 *
 *	{"path": "share/QlikShare/Apps/x.qvf", "size": 7, "modified": 17..., "sha256": "..."}
 *
 * Sizes are bytes, "modified" is nanoseconds since 1970.  A path that is not
 * UTF-8 has "path_base64" instead.  Further members: "unstable": true, it
 * changed while it was read; "inode" and "changed": of the file that was
 * copied, by which the next snapshot sees that it is the same still.  A file
 * on the disk may have another time than the manifest says, and has no other
 * content.
 */
#ifndef SNAPSHOT_SNAPSHOT_H
#define SNAPSHOT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define SNAPSHOT_VERSION 1
#define SNAPSHOT_MANIFEST "manifest.json"
#define SNAPSHOT_MANIFEST_SUM "manifest.json.sha256"
#define SNAPSHOT_SEALED_LIST "sealed.json"	/* of an encrypted one */
#define SNAPSHOT_SEALED_TO "snapshot"

/* In the directory of snapshots. */
#define SNAPSHOT_LOCK ".lock"
#define SNAPSHOT_PARTIAL ".partial"
#define SNAPSHOT_FORMER ".former"
#define SNAPSHOT_REMOVED ".removed"
#define SNAPSHOT_INCOMING ".incoming"

#define SNAPSHOT_SHA256_SIZE 65 /* hexadecimal, in small letters, and a NUL */

/* How a snapshot came to its name; the order is that of snapshot_kinds[]. */
typedef enum SnapshotKind
{
	SNAPSHOT_DATED,				/* made by site and time: one of a row */
	SNAPSHOT_FIXED,				/* given: replaced by the next of that name */
	SNAPSHOT_SAFETY				/* made by a restore before it began */
} SnapshotKind;

/* "dated", "fixed", "safety"; NULL ends them. */
extern const char *const snapshot_kinds[];

/* What a part is; the order is that of snapshot_part_kinds[]. */
typedef enum SnapshotPartKind
{
	SNAPSHOT_PART_DATABASE,
	SNAPSHOT_PART_ROLES,
	SNAPSHOT_PART_SHARE,
	SNAPSHOT_PART_SERVER,
	SNAPSHOT_PART_CERTIFICATES
} SnapshotPartKind;

/* "database", "roles", "share", "server", "certificates"; NULL ends them. */
extern const char *const snapshot_part_kinds[];

/* Where what it is about is told: which of its shares, databases. */
typedef struct SnapshotPart
{
	SnapshotPartKind kind;
	const char *name;			/* of the database or share; "" */
	const char *path;			/* the folder, or the file: "databases/QSR" */
	int64_t		begun_ms;		/* since 1970 */
	int64_t		ended_ms;
	uint64_t	files;
	uint64_t	bytes;
} SnapshotPart;

typedef struct SnapshotFile
{
	const char *path;			/* relative, with '/', never through ".." */
	uint64_t	size;			/* bytes */
	int64_t		modified_ns;	/* since 1970 */
	char		sha256[SNAPSHOT_SHA256_SIZE];	/* "": not known (a folder of
												 * the Snapshots tool) */
	bool		unstable;		/* changed while it was read */
	uint64_t	inode;			/* of the source; 0: not to be relied on */
	int64_t		changed_ns;		/* of the source: its ctime */
} SnapshotFile;

/* A table of a database, and how many rows its dump has. */
typedef struct SnapshotTable
{
	const char *schema;
	const char *name;
	int64_t		rows;
} SnapshotTable;

/* A setting of a database, of a role in it, as ALTER ... SET takes it. */
typedef struct SnapshotSetting
{
	const char *role;			/* NULL: of the database for all roles */
	const char *name;
	const char *value;
} SnapshotSetting;

/* What CREATE DATABASE wants, and what was true when it was dumped. */
typedef struct SnapshotDatabase
{
	const char *name;
	const char *dump;			/* path: a directory, or a tar file of the
								 * Snapshots tool */
	const char *owner;			/* this and the following: NULL: not known */
	const char *encoding;
	const char *collate;
	const char *ctype;
	const char *provider;		/* "libc", "icu", "builtin" */
	const char *locale;			/* of ICU or built in */
	const char *icu_rules;
	const char *acl;			/* aclitem[] as text; NULL: the default */
	int			connections;	/* limit; -1: none */
	const char *lsn;			/* where the log was just before the dump's
								 * view; NULL: not known */
	int64_t		timeline;		/* 0: not known */
	bool		recovery;		/* dumped from a standby */
	int64_t		time_ms;		/* of the dump's view */
	int64_t		server_version; /* 150020; 0: not known */
	const char *site;			/* for which its rows are spelled, as
								 * qsrepl.state says; NULL: not known */
	int64_t		epoch;			/* -1: not known */
	SnapshotSetting *settings;
	size_t		n_settings;
	SnapshotTable *tables;		/* n 0: not known */
	size_t		n_tables;
} SnapshotDatabase;

/* A folder of a share, and what may be done with it. */
typedef struct SnapshotFolder
{
	const char *name;
	bool		mirror;			/* deletions too; else only added to */
} SnapshotFolder;

typedef struct SnapshotShare
{
	const char *name;			/* as in the configuration */
	const char *path;			/* as the machine saw it */
	const char *root;			/* the mapping's value there; or NULL */
	const char *mapping;		/* or NULL */
	SnapshotFolder *folders;
	size_t		n_folders;
	const char **leave_out;
	size_t		n_leave_out;
} SnapshotShare;

/* A mapping's value at a site: current ones only. */
typedef struct SnapshotValue
{
	const char *mapping;
	const char *kind;			/* "path", "host", "text" */
	const char *site;
	const char *value;
} SnapshotValue;

/* What somebody has to know: "vanished", "unstable", "link", ... */
typedef struct SnapshotNote
{
	const char *what;
	const char *path;			/* in the snapshot, where it would be */
	const char *detail;			/* or NULL */
} SnapshotNote;

/* Begins zeroed; freed with snapshot_free().  Strings are the arena's. */
typedef struct Snapshot
{
	const char *directory;		/* that it was read from */
	bool		legacy;			/* of the Snapshots tool: sizes and hashes of
								 * files are those found, databases have no
								 * properties */
	const char *name;
	SnapshotKind kind;
	const char *site;			/* NULL: not known (legacy) */
	const char *made_by;		/* "qsrepl 0.1.0" */
	const char *mode;			/* "physical", "logical" */
	const char *role;			/* of the site then: "active", "passive" */
	int64_t		epoch;			/* -1: not known */
	int64_t		begun_ms;
	int64_t		ended_ms;
	SnapshotDatabase *databases;
	size_t		n_databases;
	SnapshotShare *shares;
	size_t		n_shares;
	SnapshotValue *values;
	size_t		n_values;
	SnapshotPart *parts;
	size_t		n_parts;
	SnapshotNote *notes;
	size_t		n_notes;
	const char **directories;	/* in shares, those without a file; sorted */
	size_t		n_directories;
	SnapshotFile *files;		/* sorted by the bytes of their paths */
	size_t		n_files;
	Arena		arena;
} Snapshot;

/*
 * snapshot_read
 *		Read a snapshot's manifest, or look into a folder of the Snapshots
 *		tool.
 *
 * Nothing in the manifest is believed: paths that lead elsewhere or come
 * twice, numbers that are none, a checksum beside it that is not its own.
 * Files themselves are not looked at.
 *
 * in:     directory: SNAPSHOT_DIRECTORY/NAME
 * out:    *snapshot: freed with snapshot_free(), also after an error
 * errors: no snapshot; an encrypted one (snapshot_is_encrypted()); what is
 *         wrong with it
 */
extern bool snapshot_read(const char *directory, Snapshot *snapshot,
						  Error *error);
extern void snapshot_free(Snapshot *snapshot);

/* Is there a list of encrypted files instead of a manifest? */
extern bool snapshot_is_encrypted(const char *directory);

/*
 * snapshot_find
 *		The file of a path, or NULL.
 */
extern const SnapshotFile *snapshot_find(const Snapshot *snapshot,
										 const char *path);

/* The database or share of a name, or NULL. */
extern const SnapshotDatabase *snapshot_database(const Snapshot *snapshot,
												 const char *name);
extern const SnapshotShare *snapshot_share(const Snapshot *snapshot,
										   const char *name);

/*
 * snapshot_path_is_safe
 *		Whether a path of a manifest stays in the snapshot: not empty, relative,
 *		no empty component, "." or "..", and no backslashes, which Windows would
 *		take for slashes.
 */
extern bool snapshot_path_is_safe(const char *path);

/*
 * snapshot_name_check
 *		Whether a name is one for a snapshot: at most 100 bytes, no separators,
 *		no control characters, nothing that Windows refuses, no dot or blank at
 *		its ends.
 */
extern bool snapshot_name_check(const char *name, Error *error);

#endif							/* SNAPSHOT_SNAPSHOT_H */
