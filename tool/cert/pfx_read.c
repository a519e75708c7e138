/*
 * pfx_read.c
 *		PFX files (PKCS#12), also of old Windows: RC2-40 and 3DES.
 *
 * PKCS12_parse() gives neither all certificates with their names nor the
 * provider's name, so the bags are walked through here.
 */
#include "cert/pool.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "base/memory.h"
#include "cert/internal.h"

/* Deeper bags in bags, and a costlier checksum, are nobody's. */
#define DEPTH_MAX 4
#define ITERATIONS_MAX 10000000

/*
 * What the Snapshots tool gives; and none.  Tried in any case: the password
 * of a site is not that of what is brought there.
 */
static const char *const common[] = {"QlikSense", ""};

/* A file that is read. */
typedef struct Pfx
{
	const char *file;
	const char *password;		/* NULL: none, which is not an empty one */
	CertPool   *pool;
	Error	   *error;
} Pfx;

static bool
refuse(const Pfx *pfx)
{
	return crypto_error(pfx->error, "RC2 and other old ciphers need OpenSSL's "
						"legacy provider.", "could not read PFX file \"%s\"",
						pfx->file);
}

static void
take_name(PKCS12_SAFEBAG * bag, CertEntry *entry)
{
	char	   *name = PKCS12_get_friendlyname(bag);

	if (name != NULL)
		entry->friendly_name = cert_plain_name(name, strlen(name));
	OPENSSL_free(name);
}

static void
take_attributes(PKCS12_SAFEBAG * bag, CertEntry *entry)
{
	const		ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
	const		ASN1_TYPE *csp = PKCS12_SAFEBAG_get0_attr(bag, NID_ms_csp_name);

	take_name(bag, entry);
	if (id != NULL && id->type == V_ASN1_OCTET_STRING &&
		id->value.octet_string->length > 0)
	{
		entry->local_id_len = (size_t) id->value.octet_string->length;
		entry->local_id = memcpy(mem_alloc(entry->local_id_len),
								 id->value.octet_string->data,
								 entry->local_id_len);
	}
	if (csp != NULL && csp->type == V_ASN1_BMPSTRING)
	{
		char	   *name = OPENSSL_uni2utf8(csp->value.bmpstring->data,
											csp->value.bmpstring->length);

		if (name != NULL)
			entry->provider = cert_plain_name(name, strlen(name));
		OPENSSL_free(name);
	}
}

/*
 * The key goes through its encoding: libcrypto's default context has it
 * afterwards, as it has all others.
 */
static EVP_PKEY *
key_of(const PKCS8_PRIV_KEY_INFO * info)
{
	unsigned char *der = NULL;
	int			len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	EVP_PKEY   *key = len > 0 ? cert_key_decode(der, (size_t) len) : NULL;

	OPENSSL_clear_free(der, len > 0 ? (size_t) len : 0);
	return key;
}

