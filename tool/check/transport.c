/*
 * transport.c
 *		Concern: do the certificates of the active site reach the passive one?
 *
 * What is sealed is told by the databases, what was sealed and installed by
 * this machine's key directory.  Private transport keys are not read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/timestamp.h"
#include "cert/store.h"
#include "check/certified.h"
#include "check/internal.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "seal/key.h"
#include "seal/peer.h"

#define CERTIFICATE_MAX ((size_t) 64 * 1024)
#define DATE_CHARACTERS 10
#define DAY_MS INT64_C(86400000)

/* A certificate's last day; false where it cannot be read. */
static bool
look_at_end(CheckRun *run, const char *object, const char *what,
			const char *certificate, const char *renew)
{
	char		until[TIMESTAMP_SIZE];
	Error		error = ERROR_NONE;
	int64_t		end;
	int64_t		now = plat_wall_ms();
	bool		read = seal_certificate_end(certificate, &end, &error);

	if (!read)
		check_fail(run, CHECK_BOTH, object, renew, "%s: %s", what,
				   error.message);
	else
	{
		timestamp_format(end, until);
		until[DATE_CHARACTERS] = '\0';
		if (end <= now)
			check_warn(run, object, renew, "%s has ended on %s", what, until);
		else if (end - now < run->config->certificates.expiry_days * DAY_MS)
			check_warn(run, object, renew, "%s ends on %s", what, until);
		else
			check_pass(run, object, "%s until %s", what, until);
	}
	error_free(&error);
	return read;
}

/* The newest key of each site, as the active one's database has it. */
static void
look_at_key(CheckRun *run, const ConfigSite *site,
			const SiteTransport *transport)
{
	const SiteTransportKey *key = site_transport_key(transport, site->name);
	const char *object = check_site(run, site);

	if (key == NULL)
		check_warn(run, object, "Run \"qsrepl cert keys\" at that site.",
				   "it has registered no transport key");
	else
		look_at_end(run, object, "transport key", key->certificate,
					"Run \"qsrepl cert rotate\" at that site, then \"qsrepl "
					"cert sync\" at the active one.");
}

/* Replication, or the tool in logical mode, brings the same rows. */
static void
compare_keys(CheckRun *run, const SiteTransport *active, size_t partner)
{
	const SiteTransport *other = &run->transports[partner];
	const ConfigSite *site = run->servers[partner].site;

	for (size_t i = 0; other->read && i < active->n_keys; i++)
	{
		const SiteTransportKey *key = site_transport_key(other, active->
														 keys[i].site);

		if (key == NULL || key->serial != active->keys[i].serial ||
			strcmp(key->certificate, active->keys[i].certificate) != 0)
			check_warn(run, check_site(run, site), "Replication brings it, "
					   "or in logical mode \"qsrepl cert keys\" at site that "
					   "it is of.", "its database has another transport key "
					   "of site %s than site %s", active->keys[i].site,
					   run->active->site->name);
	}
}

/* Has the passive site installed the newest set? */
static void
look_at_set(CheckRun *run, const SiteTransport *transport,
			const ConfigSite *to)
{
	const char *from = run->active->site->name;
	const SiteSealed *set = site_sealed(transport, from, to->name);
	const char *object = check_site(run, to);

	if (set == NULL)
		check_warn(run, object, "Run \"qsrepl cert sync\" at the active "
				   "site.", "site %s has sealed no certificates for it", from);
	else if (!set->installed)
		check_fail(run, CHECK_BOTH, object, "Run \"qsrepl cert sync\" at that "
				   "site.", "it has not installed the certificates that site "
				   "%s has sealed at %s, number %lld", from, set->at,
				   (long long) set->number);
	else
		check_pass(run, object, "it has the certificates that site %s has "
				   "sealed at %s, number %lld", from, set->at,
				   (long long) set->number);
}

/* PEM of the recovery certificate, or NULL after a finding; to be freed. */
static char *
look_at_recovery(CheckRun *run)
{
	const char *path = run->config->certificates.recovery_certificate;
	const char *object = check_site(run, config_site(run->config,
													 run->config->site));
	Error		error = ERROR_NONE;
	Text		content = {NULL, 0, 0};

	if (path == NULL)
		check_warn(run, object, "\"qsrepl cert recovery\" makes a recovery "
				   "key.", "no recovery_certificate is named");
	else if (!plat_file_read(path, CERTIFICATE_MAX, &content, &error))
		check_warn(run, object, NULL, "recovery certificate: %s",
				   error.message);
	else if (look_at_end(run, object, "recovery certificate",
						 content.bytes != NULL ? content.bytes : "",
						 "\"qsrepl cert recovery\" makes a new one."))
		return text_take(&content);
	text_free(&content);
	error_free(&error);
	return NULL;
}

