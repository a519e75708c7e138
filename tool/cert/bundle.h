/*
 * bundle.h
 *		A whole set in one file that a password protects: CMS with
 *		authenticated encryption (AES-256-GCM), which "openssl cms" can open
 *		too; inside, what cert_set_pack() makes.
 */
#ifndef CERT_BUNDLE_H
#define CERT_BUNDLE_H

#include "cert/cert.h"

/* The shortest password of a bundle, in bytes: it may be carried anywhere. */
#define CERT_BUNDLE_PASSWORD_MIN 12

/*
 * cert_bundle_write, cert_bundle_read
 *		Seal a set by a password, and open it.
 *
 * out:    *bytes: DER, freed with text_free(); *set: freed with
 *         cert_set_free(), empty on an error
 * errors: too short a password; a wrong one; what was changed on its way
 */
extern bool cert_bundle_write(const CertSet *set, const char *password,
							  Text *bytes, Error *error);
extern bool cert_bundle_read(const Text *bytes, const char *password,
							 CertSet *set, Error *error);

/* Is it such a file, or another one of CMS? */
extern bool cert_bundle_is(const Text *bytes);

#endif							/* CERT_BUNDLE_H */
