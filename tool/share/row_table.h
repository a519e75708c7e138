/*
 * row_table.h
 *		Folded names and the entries that were found for them; private to this
 *		folder.
 */
#ifndef SHARE_ROW_TABLE_H
#define SHARE_ROW_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "share/list.h"

typedef struct RowSlot
{
	const char *name;			/* NULL: the slot is free */
	uint64_t	hash;
	const ShareEntry *entry;	/* that has the name; NULL: none yet */
} RowSlot;

typedef struct RowTable
{
	RowSlot    *slots;
	size_t		mask;			/* how many there are, a power of two, less
								 * one */
} RowTable;

/* Room for n names. */
extern void row_table_make(RowTable *table, size_t n, Arena *arena);

/* Add a name, which is kept; one that is there already stays once. */
extern void row_table_add(RowTable *table, const char *name);

/* The slot with a name of len bytes; NULL: there is none. */
extern RowSlot *row_table_find(const RowTable *table, const char *name,
							   size_t len);

#endif							/* SHARE_ROW_TABLE_H */
