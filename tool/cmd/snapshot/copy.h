/*
 * copy.h
 *		The verbs of "qsrepl snapshot" that verify, copy and decrypt.
 */
#ifndef CMD_SNAPSHOT_COPY_H
#define CMD_SNAPSHOT_COPY_H

#include <stdbool.h>

typedef struct SnapshotVerifyRequest
{
	const char *file;			/* the configuration */
	const char *snapshot;		/* its name, or a folder */
	const char *key;			/* file; or NULL */
	const char *passphrase_file;	/* or NULL */
	bool		deep;
	bool		json;
} SnapshotVerifyRequest;

/* Exit code 1: it cannot be relied on. */
extern int	cmd_snapshot_verify(const SnapshotVerifyRequest *request);

typedef struct SnapshotCopyRequest
{
	const char *file;
	const char *name;
	const char *to;				/* site */
	const char *encrypt_to;		/* certificate file; NULL: as configured */
	bool		plain;			/* not encrypted, whatever is configured */
	bool		json;
} SnapshotCopyRequest;

/* Bring a snapshot to another site, which verifies it; the exit code. */
extern int	cmd_snapshot_copy(const SnapshotCopyRequest *request);

/* A copy's part at the target's machine, site: see receive.h. */
extern int	cmd_snapshot_receive(const char *file, const char *site);

typedef struct SnapshotDecryptRequest
{
	const char *file;			/* the configuration */
	const char *snapshot;		/* its name, or a folder */
	const char *key;
	const char *passphrase_file;	/* or NULL */
	const char *output;			/* new directory */
	bool		json;
} SnapshotDecryptRequest;

/* Make a clear copy of an encrypted one; the exit code. */
extern int	cmd_snapshot_decrypt(const SnapshotDecryptRequest *request);

#endif							/* CMD_SNAPSHOT_COPY_H */
