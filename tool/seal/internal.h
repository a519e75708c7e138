/*
 * internal.h
 *		What the files of this folder share: CMS by libcrypto.
 */
#ifndef SEAL_INTERNAL_H
#define SEAL_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/crypto.h"
#include "seal/seal.h"

struct SealKey
{
	EVP_PKEY   *key;
	X509	   *certificate;
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
};

/* A certificate of a key, signed by itself; NULL: libcrypto complains. */
extern X509 * seal_certificate_make(EVP_PKEY * key, const char *name,
									int years);

/* The certificate of a PEM string, freed with X509_free(); NULL: an error. */
extern X509 * seal_certificate(const char *pem, Error *error);

/* The fingerprint of one that is parsed. */
extern void seal_fingerprint(const X509 * certificate,
							 char fingerprint[SEAL_FINGERPRINT_SIZE]);

/* A certificate in PEM; freed by the caller. */
extern char *seal_pem(const X509 * certificate);

/*
 * seal_sign, seal_verify
 *		SignedData around bytes, with RSA-PSS and SHA-256, and the bytes in it
 *		again, which were signed by just this certificate.
 *
 * out: replaced; freed with secret_free() where it is secret.  *inner of
 *      seal_verify() is filled only where the signature is good.
 */
extern bool seal_sign(const SealKey *key, const Text *bytes, Text *der,
					  Error *error);
extern bool seal_verify(const void *der, size_t len, X509 * signer,
						Text *inner, Error *error);

/* Bytes of what seal_put_mark() makes: all keys are of one size. */
#define SEAL_MARK_SIZE 384

/*
 * seal_put_mark, seal_has_mark
 *		A plain signature, RSA-PSS with SHA-256, of all bytes before it: put
 *		behind them; and whether it is there and right.
 */
extern bool seal_put_mark(const SealKey *key, Text *bytes, Error *error);
extern bool seal_has_mark(const void *bytes, size_t len, X509 * signer);

/*
 * Overwrite what functions that have returned left of secrets on the stack:
 * libcrypto copies contents through there.
 */
extern void seal_burn_stack(void);

/* The only certificate in a SignedData, or NULL. */
extern X509 * seal_embedded(const void *der, size_t len);

/*
 * seal_encrypt
 *		AuthEnvelopedData of bytes, with AES-256-GCM.
 *
 * in:  curves: keys of elliptic curves will do, beside RSA
 * out: *der: replaced
 */
extern bool seal_encrypt(X509 * const *recipients, size_t n, bool curves,
						 const void *bytes, size_t len, Text *der,
						 Error *error);

/*
 * seal_decrypt
 *		The bytes again.
 *
 * in:  key: where it has no certificate, all recipients are tried
 * out: *bytes: replaced; freed with secret_free()
 */
extern bool seal_decrypt(const SealKey *key, const void *der, size_t len,
						 Text *bytes, Error *error);

/* Put the header's text, with the empty line, behind a text. */
extern void seal_header_add(Text *text, const SealHeader *header);

#endif							/* SEAL_INTERNAL_H */
