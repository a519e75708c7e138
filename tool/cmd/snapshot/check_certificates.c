/*
 * check_certificates.c
 *		Can this site open the certificates that are in a snapshot?
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "cert/folder.h"
#include "cert/pool.h"
#include "cmd/cert/transport_work.h"
#include "cmd/snapshot/check.h"
#include "platform/file.h"
#include "seal/ring.h"
#include "seal/seal.h"

#define SUFFIX ".sealed"
#define HOST_CFG "Host.cfg"
#define HOST_CFG_MAX 4096

/* What is known of a snapshot's sealed sets so far. */
typedef struct Sealed
{
	const SnapshotCheck *check;
	const Snapshot *snapshot;
	SnapshotFindings *findings;
	SealRing	ring;			/* empty where this machine has no keys */
	char		recovery[SEAL_FINGERPRINT_SIZE];	/* of this machine's
													 * recovery certificate;
													 * "" */
	size_t		n;				/* sets that are there */
	size_t		opened;
	size_t		recoverable;
} Sealed;

static bool
ends_in(const char *path, const char *suffix)
{
	size_t		n = strlen(path);
	size_t		m = strlen(suffix);

	return n > m && strcmp(path + n - m, suffix) == 0;
}

/* Keys that are not there are not made. */
static void
read_keys(Sealed *sealed)
{
	const Config *config = sealed->check->config;
	Error		ignored = ERROR_NONE;
	PlatFileInfo info;
	char	   *pem = NULL;

	if (config->certificates.key_directory != NULL &&
		plat_file_info(config->certificates.key_directory, &info,
					   &ignored) && info.directory &&
		!seal_ring_read(config->certificates.key_directory, &sealed->ring,
						&ignored))
		snapshot_found(sealed->findings, SNAPSHOT_WEAK, "certificates", "",
					   "this site's keys: %s", ignored.message);
	if (config->certificates.recovery_certificate != NULL &&
		transport_recovery(config, &pem, &ignored))
		seal_certificate_fingerprint(pem, sealed->recovery, &ignored);
	free(pem);
	error_free(&ignored);
}

/* The key that a set is for: one of this machine's, or the one that is given. */
static const SealKey *
find_key(const Sealed *sealed, const SealHeader *header)
{
	const SealKey *given = sealed->check->key;
	const SealKey *key = seal_ring_find(&sealed->ring, header->recipient);

	if (key == NULL && given != NULL &&
		(strcmp(seal_key_fingerprint(given), header->recipient) == 0 ||
		 strcmp(seal_key_fingerprint(given), header->recovery) == 0))
		key = given;
	return key;
}

static void
open_set(Sealed *sealed, const char *path, const Text *bytes)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	SealHeader	header;
	size_t		len;
	const SealKey *key = NULL;
	Text		packed = {NULL, 0, 0};
	CertSet		set = CERT_SET_NONE;
	bool		good = seal_header_read(bytes->bytes, bytes->len, &arena,
										&header, &len, &error);

	if (good)
	{
		key = find_key(sealed, &header);
		sealed->recoverable += strcmp(header.recovery, sealed->recovery) == 0;
	}
	if (key != NULL)
		good = seal_open(bytes->bytes, bytes->len, key, NULL, &arena, &header,
						 &packed, &error) &&
			cert_set_unpack(packed.bytes, packed.len, &set, &error);
	if (!good)
		snapshot_found(sealed->findings, SNAPSHOT_WRONG, "certificates", path,
					   "sealed certificates: %s", error.message);
	else if (key != NULL)
	{
		sealed->opened++;
		snapshot_found(sealed->findings, SNAPSHOT_TOLD, "certificates", path,
					   "%zu certificates can be opened here", set.n);
	}
	cert_set_free(&set);
	secret_free(&packed);
	error_free(&error);
	arena_free(&arena);
}

static bool
read_file(const Snapshot *snapshot, const char *path, size_t limit,
		  Text *bytes, Error *error)
{
	char	   *whole = text_format("%s/%s", snapshot->directory, path);
	bool		good = plat_file_read(whole, limit, bytes, error);

	if (good && bytes->bytes == NULL)
		text_add(bytes, "");
	free(whole);
	return good;
}

