/*
 * digest.c
 *		SHA-256 of what comes in pieces.
 */
#include "base/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "base/crypto.h"
#include "base/exitcode.h"
#include "base/memory.h"

#define BYTES 32

struct Digest
{
	EVP_MD	   *algorithm;		/* fetched once: that is what takes long */
	EVP_MD_CTX *context;
};

static void
must(int good)
{
	Error		error = ERROR_NONE;

	if (good == 1)
		return;
	crypto_error(&error, CRYPTO_HINT, "could not compute a checksum");
	error_report(&error);
	exit(EXIT_OUT_OF_MEMORY);
}

Digest *
digest_new(void)
{
	Digest	   *digest = mem_alloc(sizeof(Digest));

	digest->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest->context = EVP_MD_CTX_new();
	must(digest->algorithm != NULL && digest->context != NULL &&
		 EVP_DigestInit_ex(digest->context, digest->algorithm, NULL));
	return digest;
}

void
digest_free(Digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->algorithm);
	free(digest);
}

void
digest_add(Digest *digest, const void *bytes, size_t len)
{
	must(EVP_DigestUpdate(digest->context, bytes, len));
}

void
digest_end(Digest *digest, char hexadecimal[DIGEST_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[BYTES];

	must(EVP_DigestFinal_ex(digest->context, bytes, NULL) &&
		 EVP_DigestInit_ex(digest->context, NULL, NULL));
	for (size_t i = 0; i < BYTES; i++)
	{
		hexadecimal[2 * i] = digits[bytes[i] >> 4];
		hexadecimal[2 * i + 1] = digits[bytes[i] & 15];
	}
	hexadecimal[2 * BYTES] = '\0';
}
