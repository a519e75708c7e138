/*
 * pfx_write.c
 *		PFX files, for Windows and for others.
 */
#include "cert/pool.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "base/secret.h"
#include "cert/internal.h"

#define ITERATIONS 100000

/* What is written, and how. */
typedef struct Work
{
	const CertEntry *entry;
	const char *password;
	int			cipher;			/* NID */
	unsigned char id[EVP_MAX_MD_SIZE];	/* local key id, where it has none */
	unsigned	id_len;
} Work;

/* Windows shows the name, and finds the key by the id. */
static bool
add_names(const Work *work, PKCS12_SAFEBAG * bag)
{
	const CertEntry *entry = work->entry;
	const char *name = entry->friendly_name;
	bool		own = entry->local_id != NULL;

	if (name != NULL && !PKCS12_add_friendlyname_utf8(bag, name, -1))
		return false;
	if (!own && entry->key == NULL)
		return true;
	/* libcrypto copies it, but does not say so. */
	return PKCS12_add_localkeyid(bag, own ? entry->local_id :
								 (unsigned char *) (uintptr_t) work->id,
								 own ? (int) entry->local_id_len :
								 (int) work->id_len) == 1;
}

static bool
add_certificate(const Work *work, STACK_OF(PKCS7) * *safes)
{
	STACK_OF(PKCS12_SAFEBAG) * bags = NULL;
	PKCS12_SAFEBAG *bag = PKCS12_add_cert(&bags, work->entry->certificate);
	bool		good = bag != NULL && add_names(work, bag) &&
	PKCS12_add_safe(safes, bags, work->cipher, ITERATIONS,
					work->password) == 1;

	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return good;
}

/* The key in a bag of its own, encrypted; NULL on an error. */
static PKCS12_SAFEBAG *
key_bag(const Work *work)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(work->entry->key);
	PKCS12_SAFEBAG *bag = info != NULL ?
	PKCS12_SAFEBAG_create_pkcs8_encrypt(work->cipher, work->password, -1,
										NULL, 0, ITERATIONS, info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return bag;
}

static bool
add_key(const Work *work, STACK_OF(PKCS7) * *safes)
{
	STACK_OF(PKCS12_SAFEBAG) * bags = sk_PKCS12_SAFEBAG_new_null();
	PKCS12_SAFEBAG *bag = key_bag(work);
	const char *provider = work->entry->provider != NULL ?
	work->entry->provider : CERT_PROVIDER;
	bool		good = bags != NULL && bag != NULL;

	if (good && sk_PKCS12_SAFEBAG_push(bags, bag) > 0)
	{
		good = add_names(work, bag) &&
			PKCS12_add1_attr_by_NID(bag, NID_ms_csp_name, MBSTRING_UTF8,
									(const unsigned char *) provider, -1) ==
			1 &&
			PKCS12_add_safe(safes, bags, -1, 0, NULL) == 1;
		bag = NULL;
	}
	PKCS12_SAFEBAG_free(bag);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return good;
}

static bool
add_encoded(PKCS12 * container, Text *bytes)
{
	unsigned char *der = NULL;
	int			len = container != NULL ? i2d_PKCS12(container, &der) : -1;

	if (len > 0)
		secret_add(bytes, der, (size_t) len);
	OPENSSL_free(der);
	return len > 0;
}

bool
cert_write_pfx(const CertEntry *entry, const char *password, bool old,
			   Text *bytes, Error *error)
{
	Work		work = {.entry = entry,.password = password,
		.cipher = old ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC :
	NID_aes_256_cbc};

	STACK_OF(PKCS7) * safes = NULL;
	PKCS12	   *container = NULL;
	bool		good = X509_digest(entry->certificate, EVP_sha1(), work.id,
								   &work.id_len) == 1 &&
	add_certificate(&work, &safes) &&
	(entry->key == NULL || add_key(&work, &safes));

	if (good)
		container = PKCS12_add_safes(safes, 0);
	good = container != NULL &&
		PKCS12_set_mac(container, password, -1, NULL, 0, ITERATIONS,
					   old ? EVP_sha1() : EVP_sha256()) == 1 &&
		add_encoded(container, bytes);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(container);
	return good || crypto_error(error, CRYPTO_HINT, "could not write certificate as "
								"PFX");
}
