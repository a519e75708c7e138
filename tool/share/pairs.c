/*
 * pairs.c
 *		Files that two lists have in common.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/content.h"
#include "share/fold.h"
#include "share/row_table.h"

static void
add(SharePairs *pairs, const ShareEntry *source, const ShareEntry *target)
{
	/* Full where the number is a power of two, or nothing. */
	if ((pairs->n & (pairs->n - 1)) == 0)
		pairs->list = mem_grow(pairs->list, (2 * pairs->n + 1) *
							   sizeof(SharePair));
	pairs->list[pairs->n++] = (SharePair)
	{
		.source = source,.target = target
	};
	pairs->bytes += source->size;
}

/* Both lists are sorted by bytes: what has no equal may have one by case. */
static void
merge(const ShareList *source, const ShareList *target, SharePairs *pairs,
	  const ShareEntry **lonely, size_t *n_lonely)
{
	size_t		j = 0;

	for (size_t i = 0; i < source->n; i++)
	{
		const ShareEntry *entry = &source->entries[i];
		int			order = -1;

		while (j < target->n &&
			   (order = strcmp(target->entries[j].path, entry->path)) < 0)
			j++;
		if (j == target->n || order != 0)
			lonely[(*n_lonely)++] = entry;
		else if (entry->kind == SHARE_FILE &&
				 target->entries[j].kind == SHARE_FILE &&
				 target->entries[j].size == entry->size)
			add(pairs, entry, &target->entries[j]);
	}
}

/* Entries of the target that only case tells from lonely ones. */
static void
add_by_case(const ShareList *source, const ShareList *target,
			SharePairs *pairs, const ShareEntry **lonely, size_t n)
{
	Arena		arena = {NULL};
	RowTable	table;

	row_table_make(&table, n, &arena);
	for (size_t i = 0; i < n; i++)
	{
		char	   *folded = share_fold(&arena, lonely[i]->path);

		row_table_add(&table, folded);
		row_table_find(&table, folded, strlen(folded))->entry = lonely[i];
	}
	for (size_t i = 0; n > 0 && i < target->n; i++)
	{
		const ShareEntry *entry = &target->entries[i];
		const char *folded = share_fold(&arena, entry->path);
		const RowSlot *slot = row_table_find(&table, folded, strlen(folded));

		if (slot != NULL && entry->kind == SHARE_FILE &&
			slot->entry->kind == SHARE_FILE &&
			slot->entry->size == entry->size &&
			share_list_find(source, entry->path) == NULL)
			add(pairs, slot->entry, entry);
	}
	arena_free(&arena);
}

void
share_pairs_make(const ShareList *source, const ShareList *target,
				 SharePairs *pairs)
{
	const ShareEntry **lonely = mem_alloc((source->n + 1) *
										  sizeof(ShareEntry *));
	size_t		n = 0;

	memset(pairs, 0, sizeof(*pairs));
	merge(source, target, pairs, lonely, &n);
	add_by_case(source, target, pairs, lonely, n);
	free(lonely);
}

void
share_pairs_free(SharePairs *pairs)
{
	free(pairs->list);
	memset(pairs, 0, sizeof(*pairs));
}
