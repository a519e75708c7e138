/*
 * transport.h
 *		Certificates to the other site, through the replicated database; and
 *		the keys that they are sealed with.
 */
#ifndef CMD_CERT_TRANSPORT_H
#define CMD_CERT_TRANSPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"

typedef struct TransportRequest
{
	const char *file;			/* the configuration's */
	bool		dry_run;
	bool		json;
} TransportRequest;

/*
 * cmd_cert_sync
 *		At the active site: seal its set for the other one, store it, and have
 *		it installed there where remote_command leads there.  At the passive
 *		site: open and install the newest one.
 *
 * in: copy: file that the sealed set is written to, too; or NULL
 */
extern int	cmd_cert_sync(const TransportRequest *request, const char *copy);

/* Make this site's key where there is none, and tell of all keys. */
extern int	cmd_cert_keys(const char *file, bool json);

/* A new key for this site, vouched for by the old one. */
extern int	cmd_cert_rotate(const char *file, bool json);

/*
 * cmd_cert_trust
 *		Pin the certificate that another site has registered, whatever was
 *		pinned before.
 *
 * in: fingerprint: as that site tells it, by another way than the database
 */
extern int	cmd_cert_trust(const char *file, const char *site,
						   const char *fingerprint, bool json);

/* Opening a sealed set with the recovery key, without any server. */
typedef struct TransportOpening
{
	const char *file;			/* the sealed set */
	const char *key;			/* file with the key */
	const char *passphrase_file;	/* or NULL */
	const char *signer;			/* fingerprint that must have signed; or NULL */
	const char *output;			/* new folder for the certificates */
	bool		json;
} TransportOpening;

/* Put what the set holds into a folder; the exit code. */
extern int	cmd_cert_open(const TransportOpening *opening);

/*
 * cmd_cert_recovery
 *		Make a recovery key: KEYFILE, and its certificate at KEYFILE.crt.
 */
extern int	cmd_cert_recovery(const char *key_file,
							  const char *passphrase_file, bool json);

/*
 * transport_recovery_make
 *		The same for other verbs.
 *
 * out: *certificate: the certificate's path, freed by the caller
 */
extern bool transport_recovery_make(const char *key_file,
									const char *passphrase_file,
									char **certificate, Error *error);

/* Acts for "qsrepl do": TRANSPORT_ACTS; each prints a JSON document. */
#define TRANSPORT_ACTS "transport certificates"

/* Whether the act is one of them. */
extern bool transport_is_act(const char *act);

/*
 * transport_act
 *		"transport": make and register this site's key.  "certificates": open
 *		and install the newest set.
 */
extern bool transport_act(const char *file, const char *act, Error *error);

/*
 * transport_sync
 *		What "cert sync" does, for plans: at the site of the configuration.
 *
 * out: *number: of the set that is current at the end
 *      *installed: whether the passive site has it
 */
extern bool transport_sync(const char *file, long long *number,
						   bool *installed, Error *error);

#endif							/* CMD_CERT_TRANSPORT_H */
