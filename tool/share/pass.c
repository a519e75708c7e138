/*
 * pass.c
 *		What a look has found is done: copied first, then removed.
 *
 * Only empty folders are removed, so one that holds another comes in a later
 * call than that: the copier does not say in which order it works.
 */
#include "share/sync_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/clock.h"
#include "share/copier.h"
#include "share/trash.h"

typedef struct Paths
{
	const ShareEntry **entries;
	size_t		n;
} Paths;

/* The look, and the room for as many entries as it may need. */
typedef struct Pass
{
	ShareSync  *sync;
	const ShareLook *look;
	const ShareCopier *copier;
	Paths		paths;
	char		trash[sizeof(SHARE_TRASH) + SHARE_STAMP_SIZE];
} Pass;

/* In a folder where nothing is deleted, nothing of another kind is, either. */
static bool
is_copied(const ShareDifference *item)
{
	if (item->change == SHARE_KIND)
		return item->source->rule == SHARE_MIRROR &&
			item->target->kind != SHARE_FOLDER;
	return item->change <= SHARE_NEWER;
}

/* A folder where a file is to be gives way when it is empty. */
static bool
is_removed(const ShareDifference *item)
{
	if (item->change == SHARE_KIND)
		return item->source->rule == SHARE_MIRROR &&
			item->target->kind == SHARE_FOLDER;
	return item->change == SHARE_GONE;
}

/* out: *done: but for its words, which the sync has now */
static bool
work(Pass *pass, bool (*act) (const ShareWork *work, ShareDone *done,
							  Error *error), ShareDone *done, Error *error)
{
	ShareSync  *sync = pass->sync;
	const ShareWork order = {
		.source = &sync->source,
		.target = &sync->target,
		.entries = pass->paths.entries,
		.n = pass->paths.n,
		.trash = pass->trash,
		.progress = &sync->progress,
		.total_bytes = pass->look->diff.copy_bytes
	};
	bool		good = pass->paths.n == 0 || act(&order, done, error);

	if (done->incomplete)
		sync->why = arena_strdup(&sync->arena, done->why != NULL ?
								 done->why : "");
	free(done->why);
	done->why = NULL;
	return good;
}

static bool
copy(Pass *pass, Error *error)
{
	const ShareDiff *diff = &pass->look->diff;
	ShareDone	done = {0};
	size_t		files = 0;
	bool		good;

	pass->paths.n = 0;
	for (size_t i = 0; i < diff->n; i++)
		if (is_copied(&diff->items[i]))
		{
			pass->paths.entries[pass->paths.n++] = diff->items[i].source;
			files += diff->items[i].source->kind == SHARE_FILE;
		}
	good = work(pass, pass->copier->copy, &done, error);
	if (good)
	{
		pass->sync->copied += done.incomplete ? done.files : files;
		pass->sync->copied_bytes += done.incomplete ? done.bytes :
			diff->copy_bytes;
	}
	return good;
}

static size_t
depth_of(const char *path)
{
	size_t		depth = 0;

	for (; *path != '\0'; path++)
		depth += *path == '/';
	return depth;
}

/* Of all that is removed: files, or the folders of a depth. */
static bool
remove_some(Pass *pass, bool folders, size_t depth, Error *error)
{
	const ShareDiff *diff = &pass->look->diff;
	ShareDone	done = {0};
	bool		good;

	pass->paths.n = 0;
	for (size_t i = 0; i < diff->n; i++)
	{
		const ShareEntry *entry = diff->items[i].target;

		if (is_removed(&diff->items[i]) &&
			(pass->copier->at_node ||
			 ((entry->kind == SHARE_FOLDER) == folders &&
			  (!folders || depth_of(entry->path) == depth))))
			pass->paths.entries[pass->paths.n++] = entry;
	}
	good = work(pass, pass->copier->remove, &done, error);
	if (good && !folders)
		pass->sync->removed += done.incomplete ? done.files :
			diff->files[SHARE_GONE];
	return good;
}

static bool
remove_all(Pass *pass, Error *error)
{
	const ShareDiff *diff = &pass->look->diff;
	size_t		deepest = 0;
	bool		good = remove_some(pass, false, 0, error);

	for (size_t i = 0; i < diff->n; i++)
		if (is_removed(&diff->items[i]) &&
			diff->items[i].target->kind == SHARE_FOLDER &&
			depth_of(diff->items[i].target->path) > deepest)
			deepest = depth_of(diff->items[i].target->path);
	for (size_t depth = deepest + 1;
		 good && !pass->copier->at_node && depth-- > 0;)
		good = remove_some(pass, true, depth, error);
	return good;
}

/*
 * A file that is copied now has taken up what was unfinished of it; the rest is
 * of files that have changed or gone, and keeps its folder from being removed.
 */
static bool
clean(const Pass *pass, Error *error)
{
	const ShareList *target = &pass->look->target;

	return target->n_leftovers == 0 || pass->copier->clean == NULL ||
		pass->copier->clean(&pass->sync->target, target->leftovers,
							target->n_leftovers, error);
}

bool
share_pass(ShareSync *sync, const ShareLook *look, Error *error)
{
	Pass		pass = {.sync = sync,.look = look,
	.copier = share_copier_of(sync->order->share)};
	bool		good;

	if (share_diff_is_none(&look->diff))
		return clean(&pass, error);
	sync->passes++;
	memcpy(pass.trash, SHARE_TRASH "/", sizeof(SHARE_TRASH));
	/* What a later pass replaces is not what an earlier one has. */
	share_trash_stamp(plat_wall_ms(), pass.trash + sizeof(SHARE_TRASH));
	pass.paths.entries = mem_alloc((look->diff.n + 1) * sizeof(ShareEntry *));
	good = pass.copier->prepare(&sync->target, error) && copy(&pass, error) &&
		clean(&pass, error) && remove_all(&pass, error);
	free(pass.paths.entries);
	return good;
}
