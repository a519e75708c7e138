/*
 * store.c
 *		The directory that snapshots are in.
 */
#include "snapshot/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/private.h"

const char *
snapshot_store_path(const char *store, const char *name, const char *suffix,
					Arena *arena)
{
	return arena_printf(arena, "%s/.%s%s", store, name, suffix);
}

/* The name in ".NAME.suffix", in the arena; NULL: it is none of these. */
static const char *
name_in(const char *hidden, const char *suffix, Arena *arena)
{
	size_t		len = strlen(hidden);
	size_t		tail = strlen(suffix);

	if (hidden[0] != '.' || len < tail + 2 ||
		strcmp(hidden + len - tail, suffix) != 0)
		return NULL;
	return arena_printf(arena, "%.*s", (int) (len - tail - 1), hidden + 1);
}

/* A snapshot that was being replaced is needed where the new one is not. */
static bool
mend_former(const char *path, const char *final, Error *error)
{
	PlatFileInfo info;

	if (!plat_file_info(final, &info, error))
		return false;
	return info.exists ? plat_directory_remove(path, error) :
		plat_file_rename(path, final, error);
}

static bool
mend(const char *store, Error *error)
{
	Arena		arena = {NULL};
	PlatNames	names;
	bool		good = plat_directory_list(store, &names, error);

	for (size_t i = 0; good && i < names.count; i++)
	{
		const char *path = arena_printf(&arena, "%s/%s", store,
										names.names[i]);
		const char *name = name_in(names.names[i], SNAPSHOT_FORMER, &arena);

		if (name != NULL)
			good = mend_former(path, arena_printf(&arena, "%s/%s", store,
												  name), error);
		else if (name_in(names.names[i], SNAPSHOT_PARTIAL, &arena) != NULL ||
				 name_in(names.names[i], SNAPSHOT_REMOVED, &arena) != NULL)
			good = plat_directory_remove(path, error);
	}
	if (good)
		plat_names_free(&names);
	arena_free(&arena);
	return good;
}

bool
snapshot_store_has_rest(const char *store)
{
	Arena		arena = {NULL};
	PlatNames	names;
	Error		ignored = ERROR_NONE;
	bool		found = false;

	if (plat_directory_list(store, &names, &ignored))
	{
		for (size_t i = 0; i < names.count; i++)
			found = found ||
				name_in(names.names[i], SNAPSHOT_FORMER, &arena) != NULL ||
				name_in(names.names[i], SNAPSHOT_PARTIAL, &arena) != NULL ||
				name_in(names.names[i], SNAPSHOT_REMOVED, &arena) != NULL;
		plat_names_free(&names);
	}
	error_free(&ignored);
	arena_free(&arena);
	return found;
}

bool
snapshot_store_lock(const char *store, PlatLock **lock, Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_LOCK, store);
	bool		good = plat_directory_make(store, error) &&
	plat_directory_guarded(store, error);

	if (good && !plat_lock_take(path, lock, NULL, error))
	{
		good = false;
		error_take_hint(error, mem_strdup("Another qsrepl makes or removes "
										  "snapshots there; wait for its "
										  "end."));
	}
	free(path);
	return good && mend(store, error);
}

/* When its manifest was written; -1: it has none. */
static int64_t
manifest_time(const char *store, const char *name)
{
	char	   *path = text_format("%s/%s/" SNAPSHOT_MANIFEST, store, name);
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;
	int64_t		ms = -1;

	if (plat_file_info(path, &info, &ignored) && info.exists)
		ms = info.changed_ms;
	error_free(&ignored);
	free(path);
	return ms;
}

/* The newest of those that were not looked at yet; false: none is left. */
static bool
next_newest(const PlatNames *names, int64_t * times,
			size_t *found)
{
	*found = names->count;
	for (size_t i = 0; i < names->count; i++)
		if (times[i] >= 0 &&
			(*found == names->count || times[i] > times[*found]))
			*found = i;
	return *found < names->count;
}

static bool
read_of_site(const char *store, const char *name, const char *site,
			 Snapshot *snapshot)
{
	char	   *path = text_format("%s/%s", store, name);
	Error		ignored = ERROR_NONE;
	bool		good = snapshot_read(path, snapshot, &ignored) &&
	!snapshot->legacy && snapshot->site != NULL &&
	strcmp(snapshot->site, site) == 0;

	if (!good)
		snapshot_free(snapshot);
	error_free(&ignored);
	free(path);
	return good;
}

void
snapshot_store_newest(const char *store, const char *site,
					  Snapshot *snapshot)
{
	Error		ignored = ERROR_NONE;
	PlatNames	names;
	int64_t    *times;
	size_t		at;

	memset(snapshot, 0, sizeof(*snapshot));
	if (!plat_directory_list(store, &names, &ignored))
	{
		error_free(&ignored);
		return;
	}
	times = mem_alloc((names.count + 1) * sizeof(int64_t));
	for (size_t i = 0; i < names.count; i++)
		times[i] = names.names[i][0] == '.' ? -1 :
			manifest_time(store, names.names[i]);
	while (next_newest(&names, times, &at) &&
		   !read_of_site(store, names.names[at], site, snapshot))
		times[at] = -1;
	free(times);
	plat_names_free(&names);
}
