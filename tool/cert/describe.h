/*
 * describe.h
 *		What people and programs want to know of a certificate.
 */
#ifndef CERT_DESCRIBE_H
#define CERT_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cert/cert.h"

#define CERT_THUMBPRINT_SIZE 41

typedef struct CertDescription
{
	const char *subject;		/* RFC 2253, UTF-8 */
	const char *issuer;
	char		thumbprint[CERT_THUMBPRINT_SIZE];	/* SHA-1, as Windows */
	char		key_id[65];		/* SHA-256 of the public key, for comparing */
	const char *serial;			/* hexadecimal */
	const char *algorithm;		/* of the key: "RSA", "EC" */
	int			key_bits;
	const char *digest;			/* of the signature: "SHA256" */
	int64_t		not_before_ms;	/* since 1970 */
	int64_t		not_after_ms;
	bool		marked;			/* has CERT_MARKER */
	const char *marker;			/* its text, or NULL */
} CertDescription;

/* Strings are in the arena. */
extern void cert_describe(X509 * certificate, Arena *arena,
						  CertDescription *description);

/* SHA-1 of the certificate in capitals. */
extern void cert_thumbprint(X509 * certificate,
							char thumbprint[CERT_THUMBPRINT_SIZE]);

/* The subject's last common name, in the arena; NULL where it has none. */
extern const char *cert_common_name(X509 * certificate, Arena *arena);

#endif							/* CERT_DESCRIBE_H */
