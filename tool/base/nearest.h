/*
 * nearest.h
 *		The known word that was probably meant by a mistyped one.
 */
#ifndef TOOL_NEAREST_H
#define TOOL_NEAREST_H

#include <stddef.h>

typedef struct Nearest
{
	const char *word;			/* what was typed */
	const char *best;			/* NULL: nothing is near enough */
	size_t		distance;		/* of best; else the first that is too far */
} Nearest;

/*
 * nearest_begin, nearest_offer
 *		Begin a search, and offer one known word after the other.  Then best
 *		is the nearest of them, by the number of letters to insert, to drop, to
 *		change or to swap, if that is at most a third of the typed word.
 *		Nothing is copied.
 */
extern void nearest_begin(Nearest *nearest, const char *word);
extern void nearest_offer(Nearest *nearest, const char *known);

#endif							/* TOOL_NEAREST_H */
