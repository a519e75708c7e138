/*
 * certificates.c
 *		The step that installs the snapshot's certificates, where the site has
 *		other ones: what Qlik Sense has encrypted in the restored databases is
 *		read with their keys.
 *
 * A set that cannot be opened here, or whose signer is not known, is told and
 * left: the certificates that are there stay.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/secret.h"
#include "cert/folder.h"
#include "cert/store.h"
#include "cmd/restore/work.h"
#include "platform/file.h"
#include "platform/secret.h"
#include "seal/peer.h"
#include "seal/ring.h"
#include "seal/seal.h"

static void
leave(Restore *restore, const char *why)
{
	text_addf(&restore->move.notes, "The certificates of the snapshot were "
			  "not installed: %s. Those of site %s stay; \"qsrepl cert "
			  "verify\" tells whether the databases need others.\n", why,
			  restore->site->name);
}

/* The first file of the snapshot's certificates with an ending, or NULL. */
static const char *
find_file(const Restore *restore, const char *end)
{
	const Snapshot *snapshot = &restore->snapshot;

	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		const char *path = snapshot->files[i].path;
		size_t		len = strlen(path);

		if ((strncmp(path, "certificates/", strlen("certificates/")) == 0 ||
			 (snapshot->legacy && strchr(path, '/') == NULL)) &&
			len > strlen(end) && strcmp(path + len - strlen(end), end) == 0)
			return path;
	}
	return NULL;
}

/* Whose the signature is, in PEM: one of our own keys, or the other site's. */
static char *
signer_of(Restore *restore, const SealRing *ring, const SealHeader *header)
{
	const Config *config = &restore->move.config;
	const SealKey *own = seal_ring_find(ring, header->signer);
	SealPeer	peer;
	Error		ignored = ERROR_NONE;
	char	   *pem = NULL;

	if (own != NULL)
		return seal_key_certificate(own);
	memset(&peer, 0, sizeof(peer));
	if (seal_peer_read(config->certificates.key_directory, header->from,
					   &peer, &ignored) && peer.certificate != NULL)
		pem = text_format("%s", peer.certificate);
	error_free(&ignored);
	seal_peer_free(&peer);
	return pem;
}

static bool
open_set(Restore *restore, const SealRing *ring, const Text *sealed,
		 CertSet *set, Error *error)
{
	Arena	   *arena = &restore->move.arena;
	SealHeader	header;
	Text		packed = {NULL, 0, 0};
	const SealKey *key;
	char	   *signer;
	size_t		len;
	bool		good;

	if (!seal_header_read(sealed->bytes, sealed->len, arena, &header, &len,
						  error))
		return false;
	key = seal_ring_find(ring, header.recipient);
	signer = signer_of(restore, ring, &header);
	if (key == NULL || signer == NULL)
	{
		leave(restore, key == NULL ? "they are sealed to a key that is not on "
			  "this machine" : "it is not known who signed them");
		free(signer);
		return true;
	}
	good = seal_open(sealed->bytes, sealed->len, key, signer, arena, &header,
					 &packed, error) &&
		cert_set_unpack(packed.bytes, packed.len, set, error);
	secret_free(&packed);
	free(signer);
	return good;
}

static bool
read_sealed(Restore *restore, const char *path, CertSet *set, Error *error)
{
	const char *directory =
	restore->move.config.certificates.key_directory;
	SealRing	ring;
	Text		sealed = {NULL, 0, 0};
	bool		good;

	if (directory == NULL)
	{
		leave(restore, "this machine has no key_directory");
		return true;
	}
	memset(&ring, 0, sizeof(ring));
	good = plat_file_read(arena_printf(&restore->move.arena, "%s/%s",
									   restore->directory, path),
						  SEAL_BYTES_MAX, &sealed, error) &&
		seal_ring_read(directory, &ring, error) &&
		open_set(restore, &ring, &sealed, set, error);
	text_free(&sealed);
	seal_ring_free(&ring);
	return good;
}

