/*
 * twins.c
 *		Names of two lists that are the same but for case.
 */
#include "share/twins.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/fold.h"

void
share_names_begin(ShareNames *names, size_t most)
{
	memset(names, 0, sizeof(*names));
	names->n_slots = 16;
	while (names->n_slots < most * 2)
		names->n_slots *= 2;
	names->slots = mem_alloc(names->n_slots * sizeof(ShareEntry *));
	memset(names->slots, 0, names->n_slots * sizeof(ShareEntry *));
}

static void
fold(Text *folded, const char *path)
{
	folded->len = 0;
	share_fold_add(folded, path);
}

/* Are they one name for Windows?  They mostly are where their hashes agree. */
static bool
is_alike(ShareNames *names, const ShareEntry *a, const ShareEntry *b)
{
	if (a->folded_hash != b->folded_hash)
		return false;
	if (strcmp(a->path, b->path) == 0)
		return true;
	fold(&names->folded, a->path);
	fold(&names->other, b->path);
	return strcmp(names->folded.bytes, names->other.bytes) == 0;
}

/* Its slot, which is empty where it is not there. */
static size_t
slot_of(ShareNames *names, const ShareEntry *entry)
{
	size_t		slot = entry->folded_hash & (names->n_slots - 1);

	while (names->slots[slot] != NULL &&
		   !is_alike(names, names->slots[slot], entry))
		slot = (slot + 1) & (names->n_slots - 1);
	return slot;
}

const ShareEntry *
share_names_add(ShareNames *names, const ShareEntry *entry)
{
	size_t		slot = slot_of(names, entry);

	if (names->slots[slot] != NULL)
		return names->slots[slot];
	names->slots[slot] = entry;
	return NULL;
}

const ShareEntry *
share_names_find(ShareNames *names, const ShareEntry *entry)
{
	return names->slots[slot_of(names, entry)];
}

void
share_names_free(ShareNames *names)
{
	free(names->slots);
	text_free(&names->folded);
	text_free(&names->other);
	memset(names, 0, sizeof(*names));
}
