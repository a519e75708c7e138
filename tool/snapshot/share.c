/*
 * share.c
 *		The content of a share into a snapshot.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/units.h"
#include "platform/clock.h"
#include "platform/copy.h"
#include "platform/replace.h"
#include "snapshot/internal.h"

/* So many files at the same time: more do not help where a disk is the limit. */
#define THREADS 2

/*
 * Each file is read again once in so many days, the same as it looks, so that
 * a disk's damage to a snapshot does not go on for good to those after it.
 */
#define READ_DAYS 64
#define MS_OF_DAY INT64_C(86400000)

/* A share on its way. */
struct SnapshotTaking
{
	SnapshotWork *work;
	const char *share;
	const char *folder;			/* "share/NAME" */
	bool		archived;
	int64_t		begun_ms;
	PlatCopy	copy;
	PlatCopying *copying;		/* NULL: it has not begun */
	PlatCopyFile *files;
	const SnapshotFile **formers;	/* of files, or NULL */
	size_t		n;
	size_t		next_former;	/* where to look for the next one */
};

typedef SnapshotTaking Taking;

/* By hand, since there are as many as files. */
static const char *
in_snapshot(Taking *taking, const char *path)
{
	size_t		folder = strlen(taking->folder);
	size_t		size = strlen(path) + 1;
	char	   *joined = arena_alloc(&taking->work->snapshot.arena,
									 folder + 1 + size);

	memcpy(joined, taking->folder, folder);
	joined[folder] = '/';
	memcpy(joined + folder + 1, path, size);
	return joined;
}

/* The file of the former snapshot with this path; both come in one order. */
static const SnapshotFile *
find_former(Taking *taking, const char *path)
{
	const Snapshot *former = &taking->work->former;

	while (taking->next_former < former->n_files)
	{
		const SnapshotFile *file = &former->files[taking->next_former];
		int			order = strcmp(file->path, path);

		if (order >= 0)
			return order > 0 || file->unstable ? NULL : file;
		taking->next_former++;
	}
	return NULL;
}

/* Some other files each day, by the first snapshot of that day. */
static bool
is_due(const SnapshotWork *work, const char *path)
{
	const		int64_t day = work->snapshot.begun_ms / MS_OF_DAY;

	return work->read_all ||
		(work->former.begun_ms / MS_OF_DAY != day &&
		 hash_bytes(path, strlen(path)) % READ_DAYS ==
		 (uint64_t) day % READ_DAYS);
}

static void
take_file(Taking *taking, const ShareEntry *entry)
{
	PlatCopyFile *file = &taking->files[taking->n];
	const char *path = in_snapshot(taking, entry->path);
	const SnapshotFile *former = find_former(taking, path);

	memset(file, 0, sizeof(*file));
	file->path = path + strlen(taking->folder) + 1;
	if (former != NULL && (former->size != entry->size ||
						   former->modified_ns != entry->mtime_ns))
		former = NULL;
	taking->formers[taking->n++] = former;
	if (former == NULL)
		return;
	file->former = file->path;
	file->former_sha256 = former->sha256;
	file->same = former->inode != 0 && former->inode == entry->inode &&
		former->changed_ns == entry->ctime_ns &&
		!is_due(taking->work, path);
	file->size = former->size;
	file->modified_ns = former->modified_ns;
}

/* What is no content, or cannot be carried to another system. */
static void
pass_over(Taking *taking, const ShareEntry *entry)
{
	const char *what = entry->kind == SHARE_LINK ? "link" :
	entry->kind == SHARE_SPECIAL ? "special" : "name";

	snapshot_add_note(taking->work, what, in_snapshot(taking, entry->path),
					  NULL);
}

static bool
take_folder(Taking *taking, const ShareEntry *entry, Error *error)
{
	SnapshotWork *work = taking->work;
	const char *path = in_snapshot(taking, entry->path);

	snapshot_new_directory(work, path);
	return plat_directory_make_all(work->work, path, error);
}

static bool
sort_out(Taking *taking, const ShareList *list, Error *error)
{
	for (size_t i = 0; i < list->n; i++)
	{
		const ShareEntry *entry = &list->entries[i];

		if (entry->rule == SHARE_ADD && !taking->archived)
			continue;
		if (entry->kind == SHARE_LINK || entry->kind == SHARE_SPECIAL ||
			!snapshot_path_is_safe(entry->path))
			pass_over(taking, entry);
		else if (entry->kind == SHARE_FILE)
			take_file(taking, entry);
		else if (!take_folder(taking, entry, error))
			return false;
	}
	return true;
}

static void
tell_progress(void *arg, size_t files, uint64_t bytes)
{
	Taking	   *taking = arg;
	char		done[UNITS_SIZE];
	char	   *text;

	if (taking->work->tell == NULL)
		return;
	units_bytes((int64_t) bytes, done);
	text = text_format("%s: %lu of %lu files, %s copied", taking->folder,
					   (unsigned long) files, (unsigned long) taking->n,
					   done);
	taking->work->tell(taking->work->arg, text);
	free(text);
}

static void
note_missing(Taking *taking, const PlatCopyFile *file)
{
	bool		gone = file->end == PLAT_COPY_GONE;

	snapshot_add_note(taking->work, gone ? "vanished" : "unreadable",
					  in_snapshot(taking, file->path),
					  gone ? NULL : plat_copy_reason(file->reason));
}

