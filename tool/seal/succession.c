/*
 * succession.c
 *		From an old transport key to a new one.
 */
#include "seal/internal.h"

/* What is signed, which both sides can write down. */
static bool
put_in_words(X509 * old, const char *site, int serial, const char *certificate,
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
	bool		good;

	text_free(statement);
	good = put_in_words(old->certificate, site, serial, certificate, &words,
						error);
	if (good)
	{
		const size_t len = words.len;

		good = seal_put_mark(old, &words, error);
		if (good)
			text_add_bytes(statement, words.bytes + len, words.len - len);
	}
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
	bool		good = signer != NULL &&
	put_in_words(signer, site, serial, certificate, &words, error);

	if (good)
	{
		text_add_bytes(&words, statement, len);
		good = (len == SEAL_MARK_SIZE &&
				seal_has_mark(words.bytes, words.len, signer)) ||
			error_set(error, NULL, NULL, "the certificate of site \"%s\" is "
					  "not signed by the key before it", site);
	}
	X509_free(signer);
	text_free(&words);
	return good;
}
