/*
 * twins.h
 *		Names of lists that are the same but for case, which are one name for
 *		Windows.
 *
 * Entries are the caller's, and stay as long as the names do.
 */
#ifndef SHARE_TWINS_H
#define SHARE_TWINS_H

#include <stddef.h>

#include "base/text.h"
#include "share/list.h"

/* Entries by their folded paths; begins as {NULL}. */
typedef struct ShareNames
{
	const ShareEntry **slots;	/* a table of hashes with open addresses */
	size_t		n_slots;		/* a power of 2 */
	Text		folded;
	Text		other;
} ShareNames;

/*
 * share_names_begin
 *		Make room.
 *
 * in:  most: how many entries are added at most
 * out: *names: freed with share_names_free()
 */
extern void share_names_begin(ShareNames *names, size_t most);

/*
 * share_names_add
 *		Add an entry; the entry with the same folded path that was added before
 *		it, which stays, or NULL.
 */
extern const ShareEntry *share_names_add(ShareNames *names,
										 const ShareEntry *entry);

/* The entry with the same folded path as this one, or NULL. */
extern const ShareEntry *share_names_find(ShareNames *names,
										  const ShareEntry *entry);
extern void share_names_free(ShareNames *names);

#endif							/* SHARE_TWINS_H */
