/*
 * cert_make.c
 *		Sets of certificates for tests.
 */
#include "cert_make.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "base/memory.h"

#define DAYS (1000L * 86400L)

static void
mark(X509 * certificate)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(CERT_MARKER, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	ASN1_OCTET_STRING_set(value, (const unsigned char *) "Test", 4);
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

void
make_entry(CertSet *set, CertRole role, const char *name)
{
	static long serial;
	const CertEntry *root = cert_set_find(set, CERT_ROOT, NULL);
	CertEntry	entry = {.role = role};
	X509_NAME  *subject = X509_NAME_new();
	Error		error = ERROR_NONE;
	X509	   *x = X509_new();

	entry.certificate = x;
	entry.key = EVP_EC_gen("P-256");
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
							   (const unsigned char *) name, -1, -1, 0);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), DAYS);
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, root != NULL && role != CERT_ROOT ?
						 X509_get_subject_name(root->certificate) : subject);
	X509_set_pubkey(x, entry.key);
	mark(x);
	X509_sign(x, root != NULL && role != CERT_ROOT ? root->key : entry.key,
			  EVP_sha256());
	entry.friendly_name = mem_strdup(name);
	X509_NAME_free(subject);
	cert_set_add(set, &entry, &error);
	error_free(&error);
}

void
make_set(CertSet *set)
{
	make_entry(set, CERT_ROOT, "CN-CA");
	make_entry(set, CERT_SERVER, "P1");
	make_entry(set, CERT_SERVER, "CN");
	make_entry(set, CERT_CLIENT, "QlikClient");
	make_entry(set, CERT_BROWSER, "qliksense.company.test");
}
