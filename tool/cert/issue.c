/*
 * issue.c
 *		A server certificate as Qlik Sense's repository issues them.
 */
#include "cert/issue.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "cert/internal.h"

#define KEY_BITS 2048
#define SERIAL_BYTES 16

/* Machines' clocks differ. */
#define BEFORE_MS INT64_C(86400000)
#define DAY_MS INT64_C(86400000)

/* What is worked on. */
typedef struct Issue
{
	const CertSet *set;
	const CertRequest *request;
	const CertEntry *root;
	X509	   *certificate;
	EVP_PKEY   *key;
} Issue;

static bool
find_root(const CertSet *set, const CertEntry **root, Error *error)
{
	size_t		n = cert_set_count(set, CERT_ROOT, NULL);

	*root = cert_set_find(set, CERT_ROOT, NULL);
	if (n == 0)
		return error_set(error, NULL, NULL, "the set has no root certificate "
						 "to sign with");
	if (n > 1)
		return error_set(error, NULL, "Remove the one that has not signed the "
						 "others.", "the set has %lu root certificates",
						 (unsigned long) n);
	if ((*root)->key == NULL || !cert_key_fits((*root)->certificate,
											   (*root)->key))
		return error_set(error, NULL, "Import the root from a file with its "
						 "key, as root.pfx.",
						 "the set lacks the private key of the root "
						 "certificate");
	return true;
}

static bool
is_address(const char *name)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);

	ASN1_OCTET_STRING_free(address);
	ERR_clear_error();
	return address != NULL;
}

static bool
good_names(const CertRequest *request, Error *error)
{
	for (size_t i = 0; i <= request->n_names; i++)
	{
		const char *name = i == 0 ? request->alias : request->names[i - 1];
		size_t		len = strlen(name);

		if (len == 0 || len > (i == 0 ? 64 : 253) ||
			(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
					"XYZ0123456789-_.") != len && !is_address(name)))
			return error_set(error, NULL, NULL, "\"%.120s\" cannot be a name "
							 "in a certificate", name);
	}
	return true;
}

static bool
set_serial(const Issue *issue)
{
	unsigned char bytes[SERIAL_BYTES];
	BIGNUM	   *number;
	bool		good = RAND_bytes(bytes, sizeof(bytes)) == 1;

	/* Positive, and of one length. */
	bytes[0] = (unsigned char) ((bytes[0] & 0x3f) | 0x40);
	number = good ? BN_bin2bn(bytes, sizeof(bytes), NULL) : NULL;
	good = number != NULL &&
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(issue->certificate))
		!= NULL;
	BN_free(number);
	return good;
}

/* From a day ago on; not beyond the root. */
static bool
set_times(const Issue *issue)
{
	const CertRequest *request = issue->request;
	X509	   *certificate = issue->certificate;
	X509	   *root = issue->root->certificate;
	time_t		from = (time_t) ((request->now_ms - BEFORE_MS) / 1000);
	time_t		to = (time_t) ((request->now_ms + request->days * DAY_MS) /
							   1000);

	return (X509_cmp_time(X509_get0_notBefore(root), &from) < 0 ?
			ASN1_TIME_set(X509_getm_notBefore(certificate), from) != NULL :
			X509_set1_notBefore(certificate, X509_get0_notBefore(root)) == 1) &&
		(X509_cmp_time(X509_get0_notAfter(root), &to) > 0 ?
		 ASN1_TIME_set(X509_getm_notAfter(certificate), to) != NULL :
		 X509_set1_notAfter(certificate, X509_get0_notAfter(root)) == 1);
}

static bool
set_subject(const Issue *issue)
{
	X509_NAME  *name = X509_NAME_new();
	bool		good = name != NULL &&
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
							   (const unsigned char *) issue->request->alias,
							   -1, -1, 0) == 1 &&
	X509_set_subject_name(issue->certificate, name) == 1 &&
	X509_set_issuer_name(issue->certificate,
						 X509_get_subject_name(issue->root->certificate)) == 1;

	X509_NAME_free(name);
	return good;
}

