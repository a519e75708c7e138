/*
 * check.h
 *		All that is to be known of a snapshot before it is relied on: its files,
 *		dumps, certificates, encryption, and a trial restore.
 */
#ifndef CMD_SNAPSHOT_CHECK_H
#define CMD_SNAPSHOT_CHECK_H

#include <stdbool.h>

#include "config/config.h"
#include "snapshot/verify.h"

typedef struct SnapshotCheck
{
	const Config *config;
	const ConfigSite *site;		/* this machine's */
	const char *directory;		/* the snapshot's */
	const SealKey *key;			/* opens what is encrypted; or NULL */
	bool		deep;
	bool		files_only;		/* neither dumps nor certificates are looked
								 * at */
	void		(*tell) (void *arg, const char *what);	/* progress; or NULL */
	void	   *arg;			/* for tell */
} SnapshotCheck;

/*
 * snapshot_check
 *		Verify a snapshot, an encrypted one, or a folder of the Snapshots tool.
 *
 * out: findings: zeroed before; freed with snapshot_findings_free()
 */
extern void snapshot_check(const SnapshotCheck *check,
						   SnapshotFindings *findings);

/* What it does with certificates. */
extern void snapshot_check_certificates(const SnapshotCheck *check,
										const Snapshot *snapshot,
										SnapshotFindings *findings);

/*
 * snapshot_check_deep
 *		Restore the databases into a server of its own, which is removed
 *		afterwards, and look at what is in them.
 */
extern void snapshot_check_deep(const SnapshotCheck *check,
								const Snapshot *snapshot,
								SnapshotFindings *findings);

/*
 * snapshot_directory_of
 *		The directory that a word on the command line means: a name is one of
 *		this machine's snapshots, what has a separator a folder.
 *
 * out: in the arena
 */
extern bool snapshot_directory_of(const ConfigSite *site, const char *word,
								  Arena *arena, const char **directory,
								  Error *error);

/*
 * snapshot_key_read
 *		A key for encrypted snapshots; the passphrase comes from a private file,
 *		or from the terminal where that is needed.
 *
 * in: passphrase_file: or NULL
 */
extern bool snapshot_key_read(const char *path, const char *passphrase_file,
							  SealKey **key, Error *error);

#endif							/* CMD_SNAPSHOT_CHECK_H */
