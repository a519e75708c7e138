/*
 * ring.h
 *		This machine's transport keys: the one in use, the one before, and one
 *		that is to follow.
 *
 * Files in the key directory: transport.pem, transport.previous.pem,
 * transport.next.pem.  A rotation that was killed is found by its next one.
 */
#ifndef SEAL_RING_H
#define SEAL_RING_H

#include "seal/key.h"

/* Begins zeroed; freed with seal_ring_free(). */
typedef struct SealRing
{
	const char *directory;		/* the caller's */
	SealKey    *current;		/* NULL: none was made yet */
	SealKey    *previous;		/* or NULL: opens what was sealed for it */
	SealKey    *next;			/* or NULL */
} SealRing;

/*
 * seal_ring_read
 *		Read the keys; the directory is made where it is missing.
 *
 * errors: also a directory or file that is not private
 */
extern bool seal_ring_read(const char *directory, SealRing *ring,
						   Error *error);
extern void seal_ring_free(SealRing *ring);

/*
 * seal_ring_begin
 *		Make a site's first key where there is none.
 *
 * out: *made: whether it was; may be NULL
 */
extern bool seal_ring_begin(SealRing *ring, const char *site, bool *made,
							Error *error);

/* Make the key that is to follow, where there is none yet. */
extern bool seal_ring_prepare(SealRing *ring, const char *site,
							  Error *error);

/* The next key becomes the one in use, and that the previous one. */
extern bool seal_ring_turn(SealRing *ring, Error *error);

/* The key with a fingerprint, or NULL. */
extern const SealKey *seal_ring_find(const SealRing *ring,
									 const char *fingerprint);

#endif							/* SEAL_RING_H */
