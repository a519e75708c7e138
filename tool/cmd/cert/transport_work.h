/*
 * transport_work.h
 *		What the files of transport.h share.
 */
#ifndef CMD_CERT_TRANSPORT_WORK_H
#define CMD_CERT_TRANSPORT_WORK_H

#include "cert/cert.h"
#include "cmd/cert/transport.h"
#include "pg/connection.h"
#include "platform/lock.h"
#include "seal/exchange.h"
#include "seal/peer.h"
#include "seal/ring.h"
#include "seal/seal.h"

/* Both sites, as seen from this machine.  Begins zeroed. */
typedef struct Transport
{
	Config		config;
	bool		loaded;
	const ConfigSite *here;
	const ConfigSite *there;
	PlatLock   *lock;			/* of the key directory */
	SealRing	ring;
	SealPeer	peer;			/* of the other site */
	PgConnection *own;			/* this site's first database */
	PgConnection *other;		/* the other site's; NULL: not asked, or
								 * silent */
	bool		active;			/* this site is */
	int			code;			/* the exit code, where something fails now */
	Arena		arena;
} Transport;

/* What became of a set. */
typedef struct TransportResult
{
	const ConfigSite *from;
	const ConfigSite *to;
	long long	number;			/* 0: there is no set */
	bool		sealed;			/* this time */
	bool		installed;		/* at the other site, or here */
	bool		changed;		/* it was installed this time */
	const char *left;			/* what is left to be done, or NULL */
} TransportResult;

/*
 * transport_begin
 *		Configuration, keys, and this site's database; from here on the process
 *		holds secrets.
 *
 * out: transport: to be given to transport_end(), whatever is returned
 */
extern bool transport_begin(const char *file, Transport *transport,
							Error *error);
extern void transport_end(Transport *transport);

/* Begin, do something, end, and print the error: the exit code. */
extern int	transport_run(const char *file,
						  bool (*body) (Transport *transport, void *arg,
										Error *error), void *arg);

/* Connect to the other site's database, where that was not done yet. */
extern bool transport_other(Transport *transport, Error *error);

/* The connection by which rows are written: the active site's. */
extern PgConnection *transport_writer(Transport *transport, Error *error);

/*
 * transport_both
 *		The connection beside the writer's that needs the same rows: in logical
 *		mode the other site's.
 *
 * out: *both: NULL: none does
 */
extern bool transport_both(Transport *transport, PgConnection **both,
						   Error *error);

/* Keep what is known of the other site. */
extern bool transport_keep(Transport *transport, Error *error);

/* Note what happened, where that can be written; a warning where not. */
extern void transport_note(Transport *transport, const char *what,
						   long long number, const char *about);

/* Register a key of this site, wherever it is needed. */
extern bool transport_put_key(Transport *transport, const SealRow *row,
							  Error *error);

/* This site's key: made, registered; a rotation that was killed is ended. */
extern bool transport_register(Transport *transport, Error *error);

/*
 * transport_follow
 *		Bring the pinned certificate of the other site along with what it has
 *		registered; pin it where that is the first one.
 *
 * out: *known: it has registered one
 */
extern bool transport_follow(Transport *transport, PgConnection *from,
							 bool *known, Error *error);

/* The identifier of a site's database system, in the arena. */
extern bool transport_system(Transport *transport, const ConfigSite *site,
							 const char **system, Error *error);

/* This site's set, in canonical bytes; freed with secret_free(). */
extern bool transport_own_set(Transport *transport, Text *packed,
							  Error *error);

/* At the active site: seal what has changed. */
extern bool transport_seal(Transport *transport, TransportResult *result,
						   Text *sealed, Error *error);

/* At the active site: have it installed at the other one. */
extern bool transport_deliver(Transport *transport, TransportResult *result,
							  Error *error);

/* At the passive site: whether this one was installed, and is still there. */
extern bool transport_has(const Transport *transport, int64_t number);

/* At the passive site: open and install the newest one. */
extern bool transport_install(Transport *transport, TransportResult *result,
							  Error *error);

/* PEM of the configured recovery certificate; freed by the caller. */
extern bool transport_recovery(const Config *config, char **certificate,
							   Error *error);

#endif							/* CMD_CERT_TRANSPORT_WORK_H */
