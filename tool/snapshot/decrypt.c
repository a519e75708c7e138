/*
 * decrypt.c
 *		An encrypted snapshot becomes one in clear text.
 */
#include "snapshot/decrypt.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/tree.h"
#include "snapshot/each.h"
#include "snapshot/manifest.h"

typedef struct Decrypting
{
	const SnapshotSealed *sealed;
	const Snapshot *manifest;
	const SealKey *key;
	const char *target;
} Decrypting;

static bool
run(void *arg, size_t number, Error *error)
{
	const Decrypting *work = arg;
	char	   *path = text_format("%s/%s", work->target,
								   work->manifest->files[number].path);
	bool		good = snapshot_decrypt_file(work->sealed, work->manifest,
											 number, work->key, path,
											 error);

	free(path);
	return good;
}

/* All directories on the way to a path, which are new or ours. */
static bool
make_way(const char *target, const char *path, bool last, Error *error)
{
	char	   *copy = text_format("%s/%s", target, path);
	char	   *at = copy + strlen(target) + 1;
	bool		good = true;

	while (good && (at = strchr(at, '/')) != NULL)
	{
		*at = '\0';
		good = plat_directory_make(copy, error);
		*at++ = '/';
	}
	good = good && (!last || plat_directory_make(copy, error));
	free(copy);
	return good;
}

static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t) (slash - path) : 0;
}

/* Files of one folder stand behind each other mostly. */
static bool
make_folders(const Decrypting *work, Error *error)
{
	const Snapshot *manifest = work->manifest;
	bool		good = true;

	for (size_t i = 0; good && i < manifest->n_files; i++)
	{
		const char *path = manifest->files[i].path;
		const char *before = i > 0 ? manifest->files[i - 1].path : "";
		size_t		len = folder_length(path);

		if (len > 0 && (len != folder_length(before) ||
						strncmp(path, before, len) != 0))
			good = make_way(work->target, path, false, error);
	}
	for (size_t i = 0; good && i < manifest->n_directories; i++)
		good = make_way(work->target, manifest->directories[i], true, error);
	return good;
}

static bool
write_manifest(const char *target, const Text *manifest, Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_MANIFEST, target);
	char	   *sum_path = text_format("%s/" SNAPSHOT_MANIFEST_SUM, target);
	char	   *sum = snapshot_manifest_sum(manifest);
	bool		good = plat_file_write(sum_path, sum, strlen(sum), true,
									   error) &&
	plat_file_write(path, manifest->bytes, manifest->len, true, error);

	free(sum);
	free(sum_path);
	free(path);
	return good;
}

static bool
fill(Decrypting *work, const Text *manifest, Error *error)
{
	Error		ignored = ERROR_NONE;

	if (!plat_directory_new(work->target, error))
		return false;
	if (make_folders(work, error) && snapshot_each(work->manifest->n_files, run, work, "the decryption was interrupted", error) &&
		plat_tree_sync(work->target, error) &&
		write_manifest(work->target, manifest, error))
		return true;
	plat_directory_remove(work->target, &ignored);
	error_free(&ignored);
	return false;
}

bool
snapshot_decrypt(const char *directory, const SealKey *key,
				 const char *target, Error *error)
{
	SnapshotSealed sealed;
	Snapshot	snapshot;
	Text		manifest = {NULL, 0, 0};
	Decrypting	work = {&sealed, &snapshot, key, target};
	bool		good;

	memset(&snapshot, 0, sizeof(snapshot));
	good = snapshot_sealed_read(directory, &sealed, error) &&
		snapshot_decrypt_manifest(&sealed, key, &manifest, error) &&
		snapshot_fit_manifest(&sealed, &manifest, &snapshot, error) &&
		fill(&work, &manifest, error);
	text_free(&manifest);
	snapshot_free(&snapshot);
	snapshot_sealed_free(&sealed);
	return good;
}
