/*
 * resolve.h
 *		What this machine's resolver says to a name: its hosts file, its name
 *		servers, whatever it is set up to ask.
 */
#ifndef PLATFORM_RESOLVE_H
#define PLATFORM_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct PlatResolved
{
	const char *canonical;		/* the name at the end of all aliases */
	const char *const *addresses;	/* as text, without repeats */
	size_t		n;
} PlatResolved;

/*
 * plat_resolve
 *		Resolve a name, and give it up after a deadline.
 *
 * out:    *resolved: in the arena
 * errors: the resolver's words, or that it did not answer
 */
extern bool plat_resolve(const char *name, int deadline_ms, Arena *arena,
						 PlatResolved *resolved, Error *error);

#endif							/* PLATFORM_RESOLVE_H */
