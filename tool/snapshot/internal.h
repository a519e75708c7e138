/*
 * internal.h
 *		What the files of this folder share.
 */
#ifndef SNAPSHOT_INTERNAL_H
#define SNAPSHOT_INTERNAL_H

#include <jansson.h>

#include "snapshot/create.h"
#include "snapshot/manifest.h"

/* How the list of files begins in a manifest, and how it ends. */
#define SNAPSHOT_FILES_BEGIN "\n\"files\": [\n"
#define SNAPSHOT_FILES_END "]}\n"

/* All of a manifest but the list of files. */
extern json_t * snapshot_head_make(const Snapshot *snapshot);
extern bool snapshot_head_parse(const json_t * head, Snapshot *snapshot,
								Error *error);

/* "invalid manifest", with a detail; always false. */
extern bool snapshot_invalid(Error *error, const char *detail);

/* One line of the list of files, without what separates it from others. */
extern void snapshot_file_write(Text *text, const SnapshotFile *file);

/*
 * Read such a line, of len bytes without its line feed; false where it is
 * none.  The path is put into the arena.
 */
extern bool snapshot_file_parse(const char *line, size_t len, Arena *arena,
								SnapshotFile *file);

#endif							/* SNAPSHOT_INTERNAL_H */
