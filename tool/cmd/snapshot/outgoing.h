/*
 * outgoing.h
 *		What of a snapshot goes to another site: itself, or an encrypted form
 *		of it that is made beside it.
 */
#ifndef CMD_SNAPSHOT_OUTGOING_H
#define CMD_SNAPSHOT_OUTGOING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

/* Begins zeroed; freed with snapshot_outgoing_free(). */
typedef struct SnapshotOutgoing
{
	const char *directory;		/* whose files go */
	const char *staging;		/* the same, where it was made for it; or NULL */
	bool		encrypted;
	char		manifest[DIGEST_SIZE];	/* SHA-256 of it, or of the list of
										 * encrypted files */
	Text		paths;			/* of all files, and of directories without
								 * one; a NUL behind each */
	size_t		files;
	uint64_t	bytes;
	Arena		arena;
} SnapshotOutgoing;

/*
 * snapshot_outgoing_prepare
 *		Find out what goes; where it is to be encrypted, encrypt it.  What a
 *		killed run has left of that is used, or removed where it is of
 *		something else.
 *
 * in:     store, name: of the snapshot
 *         certificate: file; NULL: it goes as it is
 * errors: also a snapshot that is encrypted already, or that a certificate
 *         cannot be taken for
 */
extern bool snapshot_outgoing_prepare(const char *store, const char *name,
									  const char *certificate,
									  SnapshotOutgoing *outgoing,
									  Error *error);

/* Remove what was made for it, when it is not needed any more. */
extern bool snapshot_outgoing_remove(const SnapshotOutgoing *outgoing,
									 Error *error);
extern void snapshot_outgoing_free(SnapshotOutgoing *outgoing);

#endif							/* CMD_SNAPSHOT_OUTGOING_H */
