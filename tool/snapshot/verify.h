/*
 * verify.h
 *		Is a snapshot what it was when it was made?
 */
#ifndef SNAPSHOT_VERIFY_H
#define SNAPSHOT_VERIFY_H

#include "config/config.h"
#include "seal/key.h"
#include "snapshot/encrypt.h"
#include "snapshot/snapshot.h"

typedef enum SnapshotSeverity
{
	SNAPSHOT_TOLD,				/* good to know */
	SNAPSHOT_WEAK,				/* a warning */
	SNAPSHOT_WRONG				/* it cannot be relied on */
} SnapshotSeverity;

typedef struct SnapshotFinding
{
	SnapshotSeverity severity;
	const char *what;			/* "manifest", "file", "dump", "certificates",
								 * "encryption", "deep" */
	const char *path;			/* in the snapshot; "" */
	const char *text;			/* a sentence without a period */
} SnapshotFinding;

/* Begins zeroed; freed with snapshot_findings_free(). */
typedef struct SnapshotFindings
{
	SnapshotFinding *list;
	size_t		n;
	size_t		more;			/* that are not in the list for their number */
	size_t		wrong;			/* how many are SNAPSHOT_WRONG, those too */
	uint64_t	files;			/* that were read */
	uint64_t	bytes;
	Arena		arena;
} SnapshotFindings;

/*
 * snapshot_found
 *		Add a finding; past a thousand they are counted only.
 *
 * in: what: is not copied; path and text are
 */
extern void snapshot_found(SnapshotFindings *findings,
						   SnapshotSeverity severity, const char *what,
						   const char *path, const char *format,...)
			TEXT_PRINTF(5, 6);
extern void snapshot_findings_free(SnapshotFindings *findings);

/* What is to be in a directory. */
typedef struct SnapshotExpected
{
	const char *path;			/* below it */
	uint64_t	size;			/* bytes */
	const char *sha256;			/* "": it is only read */
} SnapshotExpected;

/* A directory, and what is to be in it. */
typedef struct SnapshotTree
{
	const char *directory;
	const SnapshotExpected *files;	/* sorted by the bytes of their paths */
	size_t		n;
	const char *const *directories; /* that may be there beside those of the
									 * files */
	size_t		n_directories;
	bool		(*pass) (const char *path); /* whether a file at the top is
											 * nobody's business; or NULL */
	bool		lenient;		/* links and further directories may be there */
} SnapshotTree;

/*
 * snapshot_verify_tree
 *		Compare what is in a directory with a list: sizes and hashes, nothing
 *		missing, nothing besides, no links.  Two threads share the work.
 */
extern void snapshot_verify_tree(const SnapshotTree *expected,
								 SnapshotFindings *findings);

/*
 * snapshot_verify_files
 *		The same for a snapshot's directory and its manifest, with what the
 *		manifest itself tells.
 *
 * in: snapshot: from snapshot_read(), or legacy, where files are only read
 */
extern void snapshot_verify_files(const Snapshot *snapshot,
								  SnapshotFindings *findings);

/*
 * snapshot_verify_dumps
 *		Have pg_restore list each dump; one whose hash is not known it reads
 *		to its end.
 *
 * in: site: whose programs of PostgreSQL are used
 */
extern void snapshot_verify_dumps(const Snapshot *snapshot,
								  const ConfigSite *site,
								  SnapshotFindings *findings);

/*
 * snapshot_verify_sealed
 *		Compare what is in an encrypted snapshot's directory with its list.
 */
extern void snapshot_verify_sealed(const SnapshotSealed *sealed,
								   SnapshotFindings *findings);

/* Decrypt each file, and compare it with the manifest. */
extern void snapshot_verify_opened(const SnapshotSealed *sealed,
								   const Snapshot *manifest,
								   const SealKey *key,
								   SnapshotFindings *findings);

#endif							/* SNAPSHOT_VERIFY_H */
