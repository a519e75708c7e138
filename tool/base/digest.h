/*
 * digest.h
 *		SHA-256 of what comes in pieces.
 *
 * Each thread may have digests of its own.  What libcrypto cannot do, for
 * lack of memory or of its provider, ends the program, as in memory.h.
 */
#ifndef TOOL_DIGEST_H
#define TOOL_DIGEST_H

#include <stddef.h>

/* In hexadecimal, in small letters, with a NUL. */
#define DIGEST_SIZE 65

typedef struct Digest Digest;

/* Freed with digest_free(). */
extern Digest *digest_new(void);
extern void digest_free(Digest *digest);

/* The bytes that come next. */
extern void digest_add(Digest *digest, const void *bytes, size_t len);

/* What it is of all that was added; from here on it is empty again. */
extern void digest_end(Digest *digest, char hexadecimal[DIGEST_SIZE]);

#endif							/* TOOL_DIGEST_H */
