/*
 * change.c
 *		Snapshots that are removed or replaced, while nobody reads them.
 *
 * Who reads one has a shared lock on its directory, who takes it away one that
 * nobody else has.
 */
#include <stdlib.h>
#include <string.h>

#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/replace.h"
#include "snapshot/encrypt.h"
#include "snapshot/internal.h"
#include "snapshot/store.h"

#define POLL_MS 200

bool
snapshot_hold(const char *directory, PlatLock **lock, Error *error)
{
	PlatFileInfo info;

	*lock = NULL;
	if (!plat_file_info(directory, &info, error))
		return false;
	return !info.directory ||
		plat_lock_directory(directory, true, lock, NULL, error);
}

bool
snapshot_store_remove(const char *store, const char *name, bool *held,
					  Error *error)
{
	Arena		arena = {NULL};
	const char *path = arena_printf(&arena, "%s/%s", store, name);
	const char *removed = snapshot_store_path(store, name, SNAPSHOT_REMOVED,
											  &arena);
	PlatLock   *lock = NULL;
	bool		good = plat_lock_directory(path, false, &lock, held, error) &&
	plat_file_rename(path, removed, error) &&
	plat_directory_remove(removed, error);

	plat_lock_release(lock);
	arena_free(&arena);
	return good;
}

/* Whose a snapshot is, in the arena; NULL: it cannot be told. */
static const char *
site_of(const char *directory, Arena *arena)
{
	Snapshot	snapshot;
	SnapshotSealed sealed;
	Error		ignored = ERROR_NONE;
	const char *site = NULL;

	memset(&snapshot, 0, sizeof(snapshot));
	memset(&sealed, 0, sizeof(sealed));
	if (snapshot_is_encrypted(directory) ?
		snapshot_sealed_read(directory, &sealed, &ignored) :
		snapshot_read(directory, &snapshot, &ignored))
		site = sealed.site != NULL ? sealed.site : snapshot.site;
	if (site != NULL)
		site = arena_strdup(arena, site);
	error_free(&ignored);
	snapshot_free(&snapshot);
	snapshot_sealed_free(&sealed);
	return site;
}

static bool
is_snapshot(const char *directory)
{
	return snapshot_has_plain(directory) || snapshot_has_sealed(directory);
}

static bool
check_there(const char *directory, const char *site, Arena *arena,
			Error *error)
{
	const char *there;

	if (!is_snapshot(directory))
		return error_set(error, NULL, "Move it away, or take another name.",
						 "\"%s\" is there, and is no snapshot that qsrepl has "
						 "made", directory);
	there = site_of(directory, arena);
	return site == NULL || there == NULL || strcmp(site, there) == 0 ||
		error_set(error, NULL, "Move it away, or take another name.",
				  "snapshot \"%s\" is of site \"%s\", and is not replaced by "
				  "one of site \"%s\"", directory, there, site);
}

bool
snapshot_store_may_replace(const char *store, const char *name,
						   const char *site, Error *error)
{
	Arena		arena = {NULL};
	const char *path = arena_printf(&arena, "%s/%s", store, name);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error);

	if (good && info.exists)
		good = check_there(path, site, &arena, error);
	arena_free(&arena);
	return good;
}

bool
snapshot_store_is_free(const char *store, const char *name, Error *error)
{
	char	   *path = text_format("%s/%s", store, name);
	PlatFileInfo info;
	PlatLock   *lock = NULL;
	bool		good = plat_file_info(path, &info, error) &&
	(!info.exists || plat_lock_directory(path, false, &lock, NULL, error));

	plat_lock_release(lock);
	free(path);
	return good;
}

/* The lock on what is replaced; none where there is nothing. */
static bool
take_over(const char *path, void (*wait) (void *arg), void *arg,
		  PlatLock **lock, Error *error)
{
	PlatFileInfo info;
	bool		held;

	*lock = NULL;
	if (!plat_file_info(path, &info, error))
		return false;
	while (info.exists && !plat_lock_directory(path, false, lock, &held,
											   error))
	{
		if (!held)
			return false;
		if (wait != NULL)
			wait(arg);
		wait = NULL;
		if (!plat_sleep_ms(POLL_MS))
			return false;
		error_free(error);
	}
	return true;
}

bool
snapshot_store_give_name(const char *store, const char *name,
						 const char *from, const char *site,
						 void (*wait) (void *arg), void *arg, Error *error)
{
	Arena		arena = {NULL};
	const char *path = arena_printf(&arena, "%s/%s", store, name);
	PlatLock   *lock = NULL;
	bool		good = snapshot_store_may_replace(store, name, site, error) &&
	take_over(path, wait, arg, &lock, error) &&
	plat_directory_replace(from, path,
						   snapshot_store_path(store, name, SNAPSHOT_FORMER,
											   &arena), error);

	plat_lock_release(lock);
	arena_free(&arena);
	return good;
}
