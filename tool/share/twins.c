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
	names->hashes = mem_alloc(names->n_slots * sizeof(uint64_t));
}

/* FNV-1a */
static uint64_t
hash_of(const Text *text)
{
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text->len; i++)
		hash = (hash ^ (unsigned char) text->bytes[i]) *
			UINT64_C(1099511628211);
	return hash;
}

static void
fold(Text *folded, const char *path)
{
	folded->len = 0;
	share_fold_add(folded, path);
}

/* Its slot, which is empty where it is not there. */
static size_t
slot_of(ShareNames *names, const char *path, uint64_t *hash)
{
	size_t		slot;

	fold(&names->folded, path);
	*hash = hash_of(&names->folded);
	slot = (size_t) *hash & (names->n_slots - 1);
	for (; names->slots[slot] != NULL;
		 slot = (slot + 1) & (names->n_slots - 1))
	{
		if (names->hashes[slot] != *hash)
			continue;
		if (names->slots[slot]->path == path)
			break;
		fold(&names->other, names->slots[slot]->path);
		if (strcmp(names->folded.bytes, names->other.bytes) == 0)
			break;
	}
	return slot;
}

const ShareEntry *
share_names_add(ShareNames *names, const ShareEntry *entry)
{
	uint64_t	hash;
	size_t		slot = slot_of(names, entry->path, &hash);

	if (names->slots[slot] != NULL)
		return names->slots[slot];
	names->slots[slot] = entry;
	names->hashes[slot] = hash;
	return NULL;
}

const ShareEntry *
share_names_find(ShareNames *names, const ShareEntry *entry)
{
	uint64_t	hash;

	return names->slots[slot_of(names, entry->path, &hash)];
}

void
share_names_free(ShareNames *names)
{
	free(names->slots);
	free(names->hashes);
	text_free(&names->folded);
	text_free(&names->other);
	memset(names, 0, sizeof(*names));
}
