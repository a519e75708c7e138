/*
 * legacy.c
 *		A folder of the Snapshots tool, as a snapshot.
 */
#include "snapshot/legacy_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/tree.h"
#include "snapshot/internal.h"

#define SUFFIX "_backup.tar"
#define SETTINGS "Settings.cmd"

/* What is gone through while the folder is walked. */
typedef struct Walk
{
	Snapshot   *snapshot;
	size_t		capacity;
	size_t		n_links;
	LegacyFolders folders;
	char	  **directories;
	size_t		n_directories;
	Error	   *error;
} Walk;

/* A list's memory grows where its number is a power of two. */
static void *
grown(void *old, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return old;
	return mem_grow(old, (n == 0 ? 1 : 2 * n) * size);
}

void
legacy_note(Snapshot *snapshot, const char *what, const char *path,
			const char *detail)
{
	SnapshotNote *list = arena_alloc(&snapshot->arena,
									 (snapshot->n_notes + 1) * sizeof(*list));

	if (snapshot->n_notes > 0)
		memcpy(list, snapshot->notes, snapshot->n_notes * sizeof(*list));
	list[snapshot->n_notes].what = what;
	list[snapshot->n_notes].path = arena_strdup(&snapshot->arena, path);
	list[snapshot->n_notes++].detail = detail;
	snapshot->notes = list;
}

static void
add_file(Walk *walk, const PlatEntry *entry)
{
	Snapshot   *snapshot = walk->snapshot;
	SnapshotFile *file;

	snapshot->files = grown(snapshot->files, snapshot->n_files,
							sizeof(SnapshotFile));
	file = &snapshot->files[snapshot->n_files++];
	memset(file, 0, sizeof(*file));
	file->path = arena_strdup(&snapshot->arena, entry->path);
	file->size = entry->size;
	file->modified_ns = entry->modified_ns;
}

static void
add_directory(Walk *walk, const char *path)
{
	char	   *copy = arena_strdup(&walk->snapshot->arena, path);

	legacy_folder(copy, &walk->folders);
	walk->directories = grown(walk->directories, walk->n_directories,
							  sizeof(char *));
	walk->directories[walk->n_directories++] = copy;
}

/* More than so many links are told by their number. */
#define LINKS_TOLD 100

