/*
 * clean.c
 *		What a copy has left that does not belong to the snapshot.
 */
#include "cmd/snapshot/clean.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/directory.h"
#include "platform/tree.h"
#include "snapshot/encrypt.h"

/* What is to be there, sorted, and what is not. */
typedef struct Clean
{
	const char **paths;
	size_t		n;
	Text		extra;			/* a NUL behind each */
} Clean;

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The first path that is not before this one. */
static size_t
find(const Clean *clean, const char *path)
{
	size_t		low = 0;
	size_t		high = clean->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (strcmp(clean->paths[middle], path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
belongs(const Clean *clean, const PlatEntry *entry)
{
	size_t		at = find(clean, entry->path);
	char	   *inside;
	bool		good = at < clean->n &&
	strcmp(clean->paths[at], entry->path) == 0;

	if (good || entry->kind != PLAT_DIRECTORY)
		return good && entry->kind != PLAT_LINK;
	inside = text_format("%s/", entry->path);
	at = find(clean, inside);
	good = at < clean->n &&
		strncmp(clean->paths[at], inside, strlen(inside)) == 0;
	free(inside);
	return good;
}

static PlatVisit
visit(void *arg, const PlatEntry *entry)
{
	Clean	   *clean = arg;

	if (belongs(clean, entry))
		return PLAT_VISIT_GO_ON;
	text_add_bytes(&clean->extra, entry->path, strlen(entry->path) + 1);
	return entry->kind == PLAT_DIRECTORY ? PLAT_VISIT_SKIP :
		PLAT_VISIT_GO_ON;
}

static bool
remove_extra(const char *directory, const Clean *clean, Error *error)
{
	bool		good = true;

	for (size_t at = 0; good && at < clean->extra.len;
		 at += strlen(clean->extra.bytes + at) + 1)
	{
		char	   *path = text_format("%s/%s", directory,
									   clean->extra.bytes + at);

		good = plat_directory_remove(path, error);
		free(path);
	}
	return good;
}

static bool
run(const char *directory, Clean *clean, Error *error)
{
	bool		good;

	qsort(clean->paths, clean->n, sizeof(char *), compare);
	good = plat_tree_walk(directory, visit, clean, error) &&
		remove_extra(directory, clean, error);
	text_free(&clean->extra);
	return good;
}

static bool
clean_plain(const char *directory, const Snapshot *snapshot, Error *error)
{
	Clean		clean = {NULL, 0, {NULL, 0, 0}};
	bool		good;

	clean.paths = mem_alloc((snapshot->n_files + snapshot->n_directories +
							 2) * sizeof(char *));
	for (size_t i = 0; i < snapshot->n_files; i++)
		clean.paths[clean.n++] = snapshot->files[i].path;
	for (size_t i = 0; i < snapshot->n_directories; i++)
		clean.paths[clean.n++] = snapshot->directories[i];
	clean.paths[clean.n++] = SNAPSHOT_MANIFEST;
	clean.paths[clean.n++] = SNAPSHOT_MANIFEST_SUM;
	good = run(directory, &clean, error);
	free(clean.paths);
	return good;
}

static bool
clean_sealed(const char *directory, const SnapshotSealed *sealed,
			 Error *error)
{
	Clean		clean = {NULL, 0, {NULL, 0, 0}};
	bool		good;

	clean.paths = mem_alloc((sealed->n_files + 2) * sizeof(char *));
	for (size_t i = 0; i < sealed->n_files; i++)
		clean.paths[clean.n++] = sealed->files[i].path;
	clean.paths[clean.n++] = SNAPSHOT_SEALED_LIST;
	clean.paths[clean.n++] = SNAPSHOT_SEALED_SUM;
	good = run(directory, &clean, error);
	free(clean.paths);
	return good;
}

bool
snapshot_clean(const char *directory, bool encrypted, Error *error)
{
	SnapshotSealed sealed;
	Snapshot	snapshot;
	Error		ignored = ERROR_NONE;
	bool		good = true;

	memset(&sealed, 0, sizeof(sealed));
	memset(&snapshot, 0, sizeof(snapshot));
	if (encrypted && snapshot_sealed_read(directory, &sealed, &ignored))
		good = clean_sealed(directory, &sealed, error);
	if (!encrypted && snapshot_read(directory, &snapshot, &ignored) &&
		!snapshot.legacy)
		good = clean_plain(directory, &snapshot, error);
	error_free(&ignored);
	snapshot_sealed_free(&sealed);
	snapshot_free(&snapshot);
	return good;
}
