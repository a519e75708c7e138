/*
 * key.c
 *		Private keys.
 */
#include "cert/internal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/memory.h"

/* A kind and a size that is worked with. */
static bool
is_usable(const EVP_PKEY * key)
{
	int			id = EVP_PKEY_get_base_id(key);

	return (id == EVP_PKEY_RSA || id == EVP_PKEY_EC) &&
		EVP_PKEY_get_bits(key) > 0 &&
		EVP_PKEY_get_bits(key) <= CERT_KEY_BITS_MAX;
}

EVP_PKEY *
cert_key_decode(const unsigned char *der, size_t len)
{
	const unsigned char *end = der;
	EVP_PKEY   *key = len > 0 && len <= CERT_SET_BYTES ?
	d2i_AutoPrivateKey(NULL, &end, (long) len) : NULL;

	if (key != NULL && (end != der + len || !is_usable(key)))
	{
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

unsigned char *
cert_key_encode(const EVP_PKEY * key, size_t *len)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int			n = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	*len = n > 0 ? (size_t) n : 0;
	return n > 0 ? der : NULL;
}

bool
cert_key_fits(X509 * certificate, const EVP_PKEY * key)
{
	bool		fits = X509_check_private_key(certificate, key) == 1;

	ERR_clear_error();
	return fits;
}

void
cert_key_id(X509 * certificate, unsigned char id[32])
{
	unsigned char *der = NULL;
	int			len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	memset(id, 0, 32);
	if (len > 0)
		EVP_Digest(der, (size_t) len, id, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
}

char *
cert_copy(const char *string)
{
	return string != NULL ? mem_strdup(string) : NULL;
}

const char *
cert_base_name(const char *path)
{
	const char *base = path;

	for (const char *c = path; *c != '\0'; c++)
		if (*c == '/' || *c == '\\')
			base = c + 1;
	return base;
}
