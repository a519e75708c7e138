/*
 * gen_parts.h
 *		The parts of the generator of sets.
 */
#ifndef UNIT_GEN_PARTS_H
#define UNIT_GEN_PARTS_H

#include "gen_set.h"

/* A mapping of any class, with a value at every site. */
extern void gen_draw_mapping(Random *random, size_t n_sites,
							 GenMapping *mapping);

/* A path mapping on the servers of a host mapping, one share everywhere. */
extern void gen_draw_on_host(Random *random, const GenMapping *host,
							 size_t n_sites, GenMapping *mapping);

/* Can every law hold for texts with the set's values? */
extern bool gen_lawful(const GenSet *set);

#endif							/* UNIT_GEN_PARTS_H */