static PlatVisit
visit(void *arg, const PlatEntry *entry)
{
	Walk	   *walk = arg;

	if (!snapshot_path_is_safe(entry->path))
	{
		error_set(walk->error, NULL, "Rename it there.",
				  "\"%s\" is no name for a file of a snapshot",
				  arena_quote(&walk->snapshot->arena, entry->path));
		return PLAT_VISIT_STOP;
	}
	if (entry->kind == PLAT_FILE)
		add_file(walk, entry);
	else if (entry->kind == PLAT_DIRECTORY)
		add_directory(walk, entry->path);
	else if (++walk->n_links <= LINKS_TOLD)
		legacy_note(walk->snapshot, "link", entry->path, "it was left out");
	return PLAT_VISIT_GO_ON;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Is there a file below?  Files are sorted. */
static bool
has_file(const Snapshot *snapshot, const char *directory)
{
	size_t		n = strlen(directory);
	size_t		low = 0;
	size_t		high = snapshot->n_files;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		const char *path = snapshot->files[middle].path;
		int			order = strncmp(path, directory, n);

		if (order == 0 && path[n] == '/')
			return true;
		if (order < 0 || (order == 0 && path[n] < '/'))
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Of shares, those without a file. */
static void
keep_directories(Walk *walk)
{
	Snapshot   *snapshot = walk->snapshot;
	char	  **list = walk->directories;

	if (walk->n_directories > 0)
		qsort(list, walk->n_directories, sizeof(char *), compare_names);
	snapshot->directories = arena_alloc(&snapshot->arena,
										(walk->n_directories + 1) *
										sizeof(char *));
	for (size_t i = 0; i < walk->n_directories; i++)
		if (legacy_is_shares(list[i]) && !has_file(snapshot, list[i]))
			snapshot->directories[snapshot->n_directories++] = list[i];
	free(list);
}

static int
compare_files(const void *a, const void *b)
{
	return strcmp(((const SnapshotFile *) a)->path,
				  ((const SnapshotFile *) b)->path);
}

/* The list becomes the arena's, as in every snapshot. */
static void
keep_files(Snapshot *snapshot)
{
	SnapshotFile *list = snapshot->files;

	if (snapshot->n_files == 0)
		return;
	qsort(list, snapshot->n_files, sizeof(SnapshotFile), compare_files);
	snapshot->files = arena_alloc(&snapshot->arena, snapshot->n_files *
								  sizeof(SnapshotFile));
	memcpy(snapshot->files, list, snapshot->n_files * sizeof(SnapshotFile));
	free(list);
}

/* When the newest dump was written is when the snapshot was made. */
static void
add_database(Snapshot *snapshot, const SnapshotFile *file)
{
	SnapshotDatabase *database = &snapshot->databases[snapshot->n_databases++];
	char	   *name = arena_strdup(&snapshot->arena, file->path);

	name[strlen(name) - strlen(SUFFIX)] = '\0';
	database->name = name;
	database->dump = file->path;
	database->connections = -1;
	database->epoch = -1;
	database->time_ms = file->modified_ns / 1000000;
	if (database->time_ms > snapshot->ended_ms)
		snapshot->ended_ms = database->time_ms;
	snapshot->begun_ms = snapshot->ended_ms;
}

static bool
is_dump(const SnapshotFile *file)
{
	return strchr(file->path, '/') == NULL && legacy_ends_in(file->path, SUFFIX);
}

static void
add_databases(Snapshot *snapshot)
{
	size_t		n = 0;

	for (size_t i = 0; i < snapshot->n_files; i++)
		n += is_dump(&snapshot->files[i]);
	snapshot->databases = arena_alloc(&snapshot->arena, (n + 1) *
									  sizeof(SnapshotDatabase));
	for (size_t i = 0; i < snapshot->n_files; i++)
		if (is_dump(&snapshot->files[i]))
			add_database(snapshot, &snapshot->files[i]);
}

static bool
read_settings(Snapshot *snapshot, SnapshotSettings *settings, Error *error)
{
	char	   *path = text_format("%s/" SETTINGS, snapshot->directory);
	Text		text = {NULL, 0, 0};
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error);

	memset(settings, 0, sizeof(*settings));
	if (good && info.exists && info.size <= SNAPSHOT_SETTINGS_MAX)
		good = snapshot_read_plain(path, SNAPSHOT_SETTINGS_MAX, &text, error);
	if (good && text.len > 0)
		snapshot_settings_parse(text.bytes, text.len, &snapshot->arena,
								settings);
	if (settings->foreign)
		legacy_note(snapshot, "settings", SETTINGS, "a path in it is not in UTF-8, "
					"and was left out");
	text_free(&text);
	free(path);
	return good;
}

/* The last part of a path. */
static const char *
name_of(Snapshot *snapshot)
{
	char	   *copy = arena_strdup(&snapshot->arena, snapshot->directory);
	char	   *slash;

	while ((slash = strrchr(copy, '/')) != NULL && slash[1] == '\0' &&
		   slash != copy)
		*slash = '\0';
	return slash != NULL ? slash + 1 : copy;
}

bool
snapshot_read_legacy(const char *directory, Snapshot *snapshot, Error *error)
{
	Walk		walk = {.snapshot = snapshot,.error = error};
	SnapshotSettings settings;
	bool		good;

	snapshot->directory = arena_strdup(&snapshot->arena, directory);
	snapshot->legacy = true;
	snapshot->name = name_of(snapshot);
	snapshot->kind = SNAPSHOT_FIXED;
	snapshot->made_by = "Snapshots.cmd";
	snapshot->epoch = -1;
	good = plat_tree_walk(directory, visit, &walk, error);
	keep_files(snapshot);
	keep_directories(&walk);
	if (!good || !read_settings(snapshot, &settings, error))
		return false;
	add_databases(snapshot);
	legacy_add_shares(snapshot, &walk.folders, &settings);
	legacy_add_parts(snapshot);
	if (walk.n_links > LINKS_TOLD)
		legacy_note(snapshot, "link", "", arena_printf(&snapshot->arena,
													   "%zu links were left out",
													   walk.n_links));
	return snapshot->n_databases > 0 ||
		error_set(error, "It has no file as \"QSR" SUFFIX "\".", NULL,
				  "directory \"%s\" is no snapshot", directory);
}

bool
snapshot_is_legacy(const char *directory)
{
	Error		ignored = ERROR_NONE;
	PlatNames	names;
	bool		found = false;

	if (!plat_directory_list(directory, &names, &ignored))
	{
		error_free(&ignored);
		return false;
	}
	for (size_t i = 0; i < names.count; i++)
		found = found || legacy_ends_in(names.names[i], SUFFIX);
	plat_names_free(&names);
	return found;
}
