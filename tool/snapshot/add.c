/*
 * add.c
 *		Files that are in the directory of a snapshot that is being made.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/copy.h"
#include "platform/file.h"
#include "platform/replace.h"
#include "platform/tree.h"
#include "snapshot/internal.h"

SnapshotFile *
snapshot_new_file(SnapshotWork *work, const char *path)
{
	SnapshotFile *file;

	if (work->n_files == work->capacity)
	{
		work->capacity = work->capacity == 0 ? 256 : 2 * work->capacity;
		work->files = mem_grow(work->files, work->capacity *
							   sizeof(SnapshotFile));
	}
	file = &work->files[work->n_files++];
	memset(file, 0, sizeof(*file));
	if (path != NULL)
		file->path = arena_strdup(&work->snapshot.arena, path);
	return file;
}

/* Grown at each power of two. */
void
snapshot_new_directory(SnapshotWork *work, const char *path)
{
	size_t		n = work->n_directories;

	if ((n & (n - 1)) == 0)
		work->directories = mem_grow(work->directories, (n == 0 ? 1 : 2 * n) *
									 sizeof(char *));
	work->directories[work->n_directories++] =
		arena_strdup(&work->snapshot.arena, path);
}

void
snapshot_count_file(SnapshotWork *work, const SnapshotFile *file, bool linked)
{
	work->part->files++;
	work->part->bytes += file->size;
	if (linked)
	{
		work->linked_files++;
		work->linked_bytes += file->size;
	}
	else
		work->copied_bytes += file->size;
}

/*
 * A dump of a table that has not changed is the same one, though its number
 * may be another one.
 */
static const SnapshotFile *
find_same(const SnapshotWork *work, const SnapshotFile *file)
{
	static const char folder[] = "databases/";
	const Snapshot *former = &work->former;

	for (size_t i = 0; i < former->n_files; i++)
	{
		const SnapshotFile *other = &former->files[i];
		int			order = strncmp(other->path, folder, sizeof(folder) - 1);

		if (order > 0)
			break;
		if (order == 0 && other->size == file->size && !other->unstable &&
			strcmp(other->sha256, file->sha256) == 0)
			return other;
	}
	return NULL;
}

/*
 * Is it still what it was?  The new dump is good, and is given up for it, so
 * that is not left to its size and time.
 */
static bool
is_whole(const char *path, const SnapshotFile *expected)
{
	char		sha256[SNAPSHOT_SHA256_SIZE];
	uint64_t	size;
	Error		ignored = ERROR_NONE;
	bool		whole = plat_file_digest(path, sha256, &size, &ignored) &&
	size == expected->size && strcmp(sha256, expected->sha256) == 0;

	error_free(&ignored);
	return whole;
}

static bool
link_same(SnapshotWork *work, const SnapshotFile *file, const char *place)
{
	const SnapshotFile *same = find_same(work, file);
	char	   *former;
	bool		linked;

	if (same == NULL)
		return false;
	former = text_format("%s/%s", work->former.directory, same->path);
	linked = is_whole(former, same) && plat_file_link(former, place);
	free(former);
	return linked;
}

bool
snapshot_add_file(SnapshotWork *work, const char *path, Error *error)
{
	char	   *place = text_format("%s/%s", work->work, path);
	SnapshotFile *file = snapshot_new_file(work, path);
	PlatFileInfo info;
	bool		good = plat_file_digest(place, file->sha256, &file->size,
										error) &&
	plat_file_info(place, &info, error);

	if (good)
	{
		bool		linked = link_same(work, file, place);

		file->modified_ns = info.changed_ms * 1000000;
		snapshot_count_file(work, file, linked);
		good = linked || plat_file_read_only(place, error);
	}
	free(place);
	return good;
}

bool
snapshot_add_bytes(SnapshotWork *work, const char *path, const void *bytes,
				   size_t len, Error *error)
{
	char	   *place = text_format("%s/%s", work->work, path);
	bool		good = plat_file_make(place, bytes, len, error);

	free(place);
	return good && snapshot_add_file(work, path, error);
}

typedef struct Tree
{
	SnapshotWork *work;
	const char *path;
	Error	   *error;
} Tree;

static PlatVisit
add_entry(void *arg, const PlatEntry *entry)
{
	Tree	   *tree = arg;
	char	   *path = text_format("%s/%s", tree->path, entry->path);
	bool		good = entry->kind != PLAT_FILE ||
	snapshot_add_file(tree->work, path, tree->error);

	free(path);
	return good ? PLAT_VISIT_GO_ON : PLAT_VISIT_STOP;
}

bool
snapshot_add_tree(SnapshotWork *work, const char *path, Error *error)
{
	Tree		tree = {work, path, error};
	char	   *place = text_format("%s/%s", work->work, path);
	bool		good = plat_tree_walk(place, add_entry, &tree, error);

	free(place);
	return good;
}

void
snapshot_add_note(SnapshotWork *work, const char *what, const char *path,
				  const char *detail)
{
	Snapshot   *snapshot = &work->snapshot;
	size_t		n = snapshot->n_notes;
	SnapshotNote *notes = snapshot->notes;

	/* Grown at each power of two; what is outgrown stays in the arena. */
	if ((n & (n - 1)) == 0)
	{
		snapshot->notes = arena_alloc(&snapshot->arena, (n == 0 ? 1 : 2 * n) *
									  sizeof(SnapshotNote));
		if (n > 0)
			memcpy(snapshot->notes, notes, n * sizeof(SnapshotNote));
	}
	snapshot->notes[snapshot->n_notes++] = (SnapshotNote)
	{
		arena_strdup(&snapshot->arena, what),
			arena_strdup(&snapshot->arena, path != NULL ? path : ""),
			detail == NULL ? NULL : arena_strdup(&snapshot->arena, detail)
	};
}
