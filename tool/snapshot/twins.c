/*
 * twins.c
 *		Names that differ by case only: Linux has two files then, Windows one.
 */
#include "share/twins.h"
#include "snapshot/internal.h"

void
snapshot_note_twins(SnapshotWork *work, const char *folder,
					const ShareList *list, bool archived)
{
	ShareNames	names;

	share_names_begin(&names, list->n);
	for (size_t i = 0; i < list->n; i++)
	{
		const ShareEntry *entry = &list->entries[i];
		const ShareEntry *other;

		if (entry->rule == SHARE_ADD && !archived)
			continue;
		other = share_names_add(&names, entry);
		if (other != NULL)
			snapshot_add_note(work, "case",
							  arena_printf(&work->snapshot.arena, "%s/%s",
										   folder, entry->path), other->path);
	}
	share_names_free(&names);
}
