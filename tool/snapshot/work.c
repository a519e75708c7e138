/*
 * work.c
 *		Beginning and end of a snapshot that is being made.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/replace.h"
#include "platform/tree.h"
#include "snapshot/each.h"
#include "snapshot/internal.h"
#include "snapshot/store.h"

#define PLAIN "/plain"

static void
set_values(SnapshotWork *work)
{
	const Config *config = work->config;
	Snapshot   *snapshot = &work->snapshot;
	size_t		n = 0;

	for (size_t i = 0; i < config->n_mappings; i++)
		n += config->mappings[i].n_values;
	snapshot->values = arena_alloc(&snapshot->arena, (n + 1) *
								   sizeof(SnapshotValue));
	for (size_t i = 0; i < config->n_mappings; i++)
	{
		const ConfigMapping *mapping = &config->mappings[i];

		for (size_t j = 0; j < mapping->n_values; j++)
			if (mapping->values[j].current)
				snapshot->values[snapshot->n_values++] = (SnapshotValue)
			{
				mapping->name, rw_kind_name((RwKind) mapping->kind),
					mapping->values[j].site, mapping->values[j].value
			};
	}
}

static void
set_head(SnapshotWork *work, const char *name, SnapshotKind kind)
{
	const Config *config = work->config;
	Snapshot   *snapshot = &work->snapshot;
	Arena	   *arena = &snapshot->arena;

	snapshot->name = arena_strdup(arena, name);
	snapshot->kind = kind;
	snapshot->site = work->site->name;
	snapshot->made_by = "qsrepl " QSREPL_VERSION;
	snapshot->mode = config->mode == CONFIG_LOGICAL ? "logical" : "physical";
	snapshot->role = "";
	snapshot->epoch = -1;
	snapshot->begun_ms = plat_wall_ms();
	snapshot->databases = arena_alloc(arena, (config->databases.n + 1) *
									  sizeof(SnapshotDatabase));
	snapshot->shares = arena_alloc(arena, (config->n_shares + 1) *
								   sizeof(SnapshotShare));
	snapshot->parts = arena_alloc(arena, (config->databases.n +
										  config->n_shares + 8) *
								  sizeof(SnapshotPart));
	set_values(work);
}

bool
snapshot_begin(SnapshotWork *work, const char *name, SnapshotKind kind,
			   bool encrypted, Error *error)
{
	Arena	   *arena = &work->snapshot.arena;

	work->store = work->site->snapshot_directory;
	work->final = arena_printf(arena, "%s/%s", work->store, name);
	work->partial = snapshot_store_path(work->store, name, SNAPSHOT_PARTIAL,
										arena);
	work->work = encrypted ? arena_printf(arena, "%s" PLAIN, work->partial) :
		work->partial;
	set_head(work, name, kind);
	if (!snapshot_store_lock(work->store, &work->lock, error) ||
		!snapshot_store_may_replace(work->store, name, work->site->name,
									error) ||
		!snapshot_store_is_free(work->store, name, error))
		return false;
	return plat_directory_new(work->partial, error) &&
		(!encrypted || plat_directory_new(work->work, error));
}

void
snapshot_find_former(SnapshotWork *work)
{
	if (work->work == work->partial)
		snapshot_store_newest(work->store, work->site->name, &work->former);
}

bool
snapshot_part_begin(SnapshotWork *work, SnapshotPartKind kind,
					const char *name, const char *path, Error *error)
{
	Snapshot   *snapshot = &work->snapshot;

	/* pg_dump makes that of a dump itself, maybe at this moment. */
	bool		good = kind == SNAPSHOT_PART_ROLES ||
	kind == SNAPSHOT_PART_DATABASE ||
	plat_directory_make_all(work->work, path, error);

	work->part = &snapshot->parts[snapshot->n_parts++];
	work->part->kind = kind;
	work->part->name = arena_strdup(&snapshot->arena, name);
	work->part->path = arena_strdup(&snapshot->arena, path);
	work->part->begun_ms = plat_wall_ms();
	return good;
}

