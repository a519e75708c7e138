/*
 * take_up.c
 *		A restore that has not ended: gone on with, or undone.
 */
#include <string.h>

#include "base/exitcode.h"
#include "cmd/restore/work.h"

static const char *
parameter(Restore *restore, const PlanJournal *journal, const char *name)
{
	const char *value = plan_journal_parameter(journal, name);

	return arena_strdup(&restore->move.arena, value != NULL ? value : "");
}

static const char *
option(Restore *restore, const PlanJournal *journal, const char *name)
{
	const char *value = parameter(restore, journal, name);

	return value[0] != '\0' ? value : NULL;
}

/* Options hold for the whole run, whoever brings it to its end. */
static void
take_options(Restore *restore, const PlanJournal *journal)
{
	RestoreRequest *taken = &restore->taken_up;

	*taken = *restore->request;
	taken->snapshot = parameter(restore, journal, "snapshot");
	taken->keep_values = option(restore, journal, "keep_values") != NULL;
	taken->database_only = option(restore, journal, "database_only") != NULL;
	taken->files_only = option(restore, journal, "files_only") != NULL;
	taken->force = option(restore, journal, "force") != NULL;
	taken->max_change = option(restore, journal, "max_change");
	taken->accept_change = option(restore, journal, "accept_change");
	restore->request = taken;
}

/* To undo it, only the names of what was made are needed. */
static bool
take_parts(Restore *restore, const PlanJournal *journal, bool undo,
		   Error *error)
{
	const char *passive = option(restore, journal, "passive");

	restore->stamp = parameter(restore, journal, "stamp");
	restore->directory = parameter(restore, journal, "snapshot");
	restore->share_names = parameter(restore, journal, "shares");
	restore->passive = passive != NULL ?
		config_site(&restore->move.config, passive) : NULL;
	restore_name_databases(restore, parameter(restore, journal, "databases"));
	restore->manifest = parameter(restore, journal, "manifest");
	if (!undo && !restore_read_again(restore, restore->manifest, error))
		return false;
	return restore_name_shares(restore, restore->share_names, error) &&
		move_value(&restore->move, restore->site, "SELECT system_identifier "
				   "FROM pg_catalog.pg_control_system()", PG_NONE,
				   &restore->move.system_identifier, error) &&
		move_lock(&restore->move, error);
}

/* What steps that have ended would have told. */
static void
recall(Restore *restore, const PlanJournal *journal)
{
	const char *safety = plan_journal_noted(journal, RESTORE_SAFETY);
	const char *held = plan_journal_noted(journal, RESTORE_HELD);

	if (safety != NULL)
		text_addf(&restore->move.notes, RESTORE_TELL_SAFETY, safety);
	if (held != NULL && held[0] != '\0')
		restore->held_before = arena_strdup(&restore->move.arena, held);
}

static bool
take_up(Restore *restore, bool undo, Error *error)
{
	PlanJournal *journal;
	const ConfigSite *site;
	bool		good = plan_unfinished(
									   restore->move.config.journal_directory, NULL, &journal, error);

	if (!good)
		return false;
	take_options(restore, journal);
	site = config_site(&restore->move.config,
					   parameter(restore, journal, "site"));
	good = site != NULL ||
		error_set(error, NULL, "Give the configuration that it began with.",
				  "the site of the run is not in the configuration");
	if (good)
	{
		restore_choose_site(restore, site);
		good = take_parts(restore, journal, undo, error);
		if (!undo)
			recall(restore, journal);
	}
	plan_journal_free(journal);
	return good;
}

int
restore_take_up(const RestoreRequest *request, bool abort)
{
	Restore		restore;
	Error		error = ERROR_NONE;
	int			code;

	if (!restore_begin(&restore, request, &code))
		return code;
	if (take_up(&restore, abort, &error))
		code = restore_go(&restore, abort ? MOVE_ABORT : MOVE_RESUME);
	else
		code = restore_fail(&error, error.sqlstate[0] != '\0' ? EXIT_SERVER :
							EXIT_REFUSED);
	restore_end(&restore);
	return code;
}