static EVP_PKEY *
shrouded_key(const Pfx *pfx, const PKCS12_SAFEBAG * bag)
{
	PKCS8_PRIV_KEY_INFO *info = PKCS12_decrypt_skey_ex(bag, pfx->password,
													   pfx->password != NULL ? (int) strlen(pfx->password) : 0,
													   cert_legacy(), NULL);
	EVP_PKEY   *key = info != NULL ? key_of(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return key;
}

/* A bag with one thing in it. */
static bool
take_bag(const Pfx *pfx, PKCS12_SAFEBAG * bag)
{
	CertEntry	entry = {.role = CERT_ROOT};
	int			kind = PKCS12_SAFEBAG_get_nid(bag);

	if (kind == NID_certBag &&
		PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
		entry.certificate = PKCS12_SAFEBAG_get1_cert(bag);
	else if (kind == NID_keyBag)
		entry.key = key_of(PKCS12_SAFEBAG_get0_p8inf(bag));
	else if (kind == NID_pkcs8ShroudedKeyBag)
		entry.key = shrouded_key(pfx, bag);
	else
		return true;
	if (entry.certificate == NULL && entry.key == NULL)
		return refuse(pfx);
	take_attributes(bag, &entry);
	cert_pool_add(pfx->pool, &entry, pfx->file, true);
	return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEPTH_MAX */
static bool
take_bags(const Pfx *pfx, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++)
	{
		PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		bool		nested = PKCS12_SAFEBAG_get_nid(bag) ==
		NID_safeContentsBag;

		if (nested && (depth >= DEPTH_MAX ||
					   !take_bags(pfx, PKCS12_SAFEBAG_get0_safes(bag),
								  depth + 1)))
			return depth < DEPTH_MAX ? false : refuse(pfx);
		if (!nested && !take_bag(pfx, bag))
			return false;
	}
	return true;
}

static bool
take_safe(const Pfx *pfx, PKCS7 * safe)
{
	STACK_OF(PKCS12_SAFEBAG) * bags = NULL;
	bool		good;

	if (PKCS7_type_is_data(safe))
		bags = PKCS12_unpack_p7data(safe);
	else if (PKCS7_type_is_encrypted(safe))
		bags = PKCS12_unpack_p7encdata(safe, pfx->password,
									   pfx->password != NULL ?
									   (int) strlen(pfx->password) : 0);
	if (bags == NULL)
		return refuse(pfx);
	good = take_bags(pfx, bags, 0);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return good;
}

/* Is it this password?  Then it is the one of all parts. */
static bool
opens(PKCS12 * container, const char *password, Pfx *pfx)
{
	if (password[0] == '\0' && PKCS12_verify_mac(container, NULL, 0))
		pfx->password = NULL;
	else if (PKCS12_verify_mac(container, password, -1))
		pfx->password = password;
	else
		return false;
	ERR_clear_error();
	return true;
}

/* Find the password; its checksum is also one over the content. */
static bool
open_with(PKCS12 * container, const char *password, Pfx *pfx)
{
	const		ASN1_INTEGER *iterations = NULL;

	if (!PKCS12_mac_present(container))
		return error_set(pfx->error, "It has no checksum: it is protected in "
						 "another way than by a password.",
						 "Export it with a password.",
						 "cannot read PFX file \"%s\"", pfx->file);
	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, container);
	if (iterations != NULL && (ASN1_INTEGER_get(iterations) < 0 ||
							   ASN1_INTEGER_get(iterations) > ITERATIONS_MAX))
		return error_set(pfx->error, "Its password would be hashed too "
						 "often.", "Export it once more.", "cannot read PFX file \"%s\"",
						 pfx->file);
	if (password != NULL && opens(container, password, pfx))
		return true;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (opens(container, common[i], pfx))
			return true;
	ERR_clear_error();
	if (password == NULL)
		return error_set(pfx->error, NULL, "Give its password by "
						 "--password-file, or the key password_file.",
						 "PFX file \"%s\" needs a password", pfx->file);
	return error_set(pfx->error, "The password is wrong, or the file is "
					 "damaged.", "Give the password that it was "
					 "exported with by --password-file, or export it once more.", "could not open PFX file \"%s\"",
					 pfx->file);
}

static PKCS12 *
decode(const Text *bytes)
{
	PKCS12	   *container = PKCS12_init_ex(NID_pkcs7_data, cert_legacy(),
										   NULL);
	const unsigned char *end = (const unsigned char *) bytes->bytes;

	if (container == NULL || bytes->len > INT_MAX)
		return container;
	/* On an error it is freed, and NULL. */
	d2i_PKCS12(&container, &end, (long) bytes->len);
	return container;
}

bool
cert_read_pfx(const Text *bytes, const char *file, const char *password,
			  CertPool *pool, Error *error)
{
	Pfx			pfx = {file, NULL, pool, error};
	PKCS12	   *container = decode(bytes);

	STACK_OF(PKCS7) * safes;
	bool		good;

	if (container == NULL)
		return crypto_error(error, "Look whether the file is complete, and export "
							"it once more.", "could not read PFX file \"%s\"",
							file);
	good = open_with(container, password, &pfx);
	safes = good ? PKCS12_unpack_authsafes(container) : NULL;
	if (good && safes == NULL)
		good = refuse(&pfx);
	for (int i = 0; good && i < sk_PKCS7_num(safes); i++)
		good = take_safe(&pfx, sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(container);
	return good;
}
