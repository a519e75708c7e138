/*
 * safety.c
 *		The step that makes a snapshot of what is to be replaced.
 */
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "cmd/restore/work.h"
#include "cmd/snapshot/snapshot.h"
#include "platform/cancel.h"
#include "platform/file.h"
#include "snapshot/store.h"

/* Are databases of these names there at all? */
static bool
has_databases(Restore *restore, bool *has, Error *error)
{
	RestoreFound found = {.exists = false};

	for (size_t i = 0; !found.exists && i < restore->n_databases; i++)
		if (!restore_look(restore, restore->databases[i].name, &found, error))
			return false;
	*has = found.exists;
	return true;
}

/* A run that makes another one now would fail it when the services are down. */
static bool
check_store(const char *store, Error *error)
{
	PlatFileInfo info;
	PlatLock   *lock = NULL;
	bool		good = plat_file_info(store, &info, error) &&
	(!info.directory || snapshot_store_lock(store, &lock, error));

	plat_lock_release(lock);
	if (!good && error->hint != NULL)
		error_take_hint(error, text_format("%s Nothing was changed.",
										   error->hint));
	return good;
}

bool
restore_check_safety(Restore *restore, Error *error)
{
	bool		has;

	if (!has_databases(restore, &has, error))
		return false;
	if (!has && restore->n_shares == 0)
		return true;
	if (restore->site->snapshot_directory != NULL)
		return check_store(restore->site->snapshot_directory, error);
	if (!restore->request->force)
		return error_set(error, NULL, "Set it in the site's section, or do "
						 "without by --force. Nothing was changed.",
						 "site \"%s\" has no snapshot_directory for a snapshot "
						 "of what is replaced", restore->site->name);
	text_addf(&restore->told, "Warning: no snapshot is made of what is "
			  "replaced, since site %s has no snapshot_directory.\n",
			  restore->site->name);
	return true;
}

/*
 * There is none, or, where there is a directory, one that lacks files which
 * could not be read.  Only --force goes on then, and tells which it is.
 */
static bool
pass_over(Restore *restore, const char *directory, Error *error)
{
	if (!restore->request->force || plat_cancelled())
	{
		if (directory != NULL)
			error_take_hint(error, mem_strdup("Let this machine read all of "
											  "the share, or go on without "
											  "them by --force."));
		return false;
	}
	move_warn(&restore->move, directory != NULL ?
			  "the snapshot of what is replaced lacks some files" :
			  "no snapshot was made of what is replaced",
			  "Passed over by --force.", error);
	return true;
}

/* Noted when it is whole, so that a run which goes on makes no second one. */
static bool
make(Restore *restore, bool databases, PlanProgress *progress, Error *error)
{
	Config		config = restore->move.config;
	const SnapshotRequest request = {
		.kind = SNAPSHOT_SAFETY,
		.database_only = restore->n_shares == 0,
		.files_only = !databases,
		.quiet = true
	};
	char	   *directory = NULL;
	int			code;
	bool		good;

	config.site = restore->site->name;
	code = cmd_snapshot_make(&config, &request, &directory, error);
	if (code != EXIT_OK &&
		!pass_over(restore, directory, error))
	{
		free(directory);
		return false;
	}
	if (directory == NULL)
		return true;
	good = plan_note(progress, RESTORE_SAFETY, directory, error);
	text_addf(&restore->move.notes, RESTORE_TELL_SAFETY, directory);
	free(directory);
	return good;
}

bool
restore_safety_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	bool		has;

	if (restore->site->snapshot_directory == NULL ||
		plan_noted(progress, RESTORE_SAFETY) != NULL)
		return true;
	if (!has_databases(restore, &has, error))
		return false;
	return (!has && restore->n_shares == 0) ||
		make(restore, has, progress, error);
}
