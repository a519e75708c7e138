/*
 * encrypt.c
 *		CMS AuthEnvelopedData: AES-256-GCM, its key to each recipient by
 *		RSA-OAEP with SHA-256.
 */
#include "seal/internal.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/rsa.h>

#include "base/secret.h"

static bool
add_recipient(CMS_ContentInfo * cms, X509 * certificate)
{
	CMS_RecipientInfo *recipient = CMS_add1_recipient_cert(cms, certificate,
														   CMS_KEY_PARAM);
	EVP_PKEY_CTX *context = recipient != NULL ?
	CMS_RecipientInfo_get0_pkey_ctx(recipient) : NULL;

	return context != NULL &&
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0;
}

/* What comes out is no secret. */
static bool
encode(CMS_ContentInfo * cms, Text *der)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	bool		good = bio != NULL && i2d_CMS_bio(bio, cms) == 1;
	char	   *bytes;
	long		n;

	if (good)
	{
		n = BIO_get_mem_data(bio, &bytes);
		text_add_bytes(der, bytes, (size_t) n);
	}
	BIO_free(bio);
	return good;
}

bool
seal_encrypt(X509 * const *recipients, int n, const Text *bytes, Text *der,
			 Error *error)
{
	CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(),
									   CMS_PARTIAL | CMS_BINARY);
	BIO		   *bio = BIO_new_mem_buf(bytes->bytes, (int) bytes->len);
	bool		good = cms != NULL && bio != NULL;

	for (int i = 0; i < n; i++)
		good = good && add_recipient(cms, recipients[i]);
	text_free(der);
	good = good && CMS_final(cms, bio, NULL, CMS_BINARY) == 1 &&
		encode(cms, der);
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	return good || seal_error(error, CRYPTO_HINT, "could not encrypt");
}

bool
seal_decrypt(const void *der, size_t len, const SealKey *key, Text *bytes,
			 Error *error)
{
	const unsigned char *at = der;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) len);
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *plain;
	long		n;
	bool		good = cms != NULL && bio != NULL &&
	at == (const unsigned char *) der + len &&
	OBJ_obj2nid(CMS_get0_type(cms)) == NID_id_smime_ct_authEnvelopedData &&
	CMS_decrypt(cms, key->key, key->certificate, NULL, bio, CMS_BINARY) == 1;

	secret_free(bytes);
	if (good)
	{
		n = BIO_get_mem_data(bio, &plain);
		secret_add(bytes, plain, (size_t) n);
	}
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	return good || seal_error(error, "It was made for another key, or "
							  "changed on its way: have it made and brought once more.", "could not decrypt");
}
