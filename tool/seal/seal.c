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
wrap(const SealHeader *header, const SealKey *signer, X509 *const *recipients,
	 const Text *set, Text *der, Error *error)
{
	Text		content = {NULL, 0, 0};
	Text		signed_content = {NULL, 0, 0};
	bool		good;

	seal_header_add(&content, header);
	secret_add(&content, set->bytes, set->len);
	good = seal_sign(signer, &content, &signed_content, error) &&
		seal_encrypt(recipients, 2, &signed_content, der, error);
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
	}
	X509_free(recipients[0]);
	X509_free(recipients[1]);
	text_free(&der);
	return good;
}

/* The certificate that must have signed it. */
static X509 *
signer_of(const Text *inner, const char *pinned, const SealHeader *header,
		  Error *error)
{
	X509	   *signer = pinned != NULL ? seal_certificate(pinned, error) :
	seal_embedded(inner->bytes, inner->len);
	char		fingerprint[SEAL_FINGERPRINT_SIZE] = "";

	if (signer != NULL)
		seal_fingerprint(signer, fingerprint);
	if (strcmp(fingerprint, header->signer) == 0)
		return signer;
	X509_free(signer);
	error_set(error, NULL, NULL, "it is signed by another key than the pinned "
			  "one");
	return NULL;
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

static bool
unwrap(const char *bytes, size_t len, const SealKey *key, const char *pinned,
	   size_t clear_len, const SealHeader *header, Text *set, Error *error)
{
	Text		inner = {NULL, 0, 0};
	Text		content = {NULL, 0, 0};
	X509	   *signer = NULL;
	bool		good = seal_decrypt(bytes + clear_len, len - clear_len, key,
									&inner, error);

	if (good)
		signer = signer_of(&inner, pinned, header, error);
	good = signer != NULL &&
		seal_verify(inner.bytes, inner.len, signer, &content, error) &&
		split(&content, bytes, clear_len, set, error);
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
	size_t		clear_len;
	Error		reason = ERROR_NONE;
	bool		good;

	secret_free(set);
	if (!seal_header_read(bytes, len, arena, header, &clear_len, error))
		return false;
	if (strcmp(key->fingerprint, header->recipient) != 0 &&
		strcmp(key->fingerprint, header->recovery) != 0)
		return error_set(error, NULL, NULL, "could not open the sealed set: "
						 "it is sealed for other keys");
	good = unwrap(bytes, len, key, signer, clear_len, header, set, &reason);
	if (!good)
		error_set(error, reason.detail, NULL,
				  "could not open the sealed set: %s", reason.message);
	error_free(&reason);
	return good;
}
