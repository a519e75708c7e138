/*
 * row_table.c
 *		Folded names and the entries that were found for them.
 */
#include "share/row_table.h"

#include <string.h>

/* FNV-1a, mixed once more: names differ at their ends. */
static uint64_t
hash_of(const char *name, size_t len)
{
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char) name[i]) * UINT64_C(1099511628211);
	return hash ^ (hash >> 32);
}

void
row_table_make(RowTable *table, size_t n, Arena *arena)
{
	size_t		size = 16;

	while (size < 2 * n)
		size *= 2;
	table->slots = arena_alloc(arena, size * sizeof(RowSlot));
	table->mask = size - 1;
}

/* The name's slot, or the free one where it would be. */
static RowSlot *
slot_of(const RowTable *table, const char *name, size_t len, uint64_t hash)
{
	size_t		at = (size_t) hash & table->mask;

	for (;; at = (at + 1) & table->mask)
	{
		RowSlot    *slot = &table->slots[at];

		if (slot->name == NULL ||
			(slot->hash == hash && strncmp(slot->name, name, len) == 0 &&
			 slot->name[len] == '\0'))
			return slot;
	}
}

void
row_table_add(RowTable *table, const char *name)
{
	uint64_t	hash = hash_of(name, strlen(name));
	RowSlot    *slot = slot_of(table, name, strlen(name), hash);

	if (slot->name == NULL)
	{
		slot->name = name;
		slot->hash = hash;
	}
}

RowSlot *
row_table_find(const RowTable *table, const char *name, size_t len)
{
	RowSlot    *slot = slot_of(table, name, len, hash_of(name, len));

	return slot->name != NULL ? slot : NULL;
}
