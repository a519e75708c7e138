/*
 * legacy_work.h
 *		What the files of legacy.h share.
 */
#ifndef SNAPSHOT_LEGACY_WORK_H
#define SNAPSHOT_LEGACY_WORK_H

#include "snapshot/legacy.h"

/* How many folders that tool makes. */
#define LEGACY_FOLDERS 6

/* Which are there, as they are spelled; NULL: not. */
typedef struct LegacyFolders
{
	const char *path[LEGACY_FOLDERS];
} LegacyFolders;

/* Are so many bytes the same but for the case of letters? */
extern bool legacy_same(const char *a, const char *b, size_t len);
extern bool legacy_ends_in(const char *name, const char *suffix);

/* Is a path a folder's, or of something in it? */
extern bool legacy_is_in(const char *path, const char *folder);

/* Put a directory, where it is one of those, into its place. */
extern void legacy_folder(const char *path, LegacyFolders *there);

/* Is a path in one of the share's folders, or one itself? */
extern bool legacy_is_shares(const char *path);

/*
 * legacy_add_shares, legacy_add_parts
 *		Fill the snapshot's shares by its folders, with the roots that the
 *		settings tell; then its parts, with their files counted.
 */
extern void legacy_add_shares(Snapshot *snapshot, const LegacyFolders *there,
							  const SnapshotSettings *settings);
extern void legacy_add_parts(Snapshot *snapshot);

/* Add something that one has to know. */
extern void legacy_note(Snapshot *snapshot, const char *what,
						const char *path, const char *detail);

#endif							/* SNAPSHOT_LEGACY_WORK_H */