static void
keep(Taking *taking, const PlatCopyFile *copied, const SnapshotFile *former)
{
	SnapshotWork *work = taking->work;
	bool		linked = copied->end == PLAT_COPY_LINKED;
	bool		known = linked && copied->same;
	SnapshotFile *file;

	if (!linked && copied->end != PLAT_COPY_DONE)
	{
		note_missing(taking, copied);
		return;
	}
	/* The path of what was copied stands behind the folder. */
	file = snapshot_new_file(work, NULL);
	file->path = copied->path - strlen(taking->folder) - 1;
	file->size = copied->size;
	file->modified_ns = copied->modified_ns;
	memcpy(file->sha256, known ? former->sha256 : copied->sha256,
		   sizeof(file->sha256));
	file->unstable = copied->unstable;
	file->inode = known ? former->inode : copied->inode;
	file->changed_ns = known ? former->changed_ns : copied->changed_ns;
	if (file->inode == 0)
		file->changed_ns = 0;
	snapshot_count_file(work, file, linked);
	if (file->unstable)
		snapshot_add_note(work, "unstable", file->path, NULL);
}

static void
describe(SnapshotWork *work, const ConfigShare *share, const char *root,
		 bool archived)
{
	Snapshot   *snapshot = &work->snapshot;
	SnapshotShare *told = &snapshot->shares[snapshot->n_shares++];
	const size_t n = share->mirror.n + (archived ? share->add.n : 0);

	told->name = share->name;
	told->path = arena_strdup(&snapshot->arena, root);
	told->mapping = share->mapping;
	for (size_t i = 0; share->mapping != NULL && i < snapshot->n_values; i++)
		if (strcmp(snapshot->values[i].mapping, share->mapping) == 0 &&
			strcmp(snapshot->values[i].site, work->site->name) == 0)
			told->root = snapshot->values[i].value;
	told->folders = arena_alloc(&snapshot->arena, (n + 1) *
								sizeof(SnapshotFolder));
	told->n_folders = n;
	for (size_t i = 0; i < n; i++)
	{
		bool		mirror = i < share->mirror.n;

		told->folders[i].name = mirror ? share->mirror.words[i] :
			share->add.words[i - share->mirror.n];
		told->folders[i].mirror = mirror;
	}
	told->n_leave_out = share->leave_out.n;
	told->leave_out = arena_alloc(&snapshot->arena, (share->leave_out.n + 1) *
								  sizeof(char *));
	for (size_t i = 0; i < share->leave_out.n; i++)
		told->leave_out[i] = share->leave_out.words[i];
}

static bool
begin_copy(Taking *taking, const char *root, const ShareList *list,
		   Error *error)
{
	SnapshotWork *work = taking->work;
	Arena	   *arena = &work->snapshot.arena;
	PlatCopy   *copy = &taking->copy;

	taking->files = mem_alloc((list->n + 1) * sizeof(PlatCopyFile));
	taking->formers = mem_alloc((list->n + 1) * sizeof(SnapshotFile *));
	if (!plat_directory_make_all(work->work, taking->folder, error) ||
		!sort_out(taking, list, error))
		return false;
	copy->source = root;
	copy->target = arena_printf(arena, "%s/%s", work->work, taking->folder);
	if (work->former.directory != NULL)
		copy->former = arena_printf(arena, "%s/%s", work->former.directory,
									taking->folder);
	copy->files = taking->files;
	copy->n = taking->n;
	copy->threads = THREADS;
	copy->progress = tell_progress;
	copy->arg = taking;
	return plat_copy_begin(copy, &taking->copying, error);
}

static void
free_taking(Taking *taking)
{
	free(taking->files);
	free(taking->formers);
	free(taking);
}

bool
snapshot_share_begin(SnapshotWork *work, const ConfigShare *share,
					 const char *root, const ShareList *list, bool archived,
					 SnapshotTaking **begun, Error *error)
{
	Taking	   *taking = mem_alloc(sizeof(Taking));

	memset(taking, 0, sizeof(*taking));
	taking->work = work;
	taking->share = share->name;
	taking->archived = archived;
	taking->begun_ms = plat_wall_ms();
	taking->folder = arena_printf(&work->snapshot.arena, "share/%s",
								  share->name);
	describe(work, share, root, archived);
	snapshot_note_twins(work, taking->folder, list, archived);
	if (begin_copy(taking, root, list, error))
	{
		*begun = taking;
		return true;
	}
	free_taking(taking);
	return false;
}

bool
snapshot_share_end(SnapshotTaking *taking, bool stop, Error *error)
{
	bool		good = plat_copy_end(taking->copying, stop, error) && !stop &&
	snapshot_part_begin(taking->work, SNAPSHOT_PART_SHARE, taking->share,
						taking->folder, error);

	if (good)
	{
		taking->work->part->begun_ms = taking->begun_ms;
		for (size_t i = 0; i < taking->n; i++)
			keep(taking, &taking->files[i], taking->formers[i]);
		snapshot_part_end(taking->work);
	}
	free_taking(taking);
	return good || stop;
}
