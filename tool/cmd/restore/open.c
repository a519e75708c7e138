/*
 * open.c
 *		The snapshot that is restored: found, read, and verified as a whole
 *		before anything is touched.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/restore/work.h"
#include "config/path.h"
#include "platform/copy.h"
#include "platform/file.h"
#include "platform/system.h"
#include "server/control.h"
#include "snapshot/legacy.h"
#include "snapshot/store.h"
#include "snapshot/verify.h"

/* A name is one of this machine's snapshots; what has a separator a folder. */
static bool
find(Restore *restore, Error *error)
{
	const Config *config = &restore->move.config;
	const char *named = restore->request->snapshot;
	const ConfigSite *own = config_site(config, config->site);
	char	   *whole = NULL;

	if (strpbrk(named, "/\\") != NULL)
	{
		if (!plat_whole_path(named, &whole, error))
			return false;
		restore->directory = arena_strdup(&restore->move.arena, whole);
		free(whole);
		return true;
	}
	if (own->snapshot_directory == NULL)
		return error_set(error, NULL, "Set it for the site, or name the folder "
						 "with its path. Nothing was changed.",
						 "site \"%s\" has no snapshot_directory", own->name);
	if (!snapshot_name_check(named, error))
		return false;
	restore->directory = arena_printf(&restore->move.arena, "%s/%s",
									  own->snapshot_directory, named);
	return true;
}

static bool
read_it(Restore *restore, Error *error)
{
	if (snapshot_is_encrypted(restore->directory))
		return error_set(error, NULL, "Decrypt it into a directory first. "
						 "Nothing was changed.",
						 "snapshot \"%s\" is encrypted", restore->directory);
	if (!snapshot_hold(restore->directory, &restore->reading, error))
		return false;
	if (!(snapshot_is_legacy(restore->directory) ?
		  snapshot_read_legacy(restore->directory, &restore->snapshot, error) :
		  snapshot_read(restore->directory, &restore->snapshot, error)))
		return false;
	snapshot_legacy_match(&restore->snapshot, &restore->move.config);
	restore->snapshot_read = true;
	return true;
}

/* The first thing that is wrong, and how many there are. */
static bool
judge(const Restore *restore, const SnapshotFindings *findings, Error *error)
{
	for (size_t i = 0; i < findings->n; i++)
	{
		const SnapshotFinding *found = &findings->list[i];

		if (found->severity != SNAPSHOT_WRONG)
			continue;
		error_take_detail(error, text_format("%s%s%s; %lu findings in all.",
											 found->path, found->path[0] !=
											 '\0' ? ": " : "", found->text,
											 (unsigned long) findings->wrong));
		return error_set(error, error->detail, "\"qsrepl snapshot verify\" "
						 "tells all of it. Nothing was changed.",
						 "snapshot \"%s\" is not what it was when it was made",
						 restore->directory);
	}
	return true;
}

/* So many of them are named. */
#define UNSTABLE_EXAMPLES 3

/* What may be torn is restored all the same: there is nothing better. */
static void
tell_unstable(Restore *restore)
{
	const Snapshot *snapshot = &restore->snapshot;
	Arena	   *arena = &restore->move.arena;
	const char *names = "";
	size_t		n = 0;

	for (size_t i = 0; i < snapshot->n_files; i++)
		if (snapshot->files[i].unstable && n++ < UNSTABLE_EXAMPLES)
			names = arena_printf(arena, "%s%s\"%s\"", names, n > 1 ? ", " :
								 "", arena_quote(arena,
												 snapshot->files[i].path));
	if (n > 0)
		text_addf(&restore->told, "Warning: %lu %s changing while the snapshot "
				  "was made, and may be torn: %s%s.\n", (unsigned long) n,
				  n == 1 ? "file was" : "files were", names,
				  n > UNSTABLE_EXAMPLES ? ", ..." : "");
}

static bool
verify(Restore *restore, Error *error)
{
	SnapshotFindings findings;
	bool		good;

	memset(&findings, 0, sizeof(findings));
	snapshot_verify_files(&restore->snapshot, &findings);
	if (!restore->request->files_only)
		snapshot_verify_dumps(&restore->snapshot, restore->site, &findings);
	good = judge(restore, &findings, error);
	if (good && !restore->request->database_only)
		tell_unstable(restore);
	snapshot_findings_free(&findings);
	return good;
}

/*
 * By what a snapshot is known again; "": a folder of the Snapshots tool, which
 * has nothing of that kind.
 */
static bool
fingerprint(Restore *restore, const char **sum, Error *error)
{
	Arena	   *arena = &restore->move.arena;
	char		sha256[DIGEST_SIZE];
	uint64_t	size;

	*sum = "";
	if (restore->snapshot.legacy)
		return true;
	if (!plat_file_digest(arena_printf(arena, "%s/" SNAPSHOT_MANIFEST,
									   restore->directory), sha256, &size,
						  error))
		return false;
	*sum = arena_strdup(arena, sha256);
	return true;
}

int
restore_open_snapshot(Restore *restore, Error *error)
{
	if (!find(restore, error) || !read_it(restore, error) ||
		!fingerprint(restore, &restore->manifest, error))
		return EXIT_INPUT;
	return verify(restore, error) ? EXIT_OK : EXIT_REFUSED;
}

bool
restore_read_again(Restore *restore, const char *manifest, Error *error)
{
	if (!read_it(restore, error) ||
		!fingerprint(restore, &restore->manifest, error))
		return false;
	if (strcmp(restore->manifest, manifest) != 0)
		return error_set(error, NULL, "A part of what is restored is of the "
						 "former one: run \"qsrepl abort\", and restore again.",
						 "snapshot \"%s\" is another one than the run began "
						 "with", restore->directory);
	for (size_t i = 0; i < restore->n_databases; i++)
	{
		RestoreDatabase *database = &restore->databases[i];

		database->from = snapshot_database(&restore->snapshot,
										   database->name);
		if (database->from == NULL)
			return error_set(error, NULL, "Put the snapshot back that the run "
							 "began with, or run \"qsrepl abort\".",
							 "snapshot \"%s\" does not have database \"%s\" "
							 "any more", restore->directory, database->name);
	}
	return true;
}
