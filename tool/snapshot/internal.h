/*
 * internal.h
 *		What the files of this folder share.
 */
#ifndef SNAPSHOT_INTERNAL_H
#define SNAPSHOT_INTERNAL_H

#include <jansson.h>

#include "pg/connection.h"
#include "snapshot/create.h"
#include "snapshot/manifest.h"

/* How the list of files begins in a manifest, and how it ends. */
#define SNAPSHOT_FILES_BEGIN "\n\"files\": [\n"
#define SNAPSHOT_FILES_END "]}\n"

/* All of a manifest but the list of files. */
extern json_t * snapshot_head_make(const Snapshot *snapshot);
extern bool snapshot_head_parse(const json_t * head, Snapshot *snapshot,
								Error *error);

/*
 * A file that says what a snapshot is; where there is none it is an error.  One
 * that is no plain file is not waited for: the directory may be anybody's.
 */
extern bool snapshot_read_plain(const char *path, size_t limit, Text *content,
								Error *error);

/*
 * Has a directory the manifest of a snapshot, or the list of an encrypted one?
 * What was damaged may have lost it, but not its checksum too.
 */
extern bool snapshot_has_plain(const char *directory);
extern bool snapshot_has_sealed(const char *directory);

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

/*
 * A further file of what is being made, or directory of a share; the path is
 * copied (NULL: to be set).
 */
extern void snapshot_new_directory(SnapshotWork *work, const char *path);
extern SnapshotFile *snapshot_new_file(SnapshotWork *work, const char *path);

/* Count it for its part; linked: it takes no further place. */
extern void snapshot_count_file(SnapshotWork *work, const SnapshotFile *file,
								bool linked);

/* Note names that differ by case only: Windows has one file for both. */
extern void snapshot_note_twins(SnapshotWork *work, const char *folder,
								const ShareList *list, bool archived);

/* Does the site's server have a database? */
extern bool snapshot_database_exists(const Config *config,
									 const ConfigSite *site,
									 const char *name, bool *exists,
									 Error *error);

/* Where the log is now, and what the database is like. */
extern bool snapshot_database_place(PgConnection *connection,
									SnapshotDatabase *database, Arena *arena,
									Error *error);
extern bool snapshot_database_read(PgConnection *connection,
								   SnapshotDatabase *database, Arena *arena,
								   Error *error);

#endif							/* SNAPSHOT_INTERNAL_H */
