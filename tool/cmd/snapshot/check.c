/*
 * check.c
 *		All that is to be known of a snapshot before it is relied on.
 */
#include "cmd/snapshot/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "cert/folder.h"
#include "platform/system.h"
#include "scratch/scratch.h"
#include "snapshot/decrypt.h"
#include "snapshot/legacy.h"

static void
tell(const SnapshotCheck *check, const char *what)
{
	if (check->tell != NULL)
		check->tell(check->arg, what);
}

/* What is wrong with the whole, in one finding. */
static void
find_error(SnapshotFindings *findings, const char *what, const Error *error)
{
	snapshot_found(findings, SNAPSHOT_WRONG, what, "", "%s%s%s",
				   error->message, error->detail != NULL ? ": " : "",
				   error->detail != NULL ? error->detail : "");
}

static void
check_databases(const SnapshotCheck *check, const Snapshot *snapshot,
				SnapshotFindings *findings)
{
	const ConfigWords *words = &check->config->databases;

	for (size_t i = 0; i < words->n; i++)
		if (snapshot_database(snapshot, words->words[i]) == NULL)
			snapshot_found(findings, SNAPSHOT_TOLD, "dump", "",
						   "database \"%s\" is not in it", words->words[i]);
}

static void
check_plain(const SnapshotCheck *check, Snapshot *snapshot,
			SnapshotFindings *findings)
{
	snapshot_legacy_match(snapshot, check->config);
	tell(check, "reading all files");
	snapshot_verify_files(snapshot, findings);
	if (check->files_only)
		return;
	tell(check, "reading the dumps' lists");
	snapshot_verify_dumps(snapshot, check->site, findings);
	check_databases(check, snapshot, findings);
	snapshot_check_certificates(check, snapshot, findings);
	scratch_clear(check->config, check->site);
	if (check->deep && findings->wrong == 0)
		snapshot_check_deep(check, snapshot, findings);
	else if (check->deep)
		snapshot_found(findings, SNAPSHOT_TOLD, "deep", "", "it was not "
					   "restored for trial, since it is damaged");
}

static void
tell_recipients(const SnapshotSealed *sealed, SnapshotFindings *findings)
{
	for (size_t i = 0; i < sealed->n_recipients; i++)
		snapshot_found(findings, SNAPSHOT_TOLD, "encryption", "",
					   "it is encrypted to the certificate \"%s\", %.16s...",
					   arena_quote(&findings->arena,
								   sealed->recipients[i].subject),
					   sealed->recipients[i].fingerprint);
}

/* By who has the key: the content, and what else is known of it then. */
static void
check_opened(const SnapshotCheck *check, const SnapshotSealed *sealed,
			 SnapshotFindings *findings)
{
	Snapshot	manifest;
	Error		error = ERROR_NONE;

	tell(check, "decrypting all files");
	if (!snapshot_sealed_manifest(sealed, check->key, &manifest, &error))
		find_error(findings, "encryption", &error);
	else
		snapshot_verify_opened(sealed, &manifest, check->key, findings);
	error_free(&error);
	snapshot_free(&manifest);
}

static void
check_sealed(const SnapshotCheck *check, SnapshotFindings *findings)
{
	SnapshotSealed sealed;
	Error		error = ERROR_NONE;

	if (!snapshot_sealed_read(check->directory, &sealed, &error))
		find_error(findings, "encryption", &error);
	else
	{
		tell(check, "reading all files");
		snapshot_verify_sealed(&sealed, findings);
		tell_recipients(&sealed, findings);
		if (check->key != NULL)
			check_opened(check, &sealed, findings);
		else
			snapshot_found(findings, SNAPSHOT_TOLD, "encryption", "",
						   "without its key only the encrypted files were "
						   "compared with their list");
		if (check->deep)
			snapshot_found(findings, SNAPSHOT_WEAK, "deep", "", "an encrypted "
						   "snapshot is not restored for trial: decrypt it "
						   "first");
	}
	error_free(&error);
	snapshot_sealed_free(&sealed);
}

void
snapshot_check(const SnapshotCheck *check, SnapshotFindings *findings)
{
	Snapshot	snapshot;
	Error		error = ERROR_NONE;

	if (snapshot_is_encrypted(check->directory))
	{
		check_sealed(check, findings);
		return;
	}
	if (snapshot_read(check->directory, &snapshot, &error))
		check_plain(check, &snapshot, findings);
	else
		find_error(findings, "manifest", &error);
	error_free(&error);
	snapshot_free(&snapshot);
}

bool
snapshot_directory_of(const ConfigSite *site, const char *word, Arena *arena,
					  const char **directory, Error *error)
{
	char	   *whole = NULL;

	if (strpbrk(word, "/\\") != NULL)
	{
		if (!plat_whole_path(word, &whole, error))
			return false;
		*directory = arena_strdup(arena, whole);
		free(whole);
		return true;
	}
	if (site->snapshot_directory == NULL)
		return error_set(error, NULL, "Set it for the site, or name the folder "
						 "with its path.",
						 "site \"%s\" has no snapshot_directory", site->name);
	if (!snapshot_name_check(word, error))
		return false;
	*directory = arena_printf(arena, "%s/%s", site->snapshot_directory, word);
	return true;
}

bool
snapshot_key_read(const char *path, const char *passphrase_file,
				  SealKey **key, Error *error)
{
	Text		passphrase = {NULL, 0, 0};
	bool		good = (passphrase_file == NULL ||
						cert_password_read(passphrase_file, &passphrase,
										   error)) &&
	seal_key_read_bare(path, passphrase.bytes, key, error);

	if (!good && error->hint == NULL && passphrase_file == NULL)
		error_take_hint(error, text_format("A key with a passphrase needs "
										   "--passphrase-file."));
	secret_free(&passphrase);
	return good;
}
