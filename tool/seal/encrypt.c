/*
 * encrypt.c
 *		CMS AuthEnvelopedData: AES-256-GCM, its key to each recipient.
 *
 * To RSA by OAEP with SHA-256; to elliptic curves by ephemeral ECDH with the
 * key derivation of X9.63 and SHA-256 (RFC 5753), which wraps the content's
 * key with AES-256.
 */
#include "seal/internal.h"

#include <limits.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/secret.h"

static bool
add_recipient(CMS_ContentInfo * cms, X509 * certificate, bool curves)
{
	CMS_RecipientInfo *recipient = CMS_add1_recipient_cert(cms, certificate,
														   CMS_KEY_PARAM);
	EVP_PKEY_CTX *context = recipient != NULL ?
	CMS_RecipientInfo_get0_pkey_ctx(recipient) : NULL;

	if (context == NULL)
		return false;
	if (curves &&
		EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) != EVP_PKEY_RSA)
		return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0;
}

/* What comes out is no secret. */
static bool
encode(CMS_ContentInfo * cms, Text *der)
{
	unsigned char *bytes = NULL;
	int			len = i2d_CMS_ContentInfo(cms, &bytes);

	if (len <= 0)
		return false;
	text_add_bytes(der, bytes, (size_t) len);
	OPENSSL_free(bytes);
	return true;
}

bool
seal_encrypt(X509 * const *recipients, size_t n, bool curves,
			 const void *bytes, size_t len, Text *der, Error *error)
{
	CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(),
									   CMS_PARTIAL | CMS_BINARY);
	BIO		   *bio = BIO_new_mem_buf(len > 0 ? bytes : "", (int) len);
	bool		good = cms != NULL && bio != NULL;

	for (size_t i = 0; i < n; i++)
		good = good && add_recipient(cms, recipients[i], curves);
	der->len = 0;
	good = good && CMS_final(cms, bio, NULL, CMS_BINARY) == 1 &&
		encode(cms, der);
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	return good || crypto_error(error, CRYPTO_HINT, "could not encrypt");
}

bool
seal_decrypt(const SealKey *key, const void *der, size_t len, Text *bytes,
			 Error *error)
{
	const unsigned char *at = der;
	CMS_ContentInfo *cms = len <= LONG_MAX ?
	d2i_CMS_ContentInfo(NULL, &at, (long) len) : NULL;
	BIO		   *out = BIO_new(BIO_s_mem());
	char	   *plain;
	long		n;
	bool		good = cms != NULL && out != NULL &&
	at == (const unsigned char *) der + len &&
	OBJ_obj2nid(CMS_get0_type(cms)) == NID_id_smime_ct_authEnvelopedData &&
	CMS_decrypt(cms, key->key, key->certificate, NULL, out, CMS_BINARY) == 1;

	secret_free(bytes);
	if (good)
	{
		n = BIO_get_mem_data(out, &plain);
		secret_add(bytes, plain, (size_t) n);
	}
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	if (!good)
		return crypto_error(error, "It was made for another key, or changed on "
							"its way: have it made and brought once more.",
							"could not decrypt");
	ERR_clear_error();
	return true;
}
