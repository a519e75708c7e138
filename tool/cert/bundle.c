/*
 * bundle.c
 *		A whole set in one file that a password protects.
 *
 * CMS AuthEnvelopedData (RFC 5083) with a password recipient (RFC 3211): the
 * password is stretched by PBKDF2 and wraps the key.
 */
#include "cert/bundle.h"

#include <limits.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/secret.h"
#include "cert/internal.h"

/* PBKDF2 with HMAC-SHA1, libcrypto's for CMS; as is advised for it. */
#define ITERATIONS 1300000

/* The wrapping of a password's key costs no more than this. */
#define PASSWORD_BYTES_MAX 1024

static bool
good_password(const char *password, Error *error)
{
	size_t		len = strlen(password);

	if (len >= CERT_BUNDLE_PASSWORD_MIN && len <= PASSWORD_BYTES_MAX)
		return true;
	return error_set(error, NULL, "Use a long one: the file holds the site's "
					 "private keys.",
					 "a password of %d to %d bytes is needed for the file",
					 CERT_BUNDLE_PASSWORD_MIN, PASSWORD_BYTES_MAX);
}

/* The content sealed, or NULL. */
static CMS_ContentInfo *
seal(const Text *content, const char *password)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL;
	CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), flags);
	BIO		   *bio = BIO_new_mem_buf(content->bytes, (int) content->len);

	if (cms != NULL && bio != NULL &&
		CMS_add0_recipient_password(cms, ITERATIONS, NID_undef, NID_undef,
									(unsigned char *) OPENSSL_strdup(password),
									(ossl_ssize_t) strlen(password),
									EVP_aes_256_cbc()) != NULL &&
		CMS_final(cms, bio, NULL, CMS_BINARY) == 1)
	{
		BIO_free(bio);
		return cms;
	}
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	return NULL;
}

bool
cert_bundle_write(const CertSet *set, const char *password, Text *bytes,
				  Error *error)
{
	Text		content = {NULL, 0, 0};
	CMS_ContentInfo *cms = NULL;
	unsigned char *der = NULL;
	int			len = -1;

	if (!good_password(password, error) ||
		!cert_set_pack(set, &content, error))
		return false;
	cms = seal(&content, password);
	secret_free(&content);
	secret_stack();
	if (cms != NULL)
		len = i2d_CMS_ContentInfo(cms, &der);
	if (len > 0)
		text_add_bytes(bytes, der, (size_t) len);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	return len > 0 || crypto_error(error, CRYPTO_HINT, "could not encrypt set of "
								   "certificates");
}

bool
cert_bundle_is(const Text *bytes)
{
	const unsigned char *end = (const unsigned char *) bytes->bytes;
	CMS_ContentInfo *cms = bytes->len > 0 && bytes->len < INT_MAX ?
	d2i_CMS_ContentInfo(NULL, &end, (long) bytes->len) : NULL;
	bool		is = cms != NULL;

	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return is;
}

/* What was sealed, once its checksum is right. */
static bool
open_sealed(CMS_ContentInfo * cms, const char *password, Text *content)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *bytes;
	unsigned char *copy = (unsigned char *) OPENSSL_strdup(password);
	bool		good = bio != NULL && copy != NULL &&
	OBJ_obj2nid(CMS_get0_type(cms)) == NID_id_smime_ct_authEnvelopedData &&
	CMS_decrypt_set1_password(cms, copy, (ossl_ssize_t) strlen(password)) ==
	1 && CMS_decrypt(cms, NULL, NULL, NULL, bio, CMS_BINARY) == 1;

	if (good)
	{
		long		len = BIO_get_mem_data(bio, &bytes);

		secret_add(content, bytes, len > 0 ? (size_t) len : 0);
	}
	OPENSSL_clear_free(copy, strlen(password));
	BIO_free(bio);
	return good;
}

bool
cert_bundle_read(const Text *bytes, const char *password, CertSet *set,
				 Error *error)
{
	const unsigned char *end = (const unsigned char *) bytes->bytes;
	CMS_ContentInfo *cms = bytes->len > 0 && bytes->len < INT_MAX ?
	d2i_CMS_ContentInfo(NULL, &end, (long) bytes->len) : NULL;
	Text		content = {NULL, 0, 0};
	bool		good;

	*set = (CertSet) CERT_SET_NONE;
	if (cms == NULL)
		return crypto_error(error, "Look whether the file is complete, and export "
							"it once more.", "could not read encrypted set of "
							"certificates");
	good = open_sealed(cms, password, &content);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	if (!good)
		error_set(error, "The password is wrong, or the file was changed.",
				  "Give the password that it was made with, or have it brought once more.", "could not open encrypted set of certificates");
	else
		good = cert_set_unpack(content.bytes, content.len, set, error);
	secret_free(&content);
	secret_stack();
	return good;
}
