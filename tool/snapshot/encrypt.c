/*
 * encrypt.c
 *		A snapshot in clear text becomes an encrypted one.
 *
 * What a killed run has left is used again where it is worth it: large files,
 * which had been on the disk before they got their names.  Small ones, which
 * were not, are made anew.
 */
#include "snapshot/encrypt.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "snapshot/each.h"
#include "platform/stream.h"
#include "platform/tree.h"
#include "snapshot/manifest.h"

/* From here on a file is synced, and used again. */
#define LARGE_BYTES ((uint64_t) 1024 * 1024)

typedef struct Encrypting
{
	const char *plain;
	const char *target;
	const SealRecipients *recipients;
	const Snapshot *snapshot;
	SnapshotSealed sealed;
} Encrypting;

/* One file on its way: what is read, and what is written. */
typedef struct Way
{
	SealPieces *pieces;
	Digest	   *plain;
	uint64_t	plain_size;
	PlatOutput *output;
	Digest	   *made;
	uint64_t	made_size;
} Way;

static bool
take_plain(void *arg, const void *bytes, size_t len, Error *error)
{
	Way		   *way = arg;

	digest_add(way->plain, bytes, len);
	way->plain_size += len;
	return seal_pieces_add(way->pieces, bytes, len, error);
}

static bool
take_made(void *arg, const void *bytes, size_t len, Error *error)
{
	Way		   *way = arg;

	digest_add(way->made, bytes, len);
	way->made_size += len;
	return way->output == NULL ||
		plat_output_add(way->output, bytes, len, error);
}

/* Is what was read what the manifest says? */
static bool
is_right(Way *way, const SnapshotFile *file, Error *error)
{
	char		sum[DIGEST_SIZE];

	digest_end(way->plain, sum);
	return file == NULL || (way->plain_size == file->size &&
							(file->sha256[0] == '\0' ||
							 strcmp(sum, file->sha256) == 0)) ||
		error_set(error, NULL, "\"qsrepl snapshot verify\" tells all that is "
				  "wrong with it.", "file \"%s\" of the snapshot has other "
				  "content than when it was made", file->path);
}

/*
 * Encrypt a file under another name first.
 *
 * in: file: NULL: the manifest
 */
static bool
encrypt_to(Encrypting *work, const char *source, const char *path,
		   const SnapshotFile *file, SnapshotSealedFile *sealed, Error *error)
{
	const PlatOutputEnd end = {
		.shared = true,.sync = file != NULL && file->size >= LARGE_BYTES
	};
	Way			way = {.output = NULL};
	bool		good;

	if (!plat_file_remove(path, error))
		return false;
	way.output = plat_output_begin(path, error);
	if (way.output == NULL)
		return false;
	way.plain = digest_new();
	way.made = digest_new();
	way.pieces = seal_pieces_writer(work->recipients, take_made, &way);
	good = plat_stream_read(source, take_plain, &way, error) &&
		seal_pieces_end(way.pieces, error) && is_right(&way, file, error);
	if (good)
		good = plat_output_end(way.output, &end, error);
	else
		plat_output_drop(way.output);
	digest_end(way.made, sealed->sha256);
	sealed->size = way.made_size;
	seal_pieces_free(way.pieces);
	digest_free(way.plain);
	digest_free(way.made);
	return good;
}

/* The hash of one that a killed run has made. */
static bool
use_again(const char *path, SnapshotSealedFile *sealed, bool *used,
		  Error *error)
{
	PlatFileInfo info;
	Way			way = {.output = NULL};

	*used = false;
	if (!plat_file_info(path, &info, error))
		return false;
	if (!info.exists)
		return true;
	way.made = digest_new();
	*used = plat_stream_read(path, take_made, &way, error);
	digest_end(way.made, sealed->sha256);
	sealed->size = way.made_size;
	digest_free(way.made);
	return *used;
}

static bool
encrypt_file(Encrypting *work, size_t number, Error *error)
{
	const SnapshotFile *file = &work->snapshot->files[number];
	SnapshotSealedFile *sealed = &work->sealed.files[number + 1];
	char	   *source = text_format("%s/%s", work->plain, file->path);
	char	   *path = text_format("%s/%s", work->target, sealed->path);
	char	   *temporary = text_format("%s.tmp", path);
	bool		used = false;
	bool		good = file->size < LARGE_BYTES ||
	use_again(path, sealed, &used, error);

	if (good && !used)
		good = encrypt_to(work, source, temporary, file, sealed, error) &&
			(file->size >= LARGE_BYTES ?
			 plat_file_rename(temporary, path, error) :
			 plat_output_rename(temporary, path, error));
	free(temporary);
	free(path);
	free(source);
	return good;
}

