/*
 * verify_sealed.c
 *		An encrypted snapshot: by everybody, and by who has a key.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/cancel.h"
#include "platform/parallel.h"
#include "snapshot/decrypt.h"
#include "snapshot/verify.h"

#define THREADS 2

static bool
is_list(const char *path)
{
	return strcmp(path, SNAPSHOT_SEALED_LIST) == 0 ||
		strcmp(path, SNAPSHOT_SEALED_SUM) == 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const SnapshotExpected *) a)->path,
				  ((const SnapshotExpected *) b)->path);
}

void
snapshot_verify_sealed(const SnapshotSealed *sealed,
					   SnapshotFindings *findings)
{
	SnapshotExpected *files = mem_alloc(sealed->n_files *
										sizeof(SnapshotExpected));
	const SnapshotTree expected = {
		.directory = sealed->directory,.files = files,.n = sealed->n_files,
		.pass = is_list
	};

	for (size_t i = 0; i < sealed->n_files; i++)
	{
		files[i].path = sealed->files[i].path;
		files[i].size = sealed->files[i].size;
		files[i].sha256 = sealed->files[i].sha256;
	}
	qsort(files, sealed->n_files, sizeof(SnapshotExpected), compare);
	snapshot_verify_tree(&expected, findings);
	free(files);
}

typedef struct Opening
{
	const SnapshotSealed *sealed;
	const Snapshot *manifest;
	const SealKey *key;
	Error	   *errors;			/* one for each file; a thread's own */
} Opening;

static bool
run(void *arg, size_t number)
{
	const Opening *opening = arg;

	snapshot_decrypt_file(opening->sealed, opening->manifest, number,
						  opening->key, NULL, &opening->errors[number]);
	return true;
}

void
snapshot_verify_opened(const SnapshotSealed *sealed, const Snapshot *manifest,
					   const SealKey *key, SnapshotFindings *findings)
{
	const size_t n = manifest->n_files;
	Opening		opening = {sealed, manifest, key, NULL};

	opening.errors = mem_alloc((n + 1) * sizeof(Error));
	for (size_t i = 0; i < n; i++)
		opening.errors[i] = (Error) ERROR_NONE;
	plat_parallel(n, THREADS, run, NULL, &opening);
	for (size_t i = 0; i < n; i++)
	{
		if (opening.errors[i].message != NULL)
			snapshot_found(findings, SNAPSHOT_WRONG, "encryption",
						   manifest->files[i].path, "%s",
						   opening.errors[i].message);
		error_free(&opening.errors[i]);
	}
	free(opening.errors);
	if (plat_cancelled())
		snapshot_found(findings, SNAPSHOT_WRONG, "encryption", "",
					   "the verification was interrupted");
}
