/*
 * seal.c
 *		Sealing and opening.
 *
 * Signed inside, encrypted outside: who holds the sealed set without a key
 * learns nothing of it, and who may encrypt cannot make one up.
 */
#include "seal/seal.h"

#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "seal/internal.h"

/* Signed header and set, encrypted to both. */
static bool
wrap(const SealHeader *header, const SealKey *signer, X509 * const *recipients,
	 const Text *set, Text *der, Error *error)
{
	Text		content = {NULL, 0, 0};
	Text		signed_content = {NULL, 0, 0};
	bool		good;

	seal_header_add(&content, header);
	secret_add(&content, set->bytes, set->len);
	good = seal_sign(signer, &content, &signed_content, error) &&
		seal_encrypt(recipients, 2, false, signed_content.bytes,
					 signed_content.len, der, error);
	secret_free(&content);
	secret_free(&signed_content);
	return good;
}

bool
seal_make(SealHeader *header, const SealKey *signer, const char *recipient,
		  const char *recovery, const Text *set, Text *sealed, Error *error)
{
	Text		der = {NULL, 0, 0};
	X509	   *recipients[] = {NULL, NULL};
	bool		good;

	text_free(sealed);
	recipients[0] = seal_certificate(recipient, error);
	if (recipients[0] != NULL)
		recipients[1] = seal_certificate(recovery, error);
	good = recipients[1] != NULL;
	if (good)
	{
		memcpy(header->signer, signer->fingerprint, SEAL_FINGERPRINT_SIZE);
		seal_fingerprint(recipients[0], header->recipient);
		seal_fingerprint(recipients[1], header->recovery);
		good = wrap(header, signer, recipients, set, &der, error);
	}
	if (good)
	{
		seal_header_add(sealed, header);
		text_add_bytes(sealed, der.bytes, der.len);
		good = seal_put_mark(signer, sealed, error);
	}
	seal_burn_stack();
	X509_free(recipients[0]);
	X509_free(recipients[1]);
	text_free(&der);
	return good;
}

/* Is this the certificate that must have signed it, and has it? */
static bool
is_marked(const char *bytes, size_t len, X509 * signer,
		  const SealHeader *header, Error *error)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE];

	if (signer == NULL)
		return error_set(error, NULL, NULL, "it does not say who has signed "
						 "it");
	seal_fingerprint(signer, fingerprint);
	if (strcmp(fingerprint, header->signer) != 0)
		return error_set(error, NULL, NULL, "it is signed by another key than "
						 "the pinned one");
	return seal_has_mark(bytes, len, signer) ||
		error_set(error, NULL, NULL, "it was changed since it was signed");
}

/* What is signed must begin with the clear header. */
static bool
split(const Text *content, const char *clear, size_t clear_len, Text *set,
	  Error *error)
{
	if (content->len < clear_len ||
		memcmp(content->bytes, clear, clear_len) != 0)
		return error_set(error, NULL, NULL, "the header is not the one that "
						 "was signed");
	secret_free(set);
	secret_add(set, content->bytes + clear_len, content->len - clear_len);
	return true;
}

/* A sealed set, cut into its parts. */
typedef struct Parts
{
	const char *bytes;
	size_t		len;			/* all of it */
	size_t		clear_len;		/* the header */
	const SealHeader *header;
} Parts;

/* Where a certificate is pinned, nothing is decrypted that it has not marked. */
static bool
unwrap(const Parts *parts, const SealKey *key, X509 * pinned, Text *set,
	   Error *error)
{
	const char *bytes = parts->bytes;
	Text		inner = {NULL, 0, 0};
	Text		content = {NULL, 0, 0};
	X509	   *signer = pinned;
	bool		good = parts->len > parts->clear_len + SEAL_MARK_SIZE ||
	error_set(error, NULL, NULL, "it is cut");

	if (good && pinned != NULL)
		good = is_marked(bytes, parts->len, pinned, parts->header, error);
	good = good && seal_decrypt(key, bytes + parts->clear_len, parts->len -
								parts->clear_len - SEAL_MARK_SIZE, &inner,
								error);
	if (good && pinned == NULL)
	{
		signer = seal_embedded(inner.bytes, inner.len);
		good = is_marked(bytes, parts->len, signer, parts->header, error);
	}
	good = good &&
		seal_verify(inner.bytes, inner.len, signer, &content, error) &&
		split(&content, bytes, parts->clear_len, set, error);
	if (pinned == NULL)
		X509_free(signer);
	secret_free(&inner);
	secret_free(&content);
	return good;
}

bool
seal_open(const void *bytes, size_t len, const SealKey *key,
		  const char *signer, Arena *arena, SealHeader *header, Text *set,
		  Error *error)
{
	Parts		parts = {bytes, len, 0, header};
	X509	   *pinned = NULL;
	Error		reason = ERROR_NONE;
	bool		good;

	secret_free(set);
	if (!seal_header_read(bytes, len, arena, header, &parts.clear_len, error))
		return false;
	if (strcmp(key->fingerprint, header->recipient) != 0 &&
		strcmp(key->fingerprint, header->recovery) != 0)
		return error_set(error, NULL, NULL, "could not open the sealed set: "
						 "it is sealed for other keys");
	if (signer != NULL)
		pinned = seal_certificate(signer, &reason);
	good = (signer == NULL || pinned != NULL) &&
		unwrap(&parts, key, pinned, set, &reason);
	if (!good)
		error_set(error, reason.detail, NULL,
				  "could not open the sealed set: %s", reason.message);
	X509_free(pinned);
	error_free(&reason);
	seal_burn_stack();
	return good;
}
