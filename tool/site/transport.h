/*
 * transport.h
 *		What a site's database says of transport keys and sealed certificates.
 */
#ifndef SITE_TRANSPORT_H
#define SITE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "pg/connection.h"

/* The newest key of a site. */
typedef struct SiteTransportKey
{
	const char *site;
	int			serial;
	const char *certificate;	/* PEM, as somebody has written it */
} SiteTransportKey;

/* The newest sealed set of a pair of sites. */
typedef struct SiteSealed
{
	const char *from;
	const char *to;
	int64_t		number;
	const char *at;				/* 2026-01-31 00:52 */
	bool		installed;		/* the other site has said so */
} SiteSealed;

typedef struct SiteTransport
{
	bool		read;			/* else nothing below */
	SiteTransportKey *keys;
	size_t		n_keys;
	SiteSealed *sets;
	size_t		n_sets;
} SiteTransport;

/*
 * site_transport_read
 *		Ask a database; one without the tables is not read.
 *
 * out: *transport, in the arena
 */
extern void site_transport_read(PgConnection *connection, Arena *arena,
								SiteTransport *transport);

/* A site's newest key, or a pair's newest set; NULL: there is none. */
extern const SiteTransportKey *site_transport_key(
												  const SiteTransport *transport,
												  const char *site);
extern const SiteSealed *site_sealed(const SiteTransport *transport,
									 const char *from, const char *to);

#endif							/* SITE_TRANSPORT_H */
