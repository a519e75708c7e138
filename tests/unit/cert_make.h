/*
 * cert_make.h
 *		Sets of certificates for tests.
 */
#ifndef UNIT_CERT_MAKE_H
#define UNIT_CERT_MAKE_H

#include "cert/cert.h"

/*
 * make_entry
 *		Add a certificate with a key of its own (EC, since they are made
 *		quickly) to a set; one with the role CERT_ROOT signs itself, others
 *		are signed by the set's root.
 *
 * in: name: common name
 */
extern void make_entry(CertSet *set, CertRole role, const char *name);

/* A whole set: root, CN, P1, client, a browser's. */
extern void make_set(CertSet *set);

#endif							/* UNIT_CERT_MAKE_H */
