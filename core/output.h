/*
 * output.h
 *		The sinks of a walk: write the new value, or remember the first hit.
 */
#ifndef RW_OUTPUT_H
#define RW_OUTPUT_H

#include "scan.h"

/* Writes a copy of in with the edits made; takes memory at the first edit. */
typedef struct RwOutput
{
	RwSink		sink;
	const RwMemory *mem;
	const char *in;
	size_t		in_len;
	size_t		copied;			/* bytes of in that out stands for */
	char	   *out;			/* NULL: nothing was changed yet */
	size_t		used;
	size_t		capacity;
} RwOutput;

extern void rw_output_init(RwOutput *output, const char *in, size_t len,
						   const RwMemory *mem);

/* Copy the rest; the result is the caller's. */
extern RwResult rw_output_finish(RwOutput *output, char **out,
								 size_t *outlen);

/* Remembers the first edit and stops the walk. */
typedef struct RwFinder
{
	RwSink		sink;
	const RwMatcher *matcher;
	RwHit	   *hit;
	bool		found;
} RwFinder;

extern void rw_finder_init(RwFinder *finder, const RwMatcher *matcher,
						   RwHit *hit);

/* Walk over a JSON text; edits count in its bytes (json.c). */
extern void rw_scan_json(RwScan *scan, const RwMemory *mem);

#endif							/* RW_OUTPUT_H */