static bool
run(void *arg, size_t number, Error *error)
{
	Encrypting *work = arg;

	return encrypt_file(work, number, error);
}

/* The places of all files, and the folders that they are in. */
static bool
prepare(Encrypting *work, Error *error)
{
	SnapshotSealed *sealed = &work->sealed;
	const size_t n = work->snapshot->n_files;
	char		path[SNAPSHOT_SEALED_PATH];
	bool		good = true;

	sealed->n_files = n + 1;
	sealed->files = arena_alloc(&sealed->arena, (n + 1) *
								sizeof(SnapshotSealedFile));
	sealed->files[0].path = SNAPSHOT_SEALED_MANIFEST;
	for (size_t i = 0; good && i < n; i++)
	{
		snapshot_sealed_path(i, path);
		sealed->files[i + 1].path = arena_strdup(&sealed->arena, path);
		if (i % 1000 == 0)
		{
			char	   *folder = text_format("%s/%.*s", work->target,
											 (int) strcspn(path, "/"), path);

			good = plat_directory_make(folder, error);
			free(folder);
		}
	}
	return good;
}

static void
describe(Encrypting *work)
{
	SnapshotSealed *sealed = &work->sealed;
	const size_t n = seal_recipients_count(work->recipients);

	sealed->name = work->snapshot->name;
	sealed->kind = work->snapshot->kind;
	sealed->site = work->snapshot->site;
	sealed->begun_ms = work->snapshot->begun_ms;
	sealed->ended_ms = work->snapshot->ended_ms;
	sealed->recipients = arena_alloc(&sealed->arena, n *
									 sizeof(SnapshotRecipient));
	for (size_t i = 0; i < n; i++)
	{
		sealed->recipients[i].fingerprint =
			seal_recipients_fingerprint(work->recipients, i);
		sealed->recipients[i].subject =
			seal_recipients_subject(work->recipients, i);
	}
	sealed->n_recipients = n;
}

static bool
write_in(const char *target, const char *name, const char *bytes, size_t len,
		 Error *error)
{
	char	   *path = text_format("%s/%s", target, name);
	bool		good = plat_file_write(path, bytes, len, false, error);

	free(path);
	return good;
}

/* The list comes last, when all it tells of is on the disk. */
static bool
write_list(const Encrypting *work, Error *error)
{
	Text		list = {NULL, 0, 0};
	char	   *sum;
	bool		good;

	snapshot_sealed_write(&work->sealed, &list);
	sum = snapshot_sealed_sum(&list);
	good = plat_tree_sync(work->target, error) &&
		write_in(work->target, SNAPSHOT_SEALED_SUM, sum, strlen(sum), error) &&
		write_in(work->target, SNAPSHOT_SEALED_LIST, list.bytes, list.len,
				 error);
	free(sum);
	text_free(&list);
	return good;
}

static bool
encrypt_manifest(Encrypting *work, Error *error)
{
	char	   *source = text_format("%s/" SNAPSHOT_MANIFEST, work->plain);
	char	   *path = text_format("%s/" SNAPSHOT_SEALED_MANIFEST,
								   work->target);
	bool		good = encrypt_to(work, source, path, NULL,
								  &work->sealed.files[0], error);

	free(path);
	free(source);
	return good;
}

bool
snapshot_encrypt(const char *plain, const char *target,
				 const char *certificate, Error *error)
{
	Snapshot	snapshot;
	SealRecipients *recipients = NULL;
	Encrypting	work = {.plain = plain,.target = target};
	bool		good = snapshot_read(plain, &snapshot, error);

	good = good && seal_recipients_read(&recipients, certificate, error);
	if (good)
	{
		work.snapshot = &snapshot;
		work.recipients = recipients;
		good = prepare(&work, error) && snapshot_each(snapshot.n_files, run, &work, "the encryption was interrupted", error) &&
			encrypt_manifest(&work, error);
		if (good)
		{
			describe(&work);
			good = write_list(&work, error);
		}
	}
	seal_recipients_free(recipients);
	arena_free(&work.sealed.arena);
	snapshot_free(&snapshot);
	return good;
}
