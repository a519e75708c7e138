/*
 * matcher.h
 *		A set of mappings compiled for one local site.
 */
#ifndef RW_MATCHER_H
#define RW_MATCHER_H

#include "anchor.h"
#include "index.h"
#include "key.h"

/* What a mapping's values are rewritten to. */
typedef struct RwTarget
{
	const char *name;			/* the mapping's */
	const char *value;			/* the local one, normalized */
	size_t		len;			/* bytes of value */
	bool		drive;			/* a drive path */
} RwTarget;

struct RwMatcher
{
	RwIndex		index;			/* target counts in targets */
	RwTarget   *targets;
	size_t		n_targets;
	RwKeys		keys;			/* words before a host */
	RwAnchors	anchors;		/* bytes at which text may need a look */
};

#endif							/* RW_MATCHER_H */
