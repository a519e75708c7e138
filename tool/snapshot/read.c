/*
 * read.c
 *		Reading a snapshot back.
 */
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "snapshot/internal.h"
#include "snapshot/legacy.h"

#define SUM_MAX 1024

bool
snapshot_read_plain(const char *path, size_t limit, Text *content, Error *error)
{
	bool		there;

	return plat_file_read_plain(path, limit, content, &there, error) &&
		(there || error_set(error, NULL, NULL, "there is no file \"%s\"",
							path));
}

/* What is beside the manifest is its own checksum? */
static bool
is_own_sum(const char *directory, const Text *manifest, Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_MANIFEST_SUM, directory);
	char	   *sum = snapshot_manifest_sum(manifest);
	Text		content = {NULL, 0, 0};
	bool		good = snapshot_read_plain(path, SUM_MAX, &content, error);

	if (good && (content.len == 0 || strcmp(content.bytes, sum) != 0))
		good = error_set(error, "The manifest was changed or damaged since it "
						 "was written, or its checksum was.", NULL,
						 "the manifest does not have the checksum that is in "
						 "file \"%s\"", path);
	text_free(&content);
	free(sum);
	free(path);
	return good;
}

static bool
exists(const char *directory, const char *name)
{
	char	   *path = text_format("%s/%s", directory, name);
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;
	bool		there = plat_file_info(path, &info, &ignored) && info.exists &&
	!info.directory;

	error_free(&ignored);
	free(path);
	return there;
}

bool
snapshot_is_encrypted(const char *directory)
{
	return exists(directory, SNAPSHOT_SEALED_LIST);
}

/* What kind of thing is there instead of a snapshot. */
static bool
no_snapshot(const char *directory, Error *error)
{
	PlatFileInfo info;

	if (!plat_file_info(directory, &info, error))
		return false;
	if (!info.exists)
		return error_set(error, NULL, "\"qsrepl snapshot list\" shows all of "
						 "them.", "there is no snapshot \"%s\"", directory);
	if (snapshot_is_encrypted(directory))
		return error_set(error, NULL, "It is opened with the private key of "
						 "the certificate that it was encrypted to.",
						 "snapshot \"%s\" is encrypted", directory);
	return error_set(error, "It has no file " SNAPSHOT_MANIFEST ".", NULL,
					 "\"%s\" is no snapshot", directory);
}

static bool
read_manifest(const char *directory, Snapshot *snapshot, Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_MANIFEST, directory);
	Text		manifest = {NULL, 0, 0};
	bool		good = snapshot_read_plain(path, SNAPSHOT_MANIFEST_MAX, &manifest,
										   error) &&
	is_own_sum(directory, &manifest, error) &&
	(manifest.len > 0 || snapshot_invalid(error, "It is empty.")) &&
	snapshot_manifest_parse(manifest.bytes, manifest.len, snapshot, error);

	text_free(&manifest);
	free(path);
	return good;
}

bool
snapshot_read(const char *directory, Snapshot *snapshot, Error *error)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->directory = arena_strdup(&snapshot->arena, directory);
	if (!exists(directory, SNAPSHOT_MANIFEST))
		return snapshot_is_legacy(directory) ?
			snapshot_read_legacy(directory, snapshot, error) :
			no_snapshot(directory, error);
	return read_manifest(directory, snapshot, error);
}

void
snapshot_free(Snapshot *snapshot)
{
	arena_free(&snapshot->arena);
	memset(snapshot, 0, sizeof(*snapshot));
}
