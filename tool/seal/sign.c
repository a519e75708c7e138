/*
 * sign.c
 *		CMS SignedData: RSA-PSS with SHA-256, by one signer that is pinned.
 *
 * Certificates are not validated: a pinned one is trusted as it is.  Signed
 * attributes must be there, so that attributes of one message cannot be shown
 * as the content of another.
 */
#include "seal/internal.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/secret.h"

#define VERIFY_FLAGS \
	(CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY)

/* The parsed copy of what may be secret. */
static void
wipe_content(CMS_ContentInfo * cms)
{
	ASN1_OCTET_STRING **content = cms != NULL ? CMS_get0_content(cms) : NULL;

	if (content != NULL && *content != NULL && (*content)->data != NULL)
		OPENSSL_cleanse((*content)->data, (size_t) (*content)->length);
	CMS_ContentInfo_free(cms);
}

/* The signer's parameters: PSS with a salt as long as the digest. */
static bool
add_signer(CMS_ContentInfo * cms, const SealKey *key)
{
	CMS_SignerInfo *signer = CMS_add1_signer(cms, key->certificate, key->key,
											 EVP_sha256(), CMS_BINARY |
											 CMS_NOSMIMECAP |
											 CMS_KEY_PARAM);
	EVP_PKEY_CTX *context = signer != NULL ?
	CMS_SignerInfo_get0_pkey_ctx(signer) : NULL;

	return context != NULL &&
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(context,
										 RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* Encode into memory that is wiped when it is outgrown. */
static bool
encode(CMS_ContentInfo * cms, Text *der)
{
	int			len = i2d_CMS_ContentInfo(cms, NULL);
	unsigned char *bytes = len > 0 ? OPENSSL_malloc((size_t) len) : NULL;
	unsigned char *end = bytes;
	bool		good = bytes != NULL && i2d_CMS_ContentInfo(cms, &end) == len;

	if (good)
		secret_add(der, bytes, (size_t) len);
	if (bytes != NULL)
		OPENSSL_clear_free(bytes, (size_t) len);
	return good;
}

bool
seal_sign(const SealKey *key, const Text *bytes, Text *der, Error *error)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL,
									CMS_PARTIAL | CMS_BINARY);
	BIO		   *bio = BIO_new_mem_buf(bytes->bytes, (int) bytes->len);
	bool		good = cms != NULL && bio != NULL && add_signer(cms, key) &&
	CMS_final(cms, bio, NULL, CMS_BINARY) == 1;

	secret_free(der);
	good = good && encode(cms, der);
	BIO_free(bio);
	wipe_content(cms);
	return good || crypto_error(error, CRYPTO_HINT, "could not sign");
}

static CMS_ContentInfo *
decode(const void *der, size_t len)
{
	const unsigned char *at = der;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) len);

	if (cms != NULL && (at != (const unsigned char *) der + len ||
						OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed))
	{
		wipe_content(cms);
		cms = NULL;
	}
	return cms;
}

/* Is there one signer, whose attributes are signed, and plain data? */
static bool
is_plain(CMS_ContentInfo * cms)
{
	STACK_OF(CMS_SignerInfo) * signers = CMS_get0_SignerInfos(cms);

	return sk_CMS_SignerInfo_num(signers) == 1 &&
		CMS_signed_get_attr_count(sk_CMS_SignerInfo_value(signers, 0)) > 0 &&
		OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_pkcs7_data &&
		!CMS_is_detached(cms);
}

bool
seal_verify(const void *der, size_t len, X509 * signer, Text *inner,
			Error *error)
{
	CMS_ContentInfo *cms = decode(der, len);

	STACK_OF(X509) * signers = sk_X509_new_null();
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *bytes;
	long		n;
	bool		good = cms != NULL && signers != NULL && bio != NULL &&
	is_plain(cms) && sk_X509_push(signers, signer) > 0 &&
	CMS_verify(cms, signers, NULL, NULL, bio, VERIFY_FLAGS) == 1;

	secret_free(inner);
	if (good)
	{
		n = BIO_get_mem_data(bio, &bytes);
		secret_add(inner, bytes, (size_t) n);
	}
	sk_X509_free(signers);
	BIO_free(bio);
	wipe_content(cms);
	return good || crypto_error(error, "It was changed on its way, or "
								"signed by another key: have it sealed and brought once more.", "the signature is wrong");
}

X509 *
seal_embedded(const void *der, size_t len)
{
	CMS_ContentInfo *cms = decode(der, len);

	STACK_OF(X509) * list = cms != NULL ? CMS_get1_certs(cms) : NULL;
	X509	   *found = NULL;

	if (sk_X509_num(list) == 1)
	{
		found = sk_X509_value(list, 0);
		X509_up_ref(found);
	}
	sk_X509_pop_free(list, X509_free);
	wipe_content(cms);
	ERR_clear_error();
	return found;
}
