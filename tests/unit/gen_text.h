/*
 * gen_text.h
 *		Random column values: references to a set's values in every spelling
 *		and position, what only looks like them, and what stands around.
 */
#ifndef UNIT_GEN_TEXT_H
#define UNIT_GEN_TEXT_H

#include "gen_set.h"

#define GEN_TEXT 4096
#define GEN_ANY_SITE GEN_SITES

typedef struct GenText
{
	char		bytes[GEN_TEXT];
	size_t		len;
} GenText;

/*
 * gen_text
 *		Draw a value for a form.
 *
 * in:     site: whose values are named, as they are configured and with
 *         single separators; GEN_ANY_SITE: all sites', in any case and with
 *         any number of separators, and any bytes among them
 */
extern void gen_text(Random *random, const GenSet *set, RwForm form,
					 size_t site, GenText *text);

/* Change some bytes of the text: drop, double, replace, exchange. */
extern void gen_mutate(Random *random, GenText *text);

#endif							/* UNIT_GEN_TEXT_H */
