/*
 * certificates.c
 *		A site's certificates in its snapshots.
 *
 * A sealed set is for one recipient and the recovery key, so there is one for
 * each site: whichever of them restores the snapshot opens its own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "cert/folder.h"
#include "cert/store.h"
#include "cmd/cert/transport_work.h"
#include "cmd/snapshot/work.h"
#include "platform/clock.h"
#include "platform/private.h"
#include "server/target.h"

#define FOLDER "certificates"

/* What sealing takes. */
typedef struct Sealing
{
	SnapshotWork *work;
	SealRing	ring;
	char	   *recovery;		/* PEM */
	char	   *system;
	Text		packed;
} Sealing;

static bool
seal_for(Sealing *sealing, const char *site, const char *recipient,
		 Error *error)
{
	SealHeader	header = {
		.from = sealing->work->site->name,.to = SNAPSHOT_SEALED_TO,
		.system = sealing->system,.counter = 1,.time_ms = plat_wall_ms()
	};
	Text		sealed = {NULL, 0, 0};
	char	   *path = text_format(FOLDER "/%s.sealed", site);
	bool		good = seal_make(&header, sealing->ring.current, recipient,
								 sealing->recovery, &sealing->packed, &sealed,
								 error) &&
	snapshot_add_bytes(sealing->work, path, sealed.bytes, sealed.len, error);

	text_free(&sealed);
	free(path);
	return good;
}

static bool
seal_for_own(Sealing *sealing, Error *error)
{
	char	   *own;
	bool		good;

	if (sealing->ring.current == NULL)
		return error_set(error, NULL, "Run \"qsrepl cert keys\" here.",
						 "this site has no transport key to seal its "
						 "certificates with");
	own = seal_key_certificate(sealing->ring.current);
	good = seal_for(sealing, sealing->work->site->name, own, error);
	free(own);
	return good;
}

/* A site whose key was never seen here cannot open the snapshot's set. */
static bool
seal_for_other(Sealing *sealing, const char *site, Error *error)
{
	const char *directory =
	sealing->work->config->certificates.key_directory;
	SealPeer	peer = {.certificate = NULL};
	bool		good = seal_peer_read(directory, site, &peer, error);

	if (good && peer.certificate != NULL)
		good = seal_for(sealing, site, peer.certificate, error);
	else if (good)
		snapshot_add_note(sealing->work, "not sealed", FOLDER, site);
	seal_peer_free(&peer);
	return good;
}

static bool
read_system(Sealing *sealing, Error *error)
{
	const SnapshotWork *work = sealing->work;
	PgConnection *connection = server_connect(work->config, work->site,
											  work->config->databases.words[0],
											  error);
	bool		good = connection != NULL &&
	seal_exchange_system(connection, &sealing->system, error);

	pg_close(connection);
	return good;
}

static bool
seal_all(SnapshotWork *work, const CertSet *set, Error *error)
{
	const Config *config = work->config;
	const char *directory = config->certificates.key_directory;
	Sealing		sealing = {.work = work};
	bool		good = transport_recovery(config, &sealing.recovery, error) &&
	plat_directory_private(directory, error) &&
	seal_ring_read(directory, &sealing.ring, error) &&
	read_system(&sealing, error) &&
	cert_set_pack(set, &sealing.packed, error) &&
	seal_for_own(&sealing, error);

	for (size_t i = 0; good && i < config->n_sites; i++)
		if (&config->sites[i] != work->site)
			good = seal_for_other(&sealing, config->sites[i].name, error);
	secret_free(&sealing.packed);
	seal_ring_free(&sealing.ring);
	free(sealing.recovery);
	free(sealing.system);
	return good;
}

/* The first one of a kind that is there more than once, or NULL. */
static const CertEntry *
find_twice(const CertSet *set)
{
	for (size_t i = 0; i < set->n; i++)
	{
		const CertEntry *entry = &set->entries[i];

		if (entry->role <= CERT_CLIENT &&
			cert_set_count(set, entry->role, entry->role == CERT_SERVER ?
						   entry->name : NULL) > 1)
			return entry;
	}
	return NULL;
}

/* Of two, a file can have one only, and it might be the wrong one. */
static bool
check_once(const SnapshotWork *work, const CertSet *set, Error *error)
{
	static const char *const words[] = {"root", "server", "client"};
	const CertEntry *entry = find_twice(set);

	return entry == NULL ||
		error_set(error, NULL, "\"qsrepl cert verify\" tells them. Remove those "
				  "that Qlik Sense does not use, or have all of them sealed, "
				  "without PFX files.", "site \"%s\" has more than one %s "
				  "certificate%s%s: which of them counts cannot be told",
				  work->site->name, words[entry->role],
				  entry->role == CERT_SERVER ? " of node " : "", entry->name);
}

static bool
write_pfx(SnapshotWork *work, const CertSet *set, Error *error)
{
	const ConfigCertificates *settings = &work->config->certificates;
	Text		password = {NULL, 0, 0};
	char	   *place = text_format("%s/" FOLDER, work->work);
	CertFormat	format = {.pfx = true,
	.old = settings->compat == CONFIG_COMPAT_WINDOWS};
	bool		good;

	if (!check_once(work, set, error))
		good = false;
	else if (settings->password_file == NULL)
		good = error_set(error, NULL, "Name a private file with it as "
						 "password_file in section [certificates].",
						 "PFX files need a password");
	else
		good = cert_password_read(settings->password_file, &password, error);
	format.password = password.bytes;
	good = good && cert_folder_write(place, set, &format, error) &&
		snapshot_add_tree(work, FOLDER, error);
	secret_free(&password);
	free(place);
	return good;
}

bool
cmd_snapshot_certificates(SnapshotWork *work, bool plain_pfx, Error *error)
{
	CertSet		set = CERT_SET_NONE;
	bool		good;

	if (!cert_is_configured(work->site))
		return true;
	good = cert_store_read(work->config, work->site, &set, error);
	if (good && set.n == 0)
		good = error_set(error, NULL, "Export them from Qlik Sense and run "
						 "\"qsrepl cert import\".",
						 "site \"%s\" has no certificates", work->site->name);
	if (good && find_twice(&set) != NULL)
		snapshot_add_note(work, "twice", FOLDER, find_twice(&set)->name);
	good = good && snapshot_part_begin(work, SNAPSHOT_PART_CERTIFICATES, "",
									   FOLDER, error) &&
		(plain_pfx ? write_pfx : seal_all) (work, &set, error);
	if (work->part != NULL)
		snapshot_part_end(work);
	cert_set_free(&set);
	return good;
}
