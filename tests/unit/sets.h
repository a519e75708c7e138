/*
 * sets.h
 *		Sets of mappings for tests, written as tables.
 */
#ifndef UNIT_SETS_H
#define UNIT_SETS_H

#include "memory.h"
#include "random.h"

typedef struct SetLine
{
	const char *name;
	RwKind		kind;
	const char *site;
	const char *value;
	bool		former;			/* an alias, not the current value */
} SetLine;

/*
 * set_add
 *		Add one line; *problem is filled with rubbish before.
 */
extern bool set_add(RwMappings *set, const SetLine *line,
					RwProblem *problem);

/* A set with the lines, each of which must be accepted, and not checked. */
extern RwMappings *set_collect(TestMemory *memory, const SetLine *lines,
							   size_t n);

/* Bring the lines into another order. */
extern void set_shuffle(Random *random, SetLine *lines, size_t n);

/* Build a set; a line that is refused ends the program. */
extern RwMappings *set_build(const SetLine *lines, size_t n,
							 TestMemory *memory);

/* The same, compiled for one site. */
extern RwMatcher *set_compile(const SetLine *lines, size_t n,
							  const char *site, TestMemory *memory);

/* The mappings of a site with every kind, at A, B and C: for most tests. */
extern const SetLine set_usual[];
extern const size_t set_usual_size;

/*
 * set_rewrite
 *		Rewrite a NUL-terminated value; the result too is NUL-terminated and
 *		lives as long as the memory.
 */
extern const char *set_rewrite(const RwMatcher *matcher, RwForm form,
							   const char *in, TestMemory *memory);

#endif							/* UNIT_SETS_H */
