/*
 * describe.c
 *		What people and programs want to know of a certificate.
 */
#include "cert/describe.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/utf8.h"
#include "cert/internal.h"

static void
hex(const unsigned char *bytes, size_t len, const char *digits, char *out)
{
	for (size_t i = 0; i < len; i++)
	{
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

void
cert_thumbprint(X509 * certificate, char thumbprint[CERT_THUMBPRINT_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE] = {0};

	X509_digest(certificate, EVP_sha1(), digest, NULL);
	hex(digest, 20, "0123456789ABCDEF", thumbprint);
}

/* An ASN.1 string as UTF-8 without control characters; NULL: it is none. */
static const char *
text_of(const ASN1_STRING * string, Arena *arena)
{
	unsigned char *utf8 = NULL;
	int			len = ASN1_STRING_to_UTF8(&utf8, string);
	char	   *text = NULL;

	if (len >= 0)
	{
		text = arena_alloc(arena, (size_t) len + 1);
		for (int i = 0; i < len; i++)
			text[i] = utf8[i] < 0x20 || utf8[i] == 0x7f ? '?' : (char) utf8[i];
	}
	OPENSSL_free(utf8);
	return text;
}

const char *
cert_common_name(X509 * certificate, Arena *arena)
{
	const		X509_NAME *name = X509_get_subject_name(certificate);
	int			place = -1;
	int			last = -1;

	while ((place = X509_NAME_get_index_by_NID(name, NID_commonName,
											   place)) >= 0)
		last = place;
	if (last < 0)
		return NULL;
	return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)),
				   arena);
}

static const char *
name_of(const X509_NAME * name, Arena *arena)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *bytes;
	long		len;
	char	   *text;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(bio, &bytes);
	text = arena_alloc(arena, (size_t) len + 1);
	if (len > 0)
		memcpy(text, bytes, (size_t) len);
	BIO_free(bio);
	return text;
}

static int64_t
ms_of(const ASN1_TIME * time)
{
	ASN1_TIME  *epoch = ASN1_TIME_set(NULL, 0);
	int			days = 0;
	int			seconds = 0;

	ASN1_TIME_diff(&days, &seconds, epoch, time);
	ASN1_TIME_free(epoch);
	return ((int64_t) days * 86400 + seconds) * 1000;
}

static const char *
serial_of(X509 * certificate, Arena *arena)
{
	BIGNUM	   *number = ASN1_INTEGER_to_BN(
											X509_get0_serialNumber(certificate), NULL);
	char	   *digits = number != NULL ? BN_bn2hex(number) : NULL;
	const char *text = arena_strdup(arena, digits != NULL ? digits : "");

	OPENSSL_free(digits);
	BN_free(number);
	return text;
}

/* The extension's content as text, where it is that: by itself or in DER. */
static const char *
marker_of(const X509_EXTENSION * extension, Arena *arena)
{
	const		ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(
																   (X509_EXTENSION *) (uintptr_t) extension);
	const unsigned char *bytes = ASN1_STRING_get0_data(value);
	size_t		len = (size_t) ASN1_STRING_length(value);
	char	   *text;

	if (len > 2 && len < 130 && (bytes[0] == V_ASN1_UTF8STRING ||
								 bytes[0] == V_ASN1_IA5STRING ||
								 bytes[0] == V_ASN1_PRINTABLESTRING ||
								 bytes[0] == V_ASN1_OCTET_STRING) &&
		bytes[1] == len - 2)
	{
		bytes += 2;
		len -= 2;
	}
	text = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++)
		text[i] = bytes[i] < 0x20 || bytes[i] > 0x7e ? '?' : (char) bytes[i];
	return text;
}

static void
describe_marker(X509 * certificate, Arena *arena, CertDescription *description)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(CERT_MARKER, 1);
	int			place = X509_get_ext_by_OBJ(certificate, oid, -1);

	ASN1_OBJECT_free(oid);
	description->marked = place >= 0;
	if (place >= 0)
		description->marker = marker_of(X509_get_ext(certificate, place),
										arena);
}

void
cert_describe(X509 * certificate, Arena *arena, CertDescription *description)
{
	const		EVP_PKEY *key = X509_get0_pubkey(certificate);
	unsigned char id[32];
	int			digest = NID_undef;

	memset(description, 0, sizeof(*description));
	description->subject = name_of(X509_get_subject_name(certificate), arena);
	description->issuer = name_of(X509_get_issuer_name(certificate), arena);
	cert_thumbprint(certificate, description->thumbprint);
	cert_key_id(certificate, id);
	hex(id, sizeof(id), "0123456789abcdef", description->key_id);
	description->serial = serial_of(certificate, arena);
	description->algorithm = "none";
	if (key != NULL)
	{
		int			kind = EVP_PKEY_get_base_id(key);

		description->algorithm = kind == EVP_PKEY_RSA ? "RSA" :
			kind == EVP_PKEY_EC ? "EC" : "other";
		description->key_bits = EVP_PKEY_get_bits(key);
	}
	X509_get_signature_info(certificate, &digest, NULL, NULL, NULL);
	description->digest = digest != NID_undef ? OBJ_nid2sn(digest) : "none";
	description->not_before_ms = ms_of(X509_get0_notBefore(certificate));
	description->not_after_ms = ms_of(X509_get0_notAfter(certificate));
	describe_marker(certificate, arena, description);
	ERR_clear_error();
}
