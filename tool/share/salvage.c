/*
 * salvage.c
 *		What only a returning site has, moved aside before the other site's
 *		content comes over it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/copier.h"
#include "share/salvage.h"

/* Was a file changed, or put there, at this time or later? */
static bool
is_since(const ShareEntry *entry, int64_t since_ms, int64_t tolerance_ns)
{
	int64_t		since_ns = since_ms * 1000000 - tolerance_ns;

	return since_ms < 0 || entry->mtime_ns >= since_ns ||
		entry->ctime_ns >= since_ns;
}

/* Is it to be moved?  Counts it by its kind. */
static bool
choose(ShareSalvage *salvage, const ShareDifference *item, int64_t since_ms)
{
	/* What is in a folder comes one by one. */
	if (item->target == NULL || item->target->kind == SHARE_FOLDER)
		return false;
	switch (item->change)
	{
		case SHARE_GONE:
		case SHARE_KIND:
			salvage->only++;
			return true;
		case SHARE_NEWER:
			salvage->newer++;
			return true;
		case SHARE_CHANGED:
			if (!is_since(item->target, since_ms,
						  salvage->target_list.tolerance_ns))
				return false;
			salvage->changed++;
			return true;
		default:
			return false;
	}
}

static void
choose_all(ShareSalvage *salvage, int64_t since_ms)
{
	size_t		most = salvage->diff.n + 1;

	salvage->entries = mem_alloc(most * sizeof(const ShareEntry *));
	salvage->others = mem_alloc(most * sizeof(const ShareEntry *));
	for (size_t i = 0; i < salvage->diff.n; i++)
	{
		const ShareDifference *item = &salvage->diff.items[i];

		if (!choose(salvage, item, since_ms))
			continue;
		salvage->entries[salvage->n] = item->target;
		salvage->others[salvage->n++] = item->source;
		salvage->bytes += item->target->size;
	}
}

bool
share_salvage_find(const ShareAccess *source, const ShareAccess *target,
				   int64_t since_ms, ShareSalvage *salvage, Error *error)
{
	bool		one_case;

	memset(salvage, 0, sizeof(*salvage));
	if (!share_access_one_case(target, &one_case, error) ||
		!share_access_list(source, &salvage->source_list, error) ||
		!share_access_list(target, &salvage->target_list, error))
		return false;
	if (salvage->source_list.files == 0 && salvage->target_list.files > 0)
		return error_set(error, NULL, "Look whether it is mounted.",
						 "share \"%s\" has no file at site \"%s\"",
						 source->share->name, source->site->name);
	share_diff(&salvage->source_list, &salvage->target_list, one_case,
			   &salvage->diff);
	choose_all(salvage, since_ms);
	return true;
}

typedef bool (*Carry) (const ShareWork *work, ShareDone *done, Error *error);

static bool
carry(Carry how, ShareWork *work, Error *error)
{
	ShareDone	done = {0};
	bool		good = work->n == 0 || how(work, &done, error);

	if (good && done.incomplete)
		good = error_set(error, done.why, NULL, "not all of it could be moved");
	free(done.why);
	return good;
}

/* What a copier removes or replaces, it keeps in the folder it is given. */
bool
share_salvage_move(const ShareSalvage *salvage, const ShareAccess *source,
				   const ShareAccess *target, const char *folder,
				   Error *error)
{
	const ShareCopier *copier = share_copier_of(target->share);
	const ShareEntry **removed = mem_alloc((salvage->n + 1) *
										   sizeof(const ShareEntry *));
	const ShareEntry **replaced = mem_alloc((salvage->n + 1) *
											sizeof(const ShareEntry *));
	ShareWork	removal = {.source = source,.target = target,
	.entries = removed,.trash = folder};
	ShareWork	replacement = {.source = source,.target = target,
	.entries = replaced,.trash = folder};
	bool		good;

	for (size_t i = 0; i < salvage->n; i++)
		/* One at a node does not remove what the source has. */
		if (copier->at_node && salvage->others[i] != NULL)
			replaced[replacement.n++] = salvage->others[i];
		else
			removed[removal.n++] = salvage->entries[i];
	good = salvage->n == 0 || (copier->prepare(target, error) &&
							   carry(copier->remove, &removal, error) &&
							   carry(copier->copy, &replacement, error));
	free(removed);
	free(replaced);
	return good;
}

void
share_salvage_free(ShareSalvage *salvage)
{
	free(salvage->entries);
	free(salvage->others);
	share_diff_free(&salvage->diff);
	share_list_free(&salvage->source_list);
	share_list_free(&salvage->target_list);
	memset(salvage, 0, sizeof(*salvage));
}
