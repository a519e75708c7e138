/*
 * decrypt_file.c
 *		One file of an encrypted snapshot.
 */
#include "snapshot/decrypt.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "platform/file.h"
#include "platform/stream.h"
#include "snapshot/manifest.h"

/* One file on its way. */
typedef struct Way
{
	SealPieces *pieces;
	PlatOutput *output;			/* NULL: nowhere */
	Text	   *text;			/* or NULL */
	Digest	   *digest;
	uint64_t	size;
} Way;

static bool
take_sealed(void *arg, const void *bytes, size_t len, Error *error)
{
	Way		   *way = arg;

	return seal_pieces_add(way->pieces, bytes, len, error);
}

static bool
take_plain(void *arg, const void *bytes, size_t len, Error *error)
{
	Way		   *way = arg;

	way->size += len;
	if (way->digest != NULL)
		digest_add(way->digest, bytes, len);
	if (way->text != NULL && way->size > SNAPSHOT_MANIFEST_MAX)
		return error_set(error, NULL, NULL, "it is too long");
	if (way->text != NULL)
		text_add_bytes(way->text, bytes, len);
	return way->output == NULL ||
		plat_output_add(way->output, bytes, len, error);
}

/* All of an encrypted file; the error tells which. */
static bool
read_sealed(const SnapshotSealed *sealed, size_t place, const SealKey *key,
			Way *way, Error *error)
{
	const char *name = sealed->files[place].path;
	char	   *path = text_format("%s/%s", sealed->directory, name);
	bool		good;

	way->pieces = seal_pieces_reader(key, take_plain, way);
	good = plat_stream_read(path, take_sealed, way, error) &&
		seal_pieces_end(way->pieces, error);
	seal_pieces_free(way->pieces);
	free(path);
	if (!good)
		error_take_message(error, text_format("encrypted file \"%s\": %s",
											  name, error->message));
	return good;
}

static bool
is_right(const Way *way, const SnapshotFile *file, const char *name,
		 Error *error)
{
	char		sum[DIGEST_SIZE];

	digest_end(way->digest, sum);
	return (way->size == file->size && strcmp(sum, file->sha256) == 0) ||
		error_set(error, NULL, NULL, "encrypted file \"%s\" does not hold what "
				  "the manifest says", name);
}

bool
snapshot_decrypt_file(const SnapshotSealed *sealed, const Snapshot *manifest,
					  size_t number, const SealKey *key, const char *path,
					  Error *error)
{
	const SnapshotFile *file = &manifest->files[number];
	const PlatOutputEnd end = {
		.keep_time = true,.modified_ns = file->modified_ns
	};
	Way			way = {.output = NULL};
	bool		good;

	if (path != NULL)
	{
		way.output = plat_output_begin(path, error);
		if (way.output == NULL)
			return false;
	}
	way.digest = digest_new();
	good = read_sealed(sealed, number + 1, key, &way, error) &&
		is_right(&way, file, sealed->files[number + 1].path, error);
	if (good && path != NULL)
		good = plat_output_end(way.output, &end, error);
	else
		plat_output_drop(way.output);
	digest_free(way.digest);
	return good;
}

bool
snapshot_decrypt_manifest(const SnapshotSealed *sealed, const SealKey *key,
						  Text *manifest, Error *error)
{
	Way			way = {.text = manifest};

	text_free(manifest);
	return read_sealed(sealed, 0, key, &way, error);
}

static bool
unfit(Error *error, const char *detail)
{
	return error_set(error, detail, NULL, "the manifest is not that of this "
					 "encrypted snapshot");
}

bool
snapshot_fit_manifest(const SnapshotSealed *sealed, const Text *bytes,
					  Snapshot *snapshot, Error *error)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->directory = sealed->directory != NULL ?
		arena_strdup(&snapshot->arena, sealed->directory) : NULL;
	if (bytes->len == 0)
		return unfit(error, "It is empty.");
	if (!snapshot_manifest_parse(bytes->bytes, bytes->len, snapshot, error))
		return false;
	if (strcmp(snapshot->name, sealed->name) != 0)
		return unfit(error, "It has another name.");
	return snapshot->n_files + 1 == sealed->n_files ||
		unfit(error, "It has another number of files.");
}

bool
snapshot_sealed_manifest(const SnapshotSealed *sealed, const SealKey *key,
						 Snapshot *snapshot, Error *error)
{
	Text		bytes = {NULL, 0, 0};
	bool		good;

	memset(snapshot, 0, sizeof(*snapshot));
	good = snapshot_decrypt_manifest(sealed, key, &bytes, error) &&
		snapshot_fit_manifest(sealed, &bytes, snapshot, error);
	text_free(&bytes);
	return good;
}
