/*
 * store.h
 *		Where a site's set is kept, and is installed: a table of stores.
 *
 * A new store is one file and one line in stores.c; the key "certificates" of
 * a site names it.
 */
#ifndef CERT_STORE_H
#define CERT_STORE_H

#include "cert/cert.h"
#include "config/config.h"

/* Which site's; read during the call. */
typedef struct CertPlace
{
	const Config *config;
	const ConfigSite *site;
} CertPlace;

/*
 * A store.  All return false with an error; what was there before is then as
 * it was, as a whole.
 */
typedef struct CertStore
{
	const char *name;			/* as in the configuration */

	/*
	 * Whether the configuration says all that the store needs for the site;
	 * else an error that says which key is missing.
	 */
	bool		(*configured) (const CertPlace *place, Error *error);

	/*
	 * The site's whole set; empty and true where there is none. In a store
	 * that does not give keys out, entries are without them.
	 */
	bool		(*read) (const CertPlace *place, CertSet *set, Error *error);

	/*
	 * Replace the site's set by this one: all of it or nothing, read back and
	 * compared; the one before is kept for rollback.  The same set again
	 * changes nothing.
	 */
	bool		(*install) (const CertPlace *place, const CertSet *set,
							Error *error);

	/* Bring the set before the last installation back; once more: return. */
	bool		(*rollback) (const CertPlace *place, Error *error);
} CertStore;

/* A NULL name ends them. */
extern const CertStore cert_stores[];

/*
 * cert_store_of
 *		The store that a site's configuration names.
 *
 * out: NULL with *error: none is configured, or not fully
 */
extern const CertStore *cert_store_of(const CertPlace *place, Error *error);

/*
 * cert_store_read
 *		The set that a site has now, by its store.  From here on the process
 *		holds keys, and protects them.
 *
 * out:    *set: empty where there is none; freed by the caller, also after an
 *         error
 * errors: none is configured, or it cannot be read
 */
extern bool cert_store_read(const Config *config, const ConfigSite *site,
							CertSet *set, Error *error);

/* Are certificates configured for a site at all? */
extern bool cert_is_configured(const ConfigSite *site);

#endif							/* CERT_STORE_H */
