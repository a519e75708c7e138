/*
 * certificate.c
 *		The certificates of transport and recovery keys.
 */
#include "seal/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/memory.h"

#define SERIAL_BITS 127
#define DAY_SECONDS (24L * 60 * 60)

/* A number that nothing else has: CMS finds recipients by it. */
static bool
set_serial(X509 * certificate)
{
	BIGNUM	   *number = BN_new();
	bool		good = number != NULL &&
	BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

	BN_free(number);
	return good;
}

static bool
set_usage(X509 * certificate)
{
	X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage,
												"critical,digitalSignature,"
												"keyEncipherment");
	bool		good = usage != NULL &&
	X509_add_ext(certificate, usage, -1) == 1;

	X509_EXTENSION_free(usage);
	return good;
}

/* By seconds from now: valid an hour ago, where clocks differ. */
static bool
set_times(X509 * certificate, int years)
{
	return X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
		X509_time_adj_ex(X509_getm_notAfter(certificate), years * 365, 0,
						 NULL) != NULL;
}

static bool
set_name(X509 * certificate, const char *name)
{
	X509_NAME  *subject = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
									  (const unsigned char *) name, -1, -1,
									  0) == 1 &&
		X509_set_issuer_name(certificate, subject) == 1;
}

X509 *
seal_certificate_make(EVP_PKEY * key, const char *name, int years)
{
	X509	   *certificate = X509_new();

	if (certificate != NULL && X509_set_version(certificate, 2) == 1 &&
		set_serial(certificate) && set_times(certificate, years) &&
		set_name(certificate, name) && set_usage(certificate) &&
		X509_set_pubkey(certificate, key) == 1 &&
		X509_sign(certificate, key, EVP_sha256()) > 0)
		return certificate;
	X509_free(certificate);
	return NULL;
}

X509 *
seal_certificate(const char *pem, Error *error)
{
	BIO		   *bio = BIO_new_mem_buf(pem, -1);
	X509	   *certificate = bio != NULL ?
	PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	X509	   *second = certificate != NULL ?
	PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (certificate == NULL || second != NULL)
	{
		X509_free(certificate);
		certificate = NULL;
		crypto_error(error, "Have the site that it is from make it "
					 "known once more.", "invalid certificate");
	}
	ERR_clear_error();
	X509_free(second);
	return certificate;
}

void
seal_fingerprint(const X509 * certificate,
				 char fingerprint[SEAL_FINGERPRINT_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &len) != 1)
		len = 0;
	for (unsigned int i = 0; i < len && i < SEAL_FINGERPRINT_SIZE / 2; i++)
		snprintf(fingerprint + 2 * (size_t) i, 3, "%02x", digest[i]);
	fingerprint[2 * (size_t) len] = '\0';
}

bool
seal_certificate_fingerprint(const char *pem,
							 char fingerprint[SEAL_FINGERPRINT_SIZE],
							 Error *error)
{
	X509	   *certificate = seal_certificate(pem, error);

	if (certificate == NULL)
		return false;
	seal_fingerprint(certificate, fingerprint);
	X509_free(certificate);
	return true;
}

char *
seal_pem(const X509 * certificate)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	Text		text = {NULL, 0, 0};
	char	   *bytes;
	long		len;

	if (bio != NULL && PEM_write_bio_X509(bio, certificate) == 1)
	{
		len = BIO_get_mem_data(bio, &bytes);
		text_add_bytes(&text, bytes, (size_t) len);
	}
	BIO_free(bio);
	return text_take(&text);
}

bool
seal_certificate_end(const char *pem, int64_t * end_ms, Error *error)
{
	X509	   *certificate = seal_certificate(pem, error);
	ASN1_TIME  *epoch = ASN1_TIME_set(NULL, 0);
	int			days = 0;
	int			seconds = 0;
	bool		good = certificate != NULL;

	if (good && (epoch == NULL ||
				 ASN1_TIME_diff(&days, &seconds, epoch,
								X509_get0_notAfter(certificate)) != 1))
		good = crypto_error(error, "Have the site that it is from make it "
							"known once more.", "invalid certificate");
	*end_ms = ((int64_t) days * DAY_SECONDS + seconds) * 1000;
	ASN1_TIME_free(epoch);
	X509_free(certificate);
	return good;
}