/*
 * PFX files, whose password is the configuration's: those of rim nodes are in
 * folders of their own.
 */
static bool
read_plain(Restore *restore, CertSet *set, Error *error)
{
	const char *password_file =
	restore->move.config.certificates.password_file;
	const char *folder = restore->snapshot.legacy ? restore->directory :
	arena_printf(&restore->move.arena, "%s/certificates",
				 restore->directory);
	Text		password = {NULL, 0, 0};
	CertFound	found = CERT_FOUND_NONE;
	bool		good = (password_file == NULL ||
						cert_password_read(password_file, &password, error)) &&
	cert_find(folder, password.bytes, &found, error) &&
	cert_set_copy(&found.set, set, error);

	cert_found_free(&found);
	secret_free(&password);
	return good;
}

static bool
read_snapshot(Restore *restore, CertSet *set, Error *error)
{
	const char *sealed = find_file(restore, ".sealed");
	const char *plain = sealed == NULL ? find_file(restore, ".pfx") : NULL;

	if (sealed != NULL)
		return read_sealed(restore, sealed, set, error);
	return plain == NULL || read_plain(restore, set, error);
}

/* What tells a set from others, for the journal: nothing in it is secret. */
static bool
identify(const CertSet *set, char sha256[DIGEST_SIZE], Error *error)
{
	Text		bytes = {NULL, 0, 0};
	Digest	   *digest;

	if (!cert_set_identify(set, &bytes, error))
		return false;
	digest = digest_new();
	digest_add(digest, bytes.bytes != NULL ? bytes.bytes : "", bytes.len);
	digest_end(digest, sha256);
	digest_free(digest);
	text_free(&bytes);
	return true;
}

static bool
identify_own(Restore *restore, char sha256[DIGEST_SIZE], Error *error)
{
	CertSet		set = CERT_SET_NONE;
	bool		good = cert_store_read(&restore->move.config, restore->site,
									   &set, error) &&
	identify(&set, sha256, error);

	cert_set_free(&set);
	return good;
}

/* What is noted first is what the undo goes by. */
static bool
install(Restore *restore, const CertSet *set, PlanProgress *progress,
		Error *error)
{
	const CertPlace place = {&restore->move.config, restore->site};
	const CertStore *store = cert_store_of(&place, error);
	char		before[DIGEST_SIZE];
	char		after[DIGEST_SIZE];

	if (store == NULL || !identify_own(restore, before, error) ||
		!identify(set, after, error))
		return false;
	if (strcmp(before, after) == 0)
		return true;
	if (!plan_note(progress, "certificates_before", before, error) ||
		!plan_note(progress, "certificates_after", after, error) ||
		!store->install(&place, set, error))
		return false;
	text_addf(&restore->move.notes, "The certificates of the snapshot are "
			  "installed; \"qsrepl cert rollback\" brings the former ones "
			  "back.\n");
	return true;
}

bool
restore_certificates_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	CertSet		set = CERT_SET_NONE;
	Error		unread = ERROR_NONE;
	bool		good = true;

	if (!cert_is_configured(restore->site))
		return true;
	plat_secret_process();
	if (!read_snapshot(restore, &set, &unread))
		leave(restore, unread.message);
	else if (set.n > 0)
		good = install(restore, &set, progress, error);
	error_free(&unread);
	cert_set_free(&set);
	return good;
}

bool
restore_certificates_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	const CertPlace place = {&restore->move.config, restore->site};
	const char *after = plan_noted(progress, "certificates_after");
	const CertStore *store;
	char		now[DIGEST_SIZE];

	if (after == NULL || !cert_is_configured(restore->site))
		return true;
	plat_secret_process();
	store = cert_store_of(&place, error);
	if (store == NULL || !identify_own(restore, now, error))
		return false;
	return strcmp(now, after) != 0 || store->rollback(&place, error);
}
