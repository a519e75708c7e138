/*
 * outgoing.c
 *		What of a snapshot goes to another site.
 */
#include "cmd/snapshot/outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "platform/copy.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "snapshot/encrypt.h"
#include "snapshot/manifest.h"

/* STORE/.NAME.sealed-DIGEST */
#define STAGING ".sealed-"

/* So much of a digest makes no two the same by chance. */
#define DIGITS 16

#define CERTIFICATE_MAX ((size_t) 64 * 1024)

static void
add(SnapshotOutgoing *outgoing, const char *path, uint64_t size, bool file)
{
	text_add_bytes(&outgoing->paths, path, strlen(path) + 1);
	outgoing->files += file;
	outgoing->bytes += size;
}

static bool
list_sealed(SnapshotOutgoing *outgoing, Error *error)
{
	SnapshotSealed sealed;
	bool		good = snapshot_sealed_read(outgoing->directory, &sealed,
											error);

	outgoing->encrypted = true;
	for (size_t i = 0; good && i < sealed.n_files; i++)
		add(outgoing, sealed.files[i].path, sealed.files[i].size, true);
	add(outgoing, SNAPSHOT_SEALED_LIST, 0, false);
	add(outgoing, SNAPSHOT_SEALED_SUM, 0, false);
	snapshot_sealed_free(&sealed);
	return good;
}

static bool
list_plain(SnapshotOutgoing *outgoing, Error *error)
{
	Snapshot	snapshot;
	bool		good = snapshot_read(outgoing->directory, &snapshot, error);

	if (good && snapshot.legacy)
		good = error_set(error, "It has no hashes by which what comes there "
						 "could be verified.", "Copy it by hand, or restore "
						 "it and make a snapshot.", "snapshot \"%s\" is of the "
						 "Snapshots tool, and is not copied",
						 outgoing->directory);
	for (size_t i = 0; good && i < snapshot.n_directories; i++)
		add(outgoing, snapshot.directories[i], 0, false);
	for (size_t i = 0; good && i < snapshot.n_files; i++)
		add(outgoing, snapshot.files[i].path, snapshot.files[i].size, true);
	add(outgoing, SNAPSHOT_MANIFEST, 0, false);
	add(outgoing, SNAPSHOT_MANIFEST_SUM, 0, false);
	snapshot_free(&snapshot);
	return good;
}

static bool
add_file(Digest *digest, const char *path, size_t limit, Error *error)
{
	Text		content = {NULL, 0, 0};
	bool		good = plat_file_read(path, limit, &content, error);

	if (good && content.len > 0)
		digest_add(digest, content.bytes, content.len);
	text_free(&content);
	return good;
}

/* The directory's name tells what it is of, and whom it is for. */
static bool
find_staging(const char *store, const char *name, const char *certificate,
			 SnapshotOutgoing *outgoing, Error *error)
{
	Digest	   *digest = digest_new();
	char	   *manifest = text_format("%s/%s/" SNAPSHOT_MANIFEST, store,
									   name);
	char		sum[DIGEST_SIZE];
	bool		good = add_file(digest, manifest, SNAPSHOT_MANIFEST_MAX,
								error) &&
	add_file(digest, certificate, CERTIFICATE_MAX, error);

	digest_end(digest, sum);
	digest_free(digest);
	free(manifest);
	outgoing->staging = arena_printf(&outgoing->arena, "%s/.%s" STAGING
									 "%.*s", store, name, DIGITS, sum);
	return good;
}

/* ".NAME.sealed-DIGEST", and not a name that only looks so. */
static bool
is_staging(const char *name)
{
	const size_t tail = strlen(STAGING) + DIGITS;
	size_t		len = strlen(name);
	const char *mark;

	if (name[0] != '.' || len <= tail + 1)
		return false;
	mark = name + len - tail;
	return strncmp(mark, STAGING, strlen(STAGING)) == 0 &&
		strspn(mark + strlen(STAGING), "0123456789abcdef") == DIGITS;
}

/* Those of other runs, which cannot run now: the caller has the lock. */
static bool
remove_others(const char *store, const char *staging, Error *error)
{
	const char *own = staging != NULL ? strrchr(staging, '/') + 1 : "";
	PlatNames	names;
	bool		good = plat_directory_list(store, &names, error);

	if (!good)
		return false;
	for (size_t i = 0; good && i < names.count; i++)
		if (is_staging(names.names[i]) && strcmp(names.names[i], own) != 0)
		{
			char	   *path = text_format("%s/%s", store, names.names[i]);

			good = plat_directory_remove(path, error);
			free(path);
		}
	plat_names_free(&names);
	return good;
}

static bool
encrypt(const char *plain, const char *certificate,
		SnapshotOutgoing *outgoing, Error *error)
{
	outgoing->directory = outgoing->staging;
	return plat_directory_make(outgoing->staging, error) &&
		(snapshot_is_encrypted(outgoing->staging) ||
		 snapshot_encrypt(plain, outgoing->staging, certificate, error));
}

static bool
prepare(const char *store, const char *name, const char *certificate,
		SnapshotOutgoing *outgoing, Error *error)
{
	const char *plain = arena_printf(&outgoing->arena, "%s/%s", store, name);

	outgoing->directory = plain;
	if (snapshot_is_encrypted(plain))
		return remove_others(store, NULL, error) &&
			list_sealed(outgoing, error);
	if (certificate == NULL)
		return remove_others(store, NULL, error) &&
			list_plain(outgoing, error);
	return find_staging(store, name, certificate, outgoing, error) &&
		remove_others(store, outgoing->staging, error) &&
		encrypt(plain, certificate, outgoing, error) &&
		list_sealed(outgoing, error);
}

bool
snapshot_outgoing_prepare(const char *store, const char *name,
						  const char *certificate,
						  SnapshotOutgoing *outgoing, Error *error)
{
	uint64_t	size;

	return prepare(store, name, certificate, outgoing, error) &&
		plat_file_digest(arena_printf(&outgoing->arena, "%s/%s",
									  outgoing->directory,
									  outgoing->encrypted ?
									  SNAPSHOT_SEALED_LIST :
									  SNAPSHOT_MANIFEST),
						 outgoing->manifest, &size, error);
}

bool
snapshot_outgoing_remove(const SnapshotOutgoing *outgoing, Error *error)
{
	return outgoing->staging == NULL ||
		plat_directory_remove(outgoing->staging, error);
}

void
snapshot_outgoing_free(SnapshotOutgoing *outgoing)
{
	text_free(&outgoing->paths);
	arena_free(&outgoing->arena);
	memset(outgoing, 0, sizeof(*outgoing));
}