static bool
add_extension(const Issue *issue, int nid, const char *value)
{
	X509V3_CTX	context;
	X509_EXTENSION *extension;
	bool		good;

	X509V3_set_ctx(&context, issue->root->certificate, issue->certificate,
				   NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	good = extension != NULL &&
		X509_add_ext(issue->certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool
add_names(const Issue *issue)
{
	const CertRequest *request = issue->request;
	Text		text = {NULL, 0, 0};
	bool		good;

	text_addf(&text, "%s:%s", is_address(request->alias) ? "IP" : "DNS",
			  request->alias);
	for (size_t i = 0; i < request->n_names; i++)
		text_addf(&text, ",%s:%s", is_address(request->names[i]) ? "IP" :
				  "DNS", request->names[i]);
	good = add_extension(issue, NID_subject_alt_name, text.bytes);
	text_free(&text);
	return good;
}

/* The marker of a server certificate that is there; NULL: none has it. */
static X509_EXTENSION *
marker_of(const CertSet *set, const ASN1_OBJECT * oid)
{
	for (size_t i = 0; i < set->n; i++)
	{
		const CertEntry *entry = &set->entries[i];
		int			place = entry->role == CERT_SERVER ?
		X509_get_ext_by_OBJ(entry->certificate, oid, -1) : -1;

		if (place >= 0)
			return X509_get_ext(entry->certificate, place);
	}
	return NULL;
}

/* As the site's other server certificates have it, or as text. */
static bool
add_marker(const Issue *issue)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(CERT_MARKER, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *own = NULL;
	X509_EXTENSION *other = oid != NULL ? marker_of(issue->set, oid) : NULL;
	bool		good = oid != NULL && value != NULL &&
	ASN1_OCTET_STRING_set(value, (const unsigned char *) "Server", 6) == 1;

	if (good && other == NULL)
		own = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	good = good && (other != NULL || own != NULL) &&
		X509_add_ext(issue->certificate, other != NULL ? other : own, -1) == 1;
	X509_EXTENSION_free(own);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return good;
}

/* Qlik's services are each other's servers and clients. */
static bool
make(Issue *issue)
{
	issue->key = EVP_RSA_gen(KEY_BITS);
	issue->certificate = X509_new();
	return issue->key != NULL && issue->certificate != NULL &&
		X509_set_version(issue->certificate, X509_VERSION_3) == 1 &&
		set_serial(issue) && set_times(issue) && set_subject(issue) &&
		X509_set_pubkey(issue->certificate, issue->key) == 1 &&
		add_extension(issue, NID_basic_constraints, "critical,CA:FALSE") &&
		add_extension(issue, NID_key_usage,
					  "critical,digitalSignature,keyEncipherment") &&
		add_extension(issue, NID_ext_key_usage, "serverAuth,clientAuth") &&
		add_names(issue) && add_marker(issue) &&
		X509_sign(issue->certificate, issue->root->key, EVP_sha256()) > 0;
}

/* Take the node's old ones out. */
static void
remove_old(CertSet *set, const char *alias)
{
	size_t		n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (set->entries[i].role == CERT_SERVER &&
			ascii_same(set->entries[i].name, alias))
			cert_entry_free(&set->entries[i]);
		else
			set->entries[n++] = set->entries[i];
	set->n = n;
}

bool
cert_issue(CertSet *set, const CertRequest *request, Error *error)
{
	Issue		issue = {.set = set,.request = request};
	CertEntry	entry = {.role = CERT_SERVER};
	time_t		now = (time_t) (request->now_ms / 1000);
	bool		good;

	if (!good_names(request, error) || !find_root(set, &issue.root, error))
		return false;
	if (X509_cmp_time(X509_get0_notAfter(issue.root->certificate), &now) <= 0)
		return error_set(error, NULL, NULL, "the root certificate has "
						 "expired");
	good = make(&issue);
	secret_stack();
	if (!good)
	{
		X509_free(issue.certificate);
		EVP_PKEY_free(issue.key);
		return crypto_error(error, CRYPTO_HINT, "could not issue certificate for "
							"\"%s\"", request->alias);
	}
	entry.certificate = issue.certificate;
	entry.key = issue.key;
	remove_old(set, request->alias);
	return cert_set_add(set, &entry, error);
}
