/*
 * cert.h
 *		A site's certificates as one set: root, server certificate of each
 *		node, client; and those that the database names by thumbprint.
 *
 * Qlik Sense encrypts passwords in its database by them, trusts only what its
 * root has signed, and issues its own where one is missing: so they are kept,
 * moved, compared and installed as a whole.
 *
 * libcrypto frees the keys and wipes them (base/secret.h).
 */
#ifndef CERT_CERT_H
#define CERT_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/error.h"
#include "base/text.h"

/* By this extension Qlik's own tools find their certificates. */
#define CERT_MARKER "1.3.6.1.5.5.7.13.3"

/* The common name of the client certificate. */
#define CERT_CLIENT_NAME "QlikClient"

/* What .NET Framework takes keys from; it refuses CNG's. */
#define CERT_PROVIDER "Microsoft Enhanced RSA and AES Cryptographic Provider"

/* A set of more entries is refused, and so is a longer packed one. */
#define CERT_SET_ENTRIES 512
#define CERT_SET_BYTES (4 * 1024 * 1024)

/* The order is that of a set. */
typedef enum CertRole
{
	CERT_ROOT,
	CERT_SERVER,				/* of a node; its name is the node's alias */
	CERT_CLIENT,
	CERT_BROWSER,				/* of a proxy, by thumbprint */
	CERT_ENCRYPTION				/* of apps at rest, by thumbprint */
} CertRole;

#define CERT_ROLES (CERT_ENCRYPTION + 1)

/* A certificate, and what Windows keeps beside it. */
typedef struct CertEntry
{
	CertRole	role;
	char	   *name;			/* a server's common name; a thumbprint in
								 * capitals for browser and encryption; else
								 * empty */
	X509	   *certificate;
	EVP_PKEY   *key;			/* NULL: the public part alone */
	char	   *friendly_name;	/* UTF-8, or NULL */
	char	   *provider;		/* CSP name, or NULL: CERT_PROVIDER is written */
	unsigned char *local_id;	/* localKeyId, or NULL */
	size_t		local_id_len;	/* bytes */
} CertEntry;

/* Begins as CERT_SET_NONE; owns its entries.  In canonical order. */
typedef struct CertSet
{
	CertEntry  *entries;
	size_t		n;
} CertSet;

#define CERT_SET_NONE {NULL, 0}

/* Wipe and free what the set holds; it is empty afterwards. */
extern void cert_set_free(CertSet *set);

/*
 * cert_set_add
 *		Put an entry into its place.  Of a certificate that is there already in
 *		the same role, what the set lacks (key, names) is taken over.
 *
 * in:     entry: role, certificate, and the rest where it is known; name is
 *         made anew.  It is emptied: the set owns what it held, even on an
 *         error
 * errors: more than CERT_SET_ENTRIES; a server without a common name
 */
extern bool cert_set_add(CertSet *set, CertEntry *entry, Error *error);

/* Wipe and free what an entry holds. */
extern void cert_entry_free(CertEntry *entry);

/*
 * cert_set_find
 *		The first entry with a role and a name, whose case does not count; NULL
 *		where there is none.
 *
 * in: name: NULL: any
 */
extern const CertEntry *cert_set_find(const CertSet *set, CertRole role,
									  const char *name);

/* How many there are of them. */
extern size_t cert_set_count(const CertSet *set, CertRole role,
							 const char *name);

/*
 * cert_set_copy, cert_set_for_node
 *		Add all of a set to another one; or what a node needs of it: the root,
 *		with its key on the central node only, its own server certificate, the
 *		client's, and those by thumbprint.
 *
 * in:     from: not changed; entries of both share certificates and keys,
 *         which libcrypto counts
 *         alias: of the node
 * errors: the set has no server certificate for the node
 */
extern bool cert_set_copy(const CertSet *from, CertSet *to, Error *error);
extern bool cert_set_for_node(const CertSet *from, const char *alias,
							  bool central, CertSet *to, Error *error);

/*
 * cert_set_pack
 *		The one form in bytes of a set, with its keys: what is sealed, signed
 *		and compared.  Two sets with the same content have the same bytes.
 *
 * out: *bytes: allocated once at its length; freed with secret_free()
 *      (base/secret.h)
 */
extern bool cert_set_pack(const CertSet *set, Text *bytes, Error *error);

/*
 * cert_set_unpack
 *		The set of such bytes, which may be anybody's: accepted is only what
 *		cert_set_pack() makes, to the byte.
 *
 * out:    *set: freed with cert_set_free(); empty on an error
 * errors: "invalid set of certificates", with a detail
 */
extern bool cert_set_unpack(const void *bytes, size_t len, CertSet *set,
							Error *error);

/*
 * cert_set_identify
 *		What says which set it is: its root and client certificates.  A site
 *		may issue server certificates for nodes of its own; a store may keep
 *		those of its nodes only, not give keys out, and make anew what Windows
 *		keeps beside them.
 *
 * out: *bytes: replaced; nothing in it is secret
 */
extern bool cert_set_identify(const CertSet *set, Text *bytes, Error *error);

/* "root", "server", "client", "browser", "encryption" */
extern const char *cert_role_word(CertRole role);

/* The entry in words: "server certificate \"P1\""; freed by the caller. */
extern char *cert_entry_title(const CertEntry *entry);

/*
 * cert_role_of
 *		What a certificate is, by itself and by the name of the file it was
 *		found in ("browser...", "encryption...").
 *
 * in: file: without folders; NULL: none
 */
extern CertRole cert_role_of(X509 * certificate, const char *file);

/* What differs between two sets, by key: a renewed certificate is told. */
typedef enum CertChange
{
	CERT_SAME,
	CERT_RENEWED,				/* another certificate of the same key */
	CERT_OTHER_KEY,
	CERT_ONLY_LEFT,
	CERT_ONLY_RIGHT,
	CERT_KEY_ONLY_LEFT,			/* same certificate; its private key is only
								 * there */
	CERT_KEY_ONLY_RIGHT
} CertChange;

typedef struct CertDifference
{
	CertChange	change;
	const CertEntry *left;		/* NULL: none */
	const CertEntry *right;		/* NULL: none */
} CertDifference;

/*
 * cert_set_compare
 *		Pair the entries of two sets by role and name.
 *
 * out: *list: n of them, with CERT_SAME among them; freed by the caller with
 *      free(); points into the sets.  True where all are the same, or renewed
 */
extern bool cert_set_compare(const CertSet *left, const CertSet *right,
							 CertDifference **list, size_t *n);

#endif							/* CERT_CERT_H */
