/*
 * pool.h
 *		Certificates and keys as they come out of files, before it is known
 *		which belong together.
 */
#ifndef CERT_POOL_H
#define CERT_POOL_H

#include "cert/cert.h"

/* One certificate, or one key, with what stood beside it. */
typedef struct CertItem
{
	CertEntry	entry;			/* certificate or key, not both */
	char	   *file;			/* as it is to be named in messages */
	bool		pfx;			/* from a PFX file; else PEM or DER */
} CertItem;

/* Which items of a pool. */
typedef enum CertKind
{
	CERT_ANY_FILE,
	CERT_PEM_FILE,
	CERT_PFX_FILE
} CertKind;

/* Begins as CERT_POOL_NONE; owns its items. */
typedef struct CertPool
{
	CertItem   *items;
	size_t		n;
} CertPool;

#define CERT_POOL_NONE {NULL, 0}

/*
 * cert_pool_add
 *		Put a certificate or a key into the pool, which owns what the entry
 *		holds from then on.
 */
extern void cert_pool_add(CertPool *pool, CertEntry *entry, const char *file,
						  bool pfx);

/*
 * cert_pool_set
 *		Join keys with their certificates, and add those of a kind to a set.
 *
 * out: *orphans: the file's name, a line each, of each key that no certificate of the pool
 *      has; may be NULL
 */
extern bool cert_pool_set(const CertPool *pool, CertKind kind, CertSet *set,
						  Text *orphans, Error *error);
extern void cert_pool_free(CertPool *pool);

/*
 * cert_read_pfx, cert_read_pem, cert_read_file
 *		Put what a file holds into a pool.
 *
 * in:     password: NULL: none is given.  For PFX files, those that are common
 *         for Qlik Sense's are tried, too
 * errors: with the file's name; a wrong password is told
 */
extern bool cert_read_pfx(const Text *bytes, const char *file,
						  const char *password, CertPool *pool, Error *error);
extern bool cert_read_pem(const Text *bytes, const char *file,
						  const char *password, CertPool *pool, Error *error);
extern bool cert_read_file(const char *path, const char *file,
						   const char *password, CertPool *pool,
						   Error *error);

/*
 * cert_write_pfx, cert_write_certificate, cert_write_key
 *		An entry as a file's content: PFX, or PEM of its certificate or key.
 *
 * in:  password: of a PFX file; of a PEM key, NULL leaves it as it is
 *      old: of a PFX file: 3DES and SHA-1, which all versions of Windows read
 * out: *bytes: freed with secret_free()
 */
extern bool cert_write_pfx(const CertEntry *entry, const char *password,
						   bool old, Text *bytes, Error *error);
extern bool cert_write_certificate(const CertEntry *entry, Text *bytes,
								   Error *error);
extern bool cert_write_key(const CertEntry *entry, const char *password,
						   Text *bytes, Error *error);

/* OpenSSL with what is not used any more for writing (OSSL_LIB_CTX). */
extern OSSL_LIB_CTX * cert_legacy(void);

/*
 * A name from any bytes, without control characters and blanks around it;
 * freed by the caller.  NULL where nothing is left.
 */
extern char *cert_plain_name(const char *bytes, size_t len);

#endif							/* CERT_POOL_H */
