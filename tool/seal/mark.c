/*
 * mark.c
 *		Plain signatures; and the stack.
 */
#include "seal/internal.h"
#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

/* More than libcrypto's buffers there. */
#define STACK_BYTES 32768

static bool
use_pss(EVP_PKEY_CTX * parameters)
{
	return EVP_PKEY_CTX_set_rsa_padding(parameters,
										RSA_PKCS1_PSS_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters,
										 RSA_PSS_SALTLEN_DIGEST) > 0;
}

bool
seal_put_mark(const SealKey *key, Text *bytes, Error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	unsigned char mark[SEAL_MARK_SIZE];
	size_t		len = sizeof(mark);
	bool		good = context != NULL &&
	EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL,
					   key->key) == 1 && use_pss(parameters) &&
	EVP_DigestSign(context, mark, &len, (unsigned char *) bytes->bytes,
				   bytes->len) == 1 && len == sizeof(mark);

	EVP_MD_CTX_free(context);
	if (!good)
		return crypto_error(error, CRYPTO_HINT, "could not sign");
	text_add_bytes(bytes, mark, len);
	return true;
}

bool
seal_has_mark(const void *bytes, size_t len, X509 * signer)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	const unsigned char *start = bytes;
	bool		good = len > SEAL_MARK_SIZE && context != NULL &&
	EVP_DigestVerifyInit(context, &parameters, EVP_sha256(), NULL,
						 X509_get0_pubkey(signer)) == 1 &&
	use_pss(parameters) &&
	EVP_DigestVerify(context, start + len - SEAL_MARK_SIZE, SEAL_MARK_SIZE,
					 start, len - SEAL_MARK_SIZE) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good;
}

void
seal_burn_stack(void)
{
	unsigned char room[STACK_BYTES];

	OPENSSL_cleanse(room, sizeof(room));
}
