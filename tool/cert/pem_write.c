/*
 * pem_write.c
 *		PEM files as Qlik Sense has them: a certificate, and its key apart in
 *		PKCS#1; a key with a password in PKCS#8, by AES.
 *
 * What Windows keeps beside a certificate stands in front of it as text, as
 * "openssl pkcs12" writes it: programs pass over it.
 */
#include "cert/pool.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/secret.h"
#include "cert/internal.h"

#define ITERATIONS 100000

static void
add_attributes(const CertEntry *entry, bool key, Text *bytes)
{
	text_add(bytes, "Bag Attributes\n");
	if (entry->local_id != NULL)
	{
		text_add(bytes, "    localKeyID:");
		for (size_t i = 0; i < entry->local_id_len; i++)
			text_addf(bytes, " %02X", entry->local_id[i]);
		text_add(bytes, "\n");
	}
	if (entry->friendly_name != NULL)
		text_addf(bytes, "    friendlyName: %s\n", entry->friendly_name);
	if (key && entry->provider != NULL)
		text_addf(bytes, "    Microsoft CSP Name: %s\n", entry->provider);
}

static void
add_bio(BIO * bio, Text *bytes)
{
	char	   *content;
	long		len = BIO_get_mem_data(bio, &content);

	if (len > 0)
		secret_add(bytes, content, (size_t) len);
}

bool
cert_write_certificate(const CertEntry *entry, Text *bytes, Error *error)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	bool		good = bio != NULL &&
	PEM_write_bio_X509(bio, entry->certificate) == 1;

	if (good)
	{
		add_attributes(entry, false, bytes);
		add_bio(bio, bytes);
	}
	BIO_free(bio);
	return good || crypto_error(error, CRYPTO_HINT, "could not write certificate as "
								"PEM");
}

static bool
write_encrypted(BIO * bio, const EVP_PKEY * key, const char *password)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	X509_SIG   *sealed = info != NULL ?
	PKCS8_encrypt(-1, EVP_aes_256_cbc(), password, (int) strlen(password),
				  NULL, 0, ITERATIONS, info) : NULL;
	bool		good = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;

	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(info);
	return good;
}

bool
cert_write_key(const CertEntry *entry, const char *password, Text *bytes,
			   Error *error)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	bool		good = bio != NULL;

	if (good && password != NULL)
		good = write_encrypted(bio, entry->key, password);
	else if (good)
		good = PEM_write_bio_PrivateKey_traditional(bio, entry->key, NULL,
													NULL, 0, NULL, NULL) == 1;
	if (good)
	{
		add_attributes(entry, true, bytes);
		add_bio(bio, bytes);
	}
	BIO_free(bio);
	return good || crypto_error(error, CRYPTO_HINT, "could not write private key as "
								"PEM");
}
