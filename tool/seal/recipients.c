/*
 * recipients.c
 *		Certificates to encrypt to.
 */
#include "seal/recipients.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "base/memory.h"
#include "platform/file.h"

#define RSA_BITS_MIN 2048
#define FILE_MAX ((size_t) 64 * 1024)

/* Which RFC 5652's ways to give a key on need. */
static bool
can_encrypt(X509 * certificate, const char *name, Error *error)
{
	EVP_PKEY   *key = X509_get0_pubkey(certificate);
	int			type = key != NULL ? EVP_PKEY_get_base_id(key) : NID_undef;

	if (type == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN)
		return true;
	if (type == EVP_PKEY_EC)
		return true;
	return error_set(error, "It must be RSA with at least 2048 bits, or of an "
					 "elliptic curve as P-256.", NULL,
					 "cannot encrypt to the key of certificate \"%s\"", name);
}

/* In one line. */
static char *
subject_of(const X509 * certificate)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	Text		text = {NULL, 0, 0};
	char	   *bytes;
	long		len;

	if (bio != NULL &&
		X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0,
						   XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
	{
		len = BIO_get_mem_data(bio, &bytes);
		text_add_bytes(&text, bytes, (size_t) len);
	}
	BIO_free(bio);
	return text_take(&text);
}

bool
seal_recipients_add(SealRecipients **recipients, const char *pem,
					const char *name, Error *error)
{
	X509	   *certificate = seal_certificate(pem, error);
	SealRecipients *all = *recipients;

	if (certificate == NULL)
	{
		error_take_message(error, text_format("could not read the certificate "
											  "in \"%s\"", name));
		return false;
	}
	if (!can_encrypt(certificate, name, error) ||
		(all != NULL && all->n == SEAL_RECIPIENTS_MAX &&
		 !error_set(error, NULL, NULL, "more than %d certificates to encrypt "
					"to", SEAL_RECIPIENTS_MAX)))
	{
		X509_free(certificate);
		return false;
	}
	if (all == NULL)
	{
		all = mem_alloc(sizeof(SealRecipients));
		all->n = 0;
		*recipients = all;
	}
	seal_fingerprint(certificate, all->list[all->n].fingerprint);
	all->list[all->n].subject = subject_of(certificate);
	all->list[all->n++].certificate = certificate;
	return true;
}

bool
seal_recipients_read(SealRecipients **recipients, const char *path,
					 Error *error)
{
	Text		pem = {NULL, 0, 0};
	bool		good = plat_file_read(path, FILE_MAX, &pem, error) &&
	seal_recipients_add(recipients, pem.bytes != NULL ? pem.bytes : "", path,
						error);

	text_free(&pem);
	return good;
}

void
seal_recipients_free(SealRecipients *recipients)
{
	if (recipients == NULL)
		return;
	for (size_t i = 0; i < recipients->n; i++)
	{
		X509_free(recipients->list[i].certificate);
		free(recipients->list[i].subject);
	}
	free(recipients);
}

size_t
seal_recipients_count(const SealRecipients *recipients)
{
	return recipients != NULL ? recipients->n : 0;
}

const char *
seal_recipients_fingerprint(const SealRecipients *recipients, size_t i)
{
	return recipients->list[i].fingerprint;
}

const char *
seal_recipients_subject(const SealRecipients *recipients, size_t i)
{
	return recipients->list[i].subject;
}
