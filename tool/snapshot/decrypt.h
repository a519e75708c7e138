/*
 * decrypt.h
 *		What opening and verifying an encrypted snapshot share.
 */
#ifndef SNAPSHOT_DECRYPT_H
#define SNAPSHOT_DECRYPT_H

#include "snapshot/encrypt.h"

/*
 * snapshot_decrypt_file
 *		Decrypt one of a snapshot's files, and compare it with the manifest.
 *		Threads may do so at the same time.
 *
 * in:     number: in the manifest
 *         path: where it goes to, which must not be there; NULL: nowhere
 */
extern bool snapshot_decrypt_file(const SnapshotSealed *sealed,
								  const Snapshot *manifest, size_t number,
								  const SealKey *key, const char *path,
								  Error *error);

/* The manifest's bytes; replaced, and freed with text_free(). */
extern bool snapshot_decrypt_manifest(const SnapshotSealed *sealed,
									  const SealKey *key, Text *manifest,
									  Error *error);

/* The manifest in such bytes, which must fit the list. */
extern bool snapshot_fit_manifest(const SnapshotSealed *sealed,
								  const Text *bytes, Snapshot *snapshot,
								  Error *error);

#endif							/* SNAPSHOT_DECRYPT_H */
