/*
 * gen_set.h
 *		Random sets of mappings, and the fixed one, for the property tests.
 */
#ifndef UNIT_GEN_SET_H
#define UNIT_GEN_SET_H

#include "memory.h"
#include "random.h"

#define GEN_SITES 4
#define GEN_MAPPINGS 8
#define GEN_VALUE 96

typedef enum GenClass
{
	GEN_UNC,
	GEN_DRIVE,					/* UNC at some sites */
	GEN_SHORT,
	GEN_DOTTED,					/* qualified names and IPv4 addresses */
	GEN_INET6,
	GEN_VALUE_ONLY,
	GEN_CLASSES
} GenClass;

typedef struct GenMapping
{
	GenClass	class;
	char		value[GEN_SITES][GEN_VALUE];	/* empty: none */
	char		former[GEN_VALUE];	/* an alias at the first site, or empty */
} GenMapping;

typedef struct GenSet
{
	size_t		n_sites;
	size_t		n_mappings;
	GenMapping	mappings[GEN_MAPPINGS];
} GenSet;

/* The kind of a class of mappings; the name of a site, by its number. */
extern RwKind gen_kind(GenClass class);
extern const char *gen_site(size_t site);

/*
 * gen_set_lawful
 *		Draw a set for which every law can hold: accepted, without warnings,
 *		and without what gen_set.c tells at lawful().
 */
extern void gen_set_lawful(Random *random, GenSet *set);

/* Draw any set that is accepted, nested pairs and clashes included. */
extern void gen_set_any(Random *random, GenSet *set);

/* The lawful set with a value of every class, known from the worked cases. */
extern void gen_set_fixed(GenSet *set);

/*
 * gen_set_build
 *		Add all values, in a random order unless random is NULL.
 *
 * out:    NULL where a value or the set is refused
 */
extern RwMappings *gen_set_build(const GenSet *set, Random *random,
								 TestMemory *memory);

/* Print it, for who looks into a failure. */
extern void gen_set_print(const GenSet *set);

#endif							/* UNIT_GEN_SET_H */