/* What cannot be read was told when its hash was compared. */
static void
check_sealed(Sealed *sealed)
{
	for (size_t i = 0; i < sealed->snapshot->n_files; i++)
	{
		const char *path = sealed->snapshot->files[i].path;
		Text		bytes = {NULL, 0, 0};
		Error		ignored = ERROR_NONE;

		if (strncmp(path, "certificates/", 13) != 0 || !ends_in(path, SUFFIX))
			continue;
		sealed->n++;
		if (read_file(sealed->snapshot, path, SEAL_BYTES_MAX, &bytes,
					  &ignored))
			open_set(sealed, path, &bytes);
		error_free(&ignored);
		text_free(&bytes);
	}
	if (sealed->n > 0 && sealed->opened == 0)
		snapshot_found(sealed->findings, SNAPSHOT_WEAK, "certificates", "",
					   sealed->recoverable > 0 ?
					   "only the recovery key opens the certificates: site "
					   "\"%s\" has no key that they are sealed for" :
					   "site \"%s\" has no key that the certificates are "
					   "sealed for, nor are they for its recovery key",
					   sealed->check->site->name);
}

/* A PFX file that a common password opens is open to everybody. */
static void
check_pfx(const SnapshotCheck *check, const Snapshot *snapshot,
		  const char *path, const Text *password, SnapshotFindings *findings)
{
	Text		bytes = {NULL, 0, 0};
	CertPool	pool = CERT_POOL_NONE;
	Error		error = ERROR_NONE;
	bool		good = read_file(snapshot, path, SEAL_BYTES_MAX, &bytes,
								 &error);

	(void) check;
	if (good && cert_read_pfx(&bytes, path, NULL, &pool, &error))
		snapshot_found(findings, SNAPSHOT_WEAK, "certificates", path,
					   "\"%s\" has its keys under a password that everybody "
					   "knows, as the Snapshots tool gives it", path);
	else if (good && password->bytes != NULL &&
			 cert_read_pfx(&bytes, path, password->bytes, &pool, &error))
		snapshot_found(findings, SNAPSHOT_TOLD, "certificates", path,
					   "\"%s\" can be opened with the configured password",
					   path);
	else if (good)
		snapshot_found(findings, SNAPSHOT_WEAK, "certificates", path,
					   "\"%s\" cannot be opened: %s", path, error.message);
	error_free(&error);
	cert_pool_free(&pool);
	secret_free(&bytes);
}

static size_t
check_all_pfx(const SnapshotCheck *check, const Snapshot *snapshot,
			  SnapshotFindings *findings)
{
	const char *file = check->config->certificates.password_file;
	Text		password = {NULL, 0, 0};
	Error		ignored = ERROR_NONE;
	size_t		n = 0;

	if (file != NULL)
		cert_password_read(file, &password, &ignored);
	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		const char *path = snapshot->files[i].path;

		if (ends_in(path, ".pfx") &&
			(strncmp(path, "certificates/", 13) == 0 ||
			 (snapshot->legacy && strchr(path, '/') == NULL)))
		{
			check_pfx(check, snapshot, path, &password, findings);
			n++;
		}
	}
	secret_free(&password);
	error_free(&ignored);
	return n;
}

/* The central node's name, in base64. */
static void
check_host(const Snapshot *snapshot, SnapshotFindings *findings)
{
	const char *path = snapshot->legacy ? HOST_CFG : "server/" HOST_CFG;
	Text		bytes = {NULL, 0, 0};
	Text		name = {NULL, 0, 0};
	Error		ignored = ERROR_NONE;

	if (snapshot_find(snapshot, path) == NULL)
		return;
	if (read_file(snapshot, path, HOST_CFG_MAX, &bytes, &ignored))
	{
		while (bytes.len > 0 && strchr(" \r\n\t", bytes.bytes[bytes.len - 1]))
			bytes.bytes[--bytes.len] = '\0';
		if (base64_decode(bytes.bytes, &name) && name.len > 0)
			snapshot_found(findings, SNAPSHOT_TOLD, "server", path,
						   "its central node is \"%s\"",
						   arena_quote(&findings->arena, name.bytes));
		else
			snapshot_found(findings, SNAPSHOT_WEAK, "server", path,
						   "\"%s\" is no host name in base64", path);
	}
	error_free(&ignored);
	secret_free(&name);
	text_free(&bytes);
}

void
snapshot_check_certificates(const SnapshotCheck *check,
							const Snapshot *snapshot,
							SnapshotFindings *findings)
{
	Sealed		sealed = {.check = check,.snapshot = snapshot,
	.findings = findings};

	read_keys(&sealed);
	check_sealed(&sealed);
	seal_ring_free(&sealed.ring);
	if (check_all_pfx(check, snapshot, findings) == 0 && sealed.n == 0)
		snapshot_found(findings, SNAPSHOT_TOLD, "certificates", "",
					   "it has no certificates");
	check_host(snapshot, findings);
}
