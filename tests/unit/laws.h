/*
 * laws.h
 *		The laws of rewriting, as judges of one trial each.
 *
 *		identity	nothing foreign: the same bytes, and no memory taken
 *		idempotence	what was rewritten is not rewritten again
 *		return		to another site and back gives what was there
 *		route		over another site gives what the direct way gives
 *		locality	only values of mappings are replaced, by the local ones
 *		totality	any bytes in any form: an answer
 *		order		the order of adding changes nothing
 *		anchors		looking at more places finds nothing more
 */
#ifndef UNIT_LAWS_H
#define UNIT_LAWS_H

#include "gen_set.h"

/* A set, compiled for each of its sites. */
typedef struct Lab
{
	GenSet		set;
	TestMemory	place;			/* of the matchers */
	TestMemory	scratch;		/* of one trial; reset behind it */
	RwMatcher  *at[GEN_SITES];
	RwMatcher  *shuffled[GEN_SITES];	/* values added in another order */
	RwMatcher  *open[GEN_SITES];	/* anchors need no neighbours */
} Lab;

typedef struct Trial
{
	RwForm		form;
	size_t		home;			/* whose text it is */
	size_t		via;
	size_t		goal;
	const char *in;
	size_t		len;
} Trial;

typedef enum Outcome
{
	LAW_HOLDS,
	LAW_BROKEN,
	LAW_SILENT					/* the law does not speak of this trial */
} Outcome;

typedef struct Law
{
	const char *name;
	Outcome		(*judge) (Lab *lab, const Trial *trial);
	bool		lawful;			/* of lawful sets only */
	bool		own;			/* of the home site's own text only */
	bool		broken;			/* of damaged text */
} Law;

extern const Law laws[];
extern const size_t laws_size;

/*
 * laws_apply
 *		Do the laws about more than one rewriting speak of this trial?
 *
 * in:     own: it must be spelled as its home site spells it
 */
extern bool laws_apply(const Lab *lab, const Trial *trial, bool own);

/* Compile the set; random may be NULL.  False where the set is refused. */
extern bool lab_open(Lab *lab, const GenSet *set, Random *random);
extern void lab_close(Lab *lab);

/* Rewrite at a site; the result lives in lab->scratch, or is the input. */
extern const char *lab_rewrite(Lab *lab, RwForm form, size_t site,
							   const char *in, size_t len, size_t *outlen);

/* Find the smallest trial that still breaks the law, and print it. */
extern void laws_report(const Law *law, const Lab *lab, const Trial *trial);

#endif							/* UNIT_LAWS_H */
