/*
 * seal.h
 *		A site's set of certificates on its way to another site: signed by the
 *		one's transport key, encrypted to the other's and to a recovery key.
 *
 * A sealed set is a header in clear text, an empty line, CMS (RFC 5652,
 * RFC 5083) in DER, and a signature of all of that.  The CMS is
 * AuthEnvelopedData with AES-256-GCM around SignedData around the same header
 * and the set: the signature inside says whose the set is, the one outside
 * that nobody has changed it since, for others' keys either.  What the set is, this concern does not
 * know.  PEM strings are certificates; fingerprints are SHA-256 of the whole
 * certificate, in hexadecimal.
 */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "seal/key.h"

/* The longest sealed set, in bytes, which the extension's table checks too. */
#define SEAL_BYTES_MAX ((size_t) 6 * 1024 * 1024)

/* What is bound to the set.  Strings are the arena's, or the caller's. */
typedef struct SealHeader
{
	const char *from;			/* sites */
	const char *to;
	const char *system;			/* identifier of the server of "from" */
	int64_t		counter;		/* from 1 on, for each pair of from and to */
	int64_t		time_ms;		/* since 1970 */
	char		signer[SEAL_FINGERPRINT_SIZE];
	char		recipient[SEAL_FINGERPRINT_SIZE];
	char		recovery[SEAL_FINGERPRINT_SIZE];
} SealHeader;

/*
 * seal_make
 *		Seal bytes.
 *
 * in:     header: from, to, system, counter, time_ms; the fingerprints are
 *         filled in
 *         recipient, recovery: PEM
 * out:    *sealed: replaced; nothing in it is secret
 * errors: certificates that cannot be encrypted to; libcrypto's words
 */
extern bool seal_make(SealHeader *header, const SealKey *signer,
					  const char *recipient, const char *recovery,
					  const Text *set, Text *sealed, Error *error);

/*
 * seal_header_read
 *		The clear header of a sealed set, which nobody has vouched for yet.
 *
 * out: *header in the arena; *len: where the CMS begins
 */
extern bool seal_header_read(const void *bytes, size_t len, Arena *arena,
							 SealHeader *header, size_t *header_len,
							 Error *error);

/*
 * seal_open
 *		Open a sealed set.
 *
 * in:     key: of the recipient, or the recovery key
 *         signer: PEM of the only certificate that may have signed it; NULL:
 *         the one in the sealed set, which says nothing by itself
 * out:    *header: as it was signed, in the arena; *set: replaced, freed with
 *         secret_free()
 * errors: "could not open the sealed set", with the reason as detail
 */
extern bool seal_open(const void *bytes, size_t len, const SealKey *key,
					  const char *signer, Arena *arena, SealHeader *header,
					  Text *set, Error *error);

/* What the site that opens a set expects. */
typedef struct SealExpected
{
	const char *from;
	const char *to;				/* itself */
	const char *system;			/* as pinned */
	int64_t		installed;		/* the highest counter that was installed */
} SealExpected;

/*
 * seal_expected
 *		Whether a signed header is what is expected: else an error that says
 *		what of it is not.
 */
extern bool seal_expected(const SealHeader *header,
						  const SealExpected *expected, Error *error);

#endif							/* SEAL_SEAL_H */
