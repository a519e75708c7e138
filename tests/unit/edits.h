/*
 * edits.h
 *		What a walk would change, as a list: the engine's own view, which its
 *		public functions give only as a result.
 */
#ifndef UNIT_EDITS_H
#define UNIT_EDITS_H

#include "scan.h"

#define EDITS_MAX 1024
#define EDIT_TEXT 512

typedef struct Edit
{
	size_t		start;			/* bytes [start, end) of the value */
	size_t		end;
	const char *mapping;
	bool		local;			/* the local site's value already */
	size_t		len;
	char		text[EDIT_TEXT];	/* what is written there */
} Edit;

typedef struct Edits
{
	RwSink		sink;
	const RwMatcher *matcher;
	size_t		n;
	bool		all_kept;		/* none was too many or too long to keep */
	Edit		list[EDITS_MAX];
} Edits;

/*
 * edits_collect
 *		Walk over a value.
 *
 * in:     all: report the local site's values too
 */
extern void edits_collect(Edits *edits, const RwMatcher *matcher,
						  RwForm form, const char *in, size_t len, bool all);

#endif							/* UNIT_EDITS_H */
