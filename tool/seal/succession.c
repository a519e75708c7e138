/*
 * succession.c
 *		From an old transport key to a new one.
 */
#include "seal/internal.h"

#include <string.h>

#include "base/secret.h"

/* What is signed, which both sides can write down. */
static bool
put_in_words(X509 *old, const char *site, int serial, const char *certificate,
			 Text *words, Error *error)
{
	char		before[SEAL_FINGERPRINT_SIZE];
	char		after[SEAL_FINGERPRINT_SIZE];

	if (!seal_certificate_fingerprint(certificate, after, error))
		return false;
	seal_fingerprint(old, before);
	text_addf(words, "qsrepl-transport-key 1\nsite %s\nserial %d\nold %s\n"
			  "new %s\n", site, serial, before, after);
	return true;
}

bool
seal_succession_make(const SealKey *old, const char *site, int serial,
					 const char *certificate, Text *statement, Error *error)
{
	Text		words = {NULL, 0, 0};
	bool		good = put_in_words(old->certificate, site, serial,
									certificate, &words, error) &&
	seal_sign(old, &words, statement, error);

	text_free(&words);
	return good;
}

bool
seal_succession_check(const char *old, const char *site, int serial,
					  const char *certificate, const void *statement,
					  size_t len, Error *error)
{
	X509	   *signer = seal_certificate(old, error);
	Text		words = {NULL, 0, 0};
	Text		said = {NULL, 0, 0};
	bool		good = signer != NULL &&
	put_in_words(signer, site, serial, certificate, &words, error) &&
	seal_verify(statement, len, signer, &said, error);

	if (good && (said.len != words.len ||
				 memcmp(said.bytes, words.bytes, words.len) != 0))
		good = error_set(error, NULL, NULL,
						 "the statement is about another certificate");
	X509_free(signer);
	text_free(&words);
	text_free(&said);
	return good;
}
