/*
 * internal.h
 *		What the files of this folder share.
 */
#ifndef CERT_INTERNAL_H
#define CERT_INTERNAL_H

#include "base/crypto.h"
#include "cert/cert.h"

/* Certificates and keys of any strength are read, but not of any size. */
#define CERT_KEY_BITS_MAX 16384

/*
 * cert_key_decode, cert_key_encode
 *		A private key (RSA or EC) from DER, whatever kind of encoding, and as
 *		PKCS#8 in DER.
 *
 * out: NULL without an error being filled where it is none; the bytes are
 *      freed by OPENSSL_clear_free()
 */
extern EVP_PKEY * cert_key_decode(const unsigned char *der, size_t len);
extern unsigned char *cert_key_encode(const EVP_PKEY * key, size_t *len);

/* Does a private key belong to a certificate? */
extern bool cert_key_fits(X509 * certificate, const EVP_PKEY * key);

/* SHA-256 of a public key as the certificate holds it. */
extern void cert_key_id(X509 * certificate, unsigned char id[32]);

/* A copy that is freed with free(); NULL of NULL. */
extern char *cert_copy(const char *string);

/* A file's name behind the last separator; a part of the path. */
extern const char *cert_base_name(const char *path);

#endif							/* CERT_INTERNAL_H */
