/*
 * peer.h
 *		What this machine knows of another site: the certificate that is pinned,
 *		and how far sets have come in both directions.
 *
 * Kept in the key directory, not in the database: a database that was put back
 * must not make an old set look new.
 */
#ifndef SEAL_PEER_H
#define SEAL_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "seal/key.h"

/* Strings are its own, NULL where there is none: seal_peer_free(). */
typedef struct SealPeer
{
	char	   *certificate;	/* pinned, PEM */
	int			serial;			/* of the certificate, as in the database */
	char	   *system;			/* its server's identifier */
	int64_t		installed;		/* highest number of its sets installed here */
	char	   *installed_digest;	/* of which set it was; see seal_digest() */
	int64_t		sealed;			/* highest number of ours sealed for it */
	char	   *sealed_digest;	/* of what was, and whom for */
} SealPeer;

/* Read; zeroed where nothing is known yet. */
extern bool seal_peer_read(const char *directory, const char *site,
						   SealPeer *peer, Error *error);

/* Write, durably. */
extern bool seal_peer_write(const char *directory, const char *site,
							const SealPeer *peer, Error *error);
extern void seal_peer_free(SealPeer *peer);

/* Pin a certificate; what was there is forgotten, the numbers are not. */
extern bool seal_peer_pin(SealPeer *peer, const char *certificate, int serial,
						  const char *system, Error *error);

/* Replace a string of a SealPeer by a copy. */
extern void seal_peer_set(char **field, const char *value);

/*
 * seal_digest
 *		SHA-256 of bytes and strings, in hexadecimal: tells whether two are the
 *		same, and nothing else.
 *
 * in: strings: NULL ends them
 */
extern void seal_digest(const void *bytes, size_t len,
						const char *const *strings,
						char digest[SEAL_FINGERPRINT_SIZE]);

#endif							/* SEAL_PEER_H */
