/*
 * identity.c
 *		Which set it is, wherever it is kept.
 */
#include "cert/cert.h"
#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "cert/internal.h"

bool
cert_set_identify(const CertSet *set, Text *bytes, Error *error)
{
	text_free(bytes);
	for (size_t i = 0; i < set->n; i++)
	{
		unsigned char *der = NULL;
		const char	role = (char) set->entries[i].role;
		int			len;

		if (role != CERT_ROOT && role != CERT_CLIENT)
			continue;
		len = i2d_X509(set->entries[i].certificate, &der);
		if (len < 0)
			return crypto_error(error, CRYPTO_HINT, "could not encode a certificate");
		text_add_bytes(bytes, &role, 1);
		text_add_bytes(bytes, der, (size_t) len);
		OPENSSL_free(der);
	}
	return true;
}