/* The digest of this site's set now, as it was taken when it was sealed. */
static bool
digest_now(CheckRun *run, const char *const *strings,
		   char digest[SEAL_FINGERPRINT_SIZE])
{
	const ConfigSite *site = config_site(run->config, run->config->site);
	Error		error = ERROR_NONE;
	CertSet		set = CERT_SET_NONE;
	Text		packed = {NULL, 0, 0};
	bool		good = cert_store_read(run->config, site, &set, &error) &&
	cert_set_pack(&set, &packed, &error);

	if (good)
		seal_digest(packed.bytes, packed.len, strings, digest);
	cert_set_free(&set);
	secret_free(&packed);
	error_free(&error);
	return good;
}

/* At the active site's machine: is what was sealed what there is? */
static void
look_at_sealed(CheckRun *run, const SealPeer *peer, const char *recovery)
{
	const size_t place = (size_t) (run->active - run->servers);
	const SiteTransportKey *key = site_transport_key(&run->transports[place],
													 run->config->site);
	const char *object = check_site(run, run->active->site);
	char		signer[SEAL_FINGERPRINT_SIZE];
	char		digest[SEAL_FINGERPRINT_SIZE];
	Error		error = ERROR_NONE;

	if (key != NULL && recovery != NULL && peer->certificate != NULL &&
		peer->sealed_digest != NULL &&
		seal_certificate_fingerprint(key->certificate, signer, &error))
	{
		const char *const strings[] = {
			signer, peer->certificate, recovery, NULL
		};

		if (digest_now(run, strings, digest) &&
			strcmp(digest, peer->sealed_digest) == 0)
			check_pass(run, object, "its certificates are those that were "
					   "sealed");
		else
			check_warn(run, object, "Run \"qsrepl cert sync\" at that site.",
					   "its certificates, or a key, have changed since they "
					   "were sealed");
	}
	error_free(&error);
}

/* At the passive site's machine: is what was installed what there is? */
static void
look_at_installed(CheckRun *run, const SealPeer *peer)
{
	const ConfigSite *site = config_site(run->config, run->config->site);
	const char *object = check_site(run, site);

	if (peer->installed_digest == NULL)
		return;
	if (check_is_set(run->config, site, peer->installed_digest))
		check_pass(run, object, "its certificates are those of site %s, "
				   "number %lld", run->active->site->name,
				   (long long) peer->installed);
	else
		check_fail(run, CHECK_BOTH, object, "Run \"qsrepl cert sync\" at the "
				   "active site, then here.",
				   "its certificates are others than those that site %s has "
				   "sealed, number %lld", run->active->site->name,
				   (long long) peer->installed);
}

/* What this machine has kept of another site. */
static void
look_at_own(CheckRun *run, const ConfigSite *other, const char *recovery)
{
	const bool	active = strcmp(run->active->site->name,
								run->config->site) == 0;
	SealPeer	peer;
	Error		error = ERROR_NONE;

	if (!seal_peer_read(run->config->certificates.key_directory, other->name,
						&peer, &error))
		check_warn(run, check_site(run, config_site(run->config,
													run->config->site)),
				   error.hint, "transport: %s", error.message);
	else if (active)
		look_at_sealed(run, &peer, recovery);
	else if (strcmp(other->name, run->active->site->name) == 0)
		look_at_installed(run, &peer);
	seal_peer_free(&peer);
	error_free(&error);
}

void
check_transport(CheckRun *run)
{
	const SiteTransport *active;
	char	   *recovery;

	if (run->active == NULL || !cert_is_configured(run->active->site))
		return;
	active = &run->transports[run->active - run->servers];
	if (!active->read)
		return;
	recovery = look_at_recovery(run);
	for (size_t i = 0; i < run->n; i++)
	{
		const ConfigSite *site = run->servers[i].site;

		look_at_key(run, site, active);
		if (&run->servers[i] != run->active)
		{
			compare_keys(run, active, i);
			look_at_set(run, active, site);
		}
		if (strcmp(site->name, run->config->site) != 0)
			look_at_own(run, site, recovery);
	}
	free(recovery);
}