void
snapshot_part_end(SnapshotWork *work)
{
	work->part->ended_ms = plat_wall_ms();
	work->part = NULL;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(((const SnapshotFile *) a)->path,
				  ((const SnapshotFile *) b)->path);
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Is there a file below a directory? */
static bool
has_file(const Snapshot *snapshot, const char *directory)
{
	char	   *below = text_format("%s/", directory);
	size_t		len = strlen(below);
	size_t		low = 0;
	size_t		high = snapshot->n_files;
	bool		found;

	/* The first path that is not before it. */
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (strcmp(snapshot->files[middle].path, below) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	found = low < snapshot->n_files &&
		strncmp(snapshot->files[low].path, below, len) == 0;
	free(below);
	return found;
}

/* Directories that no file tells of, and that are needed nevertheless. */
static void
set_directories(SnapshotWork *work)
{
	Snapshot   *snapshot = &work->snapshot;

	if (work->n_directories == 0)
		return;
	qsort(work->directories, work->n_directories, sizeof(char *),
		  compare_strings);
	snapshot->directories = arena_alloc(&snapshot->arena,
										work->n_directories * sizeof(char *));
	for (size_t i = 0; i < work->n_directories; i++)
		if (!has_file(snapshot, work->directories[i]))
			snapshot->directories[snapshot->n_directories++] =
				work->directories[i];
}

static bool
write_manifest(SnapshotWork *work, Error *error)
{
	Snapshot   *snapshot = &work->snapshot;
	Text		manifest = {NULL, 0, 0};
	char	   *path = text_format("%s/" SNAPSHOT_MANIFEST, work->work);
	char	   *sum_path = text_format("%s/" SNAPSHOT_MANIFEST_SUM,
									   work->work);
	char	   *sum;
	bool		good;

	if (work->n_files > 0)
		qsort(work->files, work->n_files, sizeof(SnapshotFile),
			  compare_paths);
	snapshot->files = work->files;
	snapshot->n_files = work->n_files;
	set_directories(work);
	snapshot->ended_ms = plat_wall_ms();
	snapshot_manifest_write(snapshot, &manifest);
	sum = snapshot_manifest_sum(&manifest);
	good = plat_file_make(path, manifest.bytes, manifest.len, error) &&
		plat_file_make(sum_path, sum, strlen(sum), error);
	text_free(&manifest);
	free(sum);
	free(sum_path);
	free(path);
	return good;
}

static bool
encrypt_all(SnapshotWork *work, SnapshotEncrypt encrypt,
			const char *certificate, Error *error)
{
	char	   *sealed = text_format("%s/sealed", work->partial);
	bool		good = plat_directory_new(sealed, error) &&
	encrypt(work->work, sealed, certificate, error) &&
	plat_directory_remove(work->work, error);

	/* What gets the name is the directory inside. */
	if (good)
		work->work = arena_strdup(&work->snapshot.arena, sealed);
	free(sealed);
	return good;
}

static void
tell_wait(void *arg)
{
	SnapshotWork *work = arg;

	if (work->tell != NULL)
		work->tell(work->arg, "waiting for a command that reads the former "
				   "one");
}

static bool
give_name(SnapshotWork *work, Error *error)
{
	return snapshot_store_give_name(work->store, work->snapshot.name,
									work->work, work->site->name, tell_wait,
									work, error) &&
		plat_directory_remove(work->partial, error);
}

/* The list takes some time, in which the disk would have nothing to do. */
static bool
write_or_sync(void *arg, size_t number, Error *error)
{
	SnapshotWork *work = arg;

	return number == 0 ? write_manifest(work, error) :
		plat_tree_sync(work->partial, error);
}

bool
snapshot_end(SnapshotWork *work, SnapshotEncrypt encrypt,
			 const char *certificate, Error *error)
{
	bool		good;

	if (work->tell != NULL)
		work->tell(work->arg, "writing to the disk");

	/*
	 * The manifest is on the disk only with what is written at last; what is
	 * encrypted never has to be there in clear text.
	 */
	good = snapshot_each(certificate == NULL ? 2 : 1, write_or_sync, work, "cancelled", error) &&
		(certificate == NULL ||
		 encrypt_all(work, encrypt, certificate, error)) &&
		plat_tree_sync(work->partial, error) && give_name(work, error);
	if (good)
		work->partial = NULL;
	return good;
}

void
snapshot_abandon(SnapshotWork *work)
{
	Error		ignored = ERROR_NONE;

	if (work->lock != NULL && work->partial != NULL &&
		!plat_directory_remove(work->partial, &ignored))
		error_free(&ignored);
	if (work->lock != NULL)
		plat_lock_release(work->lock);
	free(work->files);
	free(work->directories);
	snapshot_free(&work->former);
	snapshot_free(&work->snapshot);
	memset(work, 0, sizeof(*work));
}
