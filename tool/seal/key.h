/*
 * key.h
 *		Transport and recovery keys: RSA with a certificate that nobody but
 *		the key itself has signed, and that is trusted by being pinned.
 */
#ifndef SEAL_KEY_H
#define SEAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* SHA-256 in hexadecimal, with a NUL */
#define SEAL_FINGERPRINT_SIZE 65

/* A private key with its certificate. */
typedef struct SealKey SealKey;

/*
 * seal_key_make
 *		A new key with a certificate, of a size that lasts.
 *
 * in:     name: the certificate's common name
 *         years: how long the certificate says that it is valid
 * out:    *key: freed with seal_key_free()
 */
extern bool seal_key_make(const char *name, int years, SealKey **key,
						  Error *error);
extern void seal_key_free(SealKey *key);

/*
 * seal_key_write
 *		Write key and certificate into one file of PEM, which only its owner
 *		may read; the old file is there until the new one is.
 *
 * in: passphrase: the key is encrypted with; NULL: it is not
 */
extern bool seal_key_write(const SealKey *key, const char *path,
						   const char *passphrase, Error *error);

/*
 * seal_key_read
 *		Read such a file, which must be private.
 *
 * errors: also a key that does not belong to its certificate; a passphrase
 *         that is missing or wrong
 */
extern bool seal_key_read(const char *path, const char *passphrase,
						  SealKey **key, Error *error);

/*
 * seal_key_read_bare
 *		The same, but the certificate, which must fit where it is there, may be
 *		missing, and the key may be of any kind: for what is decrypted only.
 *
 * out: *key: its fingerprint is empty without a certificate, and
 *      seal_key_certificate() must not be asked
 */
extern bool seal_key_read_bare(const char *path, const char *passphrase,
							   SealKey **key, Error *error);

/* The certificate in PEM; freed by the caller. */
extern char *seal_key_certificate(const SealKey *key);

/* Its fingerprint, which lives as long as the key. */
extern const char *seal_key_fingerprint(const SealKey *key);

/*
 * seal_certificate_fingerprint
 *		The fingerprint of a certificate.
 *
 * in:     pem: exactly one certificate
 * errors: "invalid certificate"
 */
extern bool seal_certificate_fingerprint(const char *pem,
										 char fingerprint[SEAL_FINGERPRINT_SIZE],
										 Error *error);

/* When it ends, in ms since 1970. */
extern bool seal_certificate_end(const char *pem, int64_t * end_ms,
								 Error *error);

/*
 * seal_succession_make, seal_succession_check
 *		A statement, signed by a site's key, that another certificate takes
 *		its place; and whether a statement is that.
 *
 * in:  serial: of the new certificate, counted from 1 on
 *      old, certificate: PEM
 * out: *statement: replaced; a signature, RSA-PSS with SHA-256
 */
extern bool seal_succession_make(const SealKey *old, const char *site,
								 int serial, const char *certificate,
								 Text *statement, Error *error);
extern bool seal_succession_check(const char *old, const char *site,
								  int serial, const char *certificate,
								  const void *statement, size_t len,
								  Error *error);

#endif							/* SEAL_KEY_H */
