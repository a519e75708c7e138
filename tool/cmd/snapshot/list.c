/*
 * list.c
 *		The verb "snapshot list".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/snapshot/work.h"
#include "platform/file.h"
#include "snapshot/store.h"
#include "snapshot/survey.h"

/* The date and the time, to the second. */
#define TIME_CHARACTERS 19

bool
cmd_snapshot_store(const Config *config, const char **store, bool *exists,
				   Error *error)
{
	const ConfigSite *site = config_site(config, config->site);
	PlatFileInfo info;

	*store = site->snapshot_directory;
	if (*store == NULL)
		return error_set(error, NULL, "Set snapshot_directory in its section.",
						 "site \"%s\" has no directory for snapshots",
						 site->name);
	if (!plat_file_info(*store, &info, error))
		return false;
	*exists = info.exists;
	return true;
}

/*
 * What a killed run has left is cleared up, where nobody is at work.  Without
 * need the lock is not taken: who wants it at that moment would be refused.
 */
static void
mend(const char *store)
{
	PlatLock   *lock = NULL;
	Error		ignored = ERROR_NONE;

	if (!snapshot_store_has_rest(store))
		return;
	snapshot_store_lock(store, &lock, &ignored);
	plat_lock_release(lock);
	error_free(&ignored);
}

static json_t *
seen_object(const SnapshotSeen *seen)
{
	json_t	   *object = json_object();
	char		time[TIMESTAMP_SIZE];
	bool		known = seen->site != NULL;

	timestamp_format(seen->time_ms, time);
	json_set_text(object, "name", seen->name);
	json_set_text(object, "state", snapshot_state_word(seen->state));
	json_set_text(object, "problem", seen->problem);
	json_set_text(object, "site", seen->site);
	json_set_text(object, "kind", known ? snapshot_kinds[seen->kind] : NULL);
	json_set_text(object, "time", seen->time_ms > 0 ? time : NULL);
	json_set_count(object, "files", (int64_t) seen->files);
	json_set_count(object, "bytes", (int64_t) seen->bytes);
	json_set_count(object, "own_bytes", (int64_t) seen->own_bytes);
	json_set_text(object, "databases", seen->databases);
	json_set_count(object, "notes", (int64_t) seen->notes);
	return object;
}

static void
print_json(const SnapshotSurvey *survey)
{
	json_t	   *array = json_array();

	for (size_t i = 0; i < survey->n; i++)
		json_array_append_new(array, seen_object(&survey->seen[i]));
	json_print(array);
}

static void
print_seen(const SnapshotSeen *seen, int width)
{
	char		time[TIMESTAMP_SIZE] = "-";
	char		size[UNITS_SIZE];
	char		own[UNITS_SIZE];

	if (seen->time_ms > 0)
		timestamp_format(seen->time_ms, time);
	time[strcspn(time, "T")] = time[0] == '-' ? '\0' : ' ';
	units_bytes((int64_t) seen->bytes, size);
	units_bytes((int64_t) seen->own_bytes, own);
	printed("%-*s  %-4s  %-19.*s  %11s  %11s  %-9s  %s\n", width, seen->name,
			seen->site != NULL ? seen->site : "-", TIME_CHARACTERS, time, size,
			own, snapshot_state_word(seen->state),
			seen->problem != NULL ? seen->problem :
			seen->databases != NULL ? seen->databases : "");
}

static void
print_text(const SnapshotSurvey *survey)
{
	int			width = (int) strlen("NAME");

	for (size_t i = 0; i < survey->n; i++)
		if ((int) strlen(survey->seen[i].name) > width)
			width = (int) strlen(survey->seen[i].name);
	printed("%-*s  SITE  %-19s  %11s  %11s  %-9s  DATABASES\n", width, "NAME",
			"TIME (UTC)", "SIZE", "OWN", "STATE");
	for (size_t i = 0; i < survey->n; i++)
		print_seen(&survey->seen[i], width);
}

static bool
list(const Config *config, bool json, int *code, Error *error)
{
	SnapshotSurvey survey = {.seen = NULL};
	const char *store;
	bool		exists = false;

	*code = EXIT_REFUSED;
	if (!cmd_snapshot_store(config, &store, &exists, error))
		return false;
	*code = EXIT_SYSTEM;
	if (exists)
		mend(store);
	if (exists && !snapshot_survey(store, &survey, error))
		return false;
	(json ? print_json : print_text) (&survey);
	*code = EXIT_OK;
	for (size_t i = 0; i < survey.n; i++)
		if (survey.seen[i].state == SNAPSHOT_BROKEN)
			*code = EXIT_NOT_SO;
	snapshot_survey_free(&survey);
	return true;
}

int
cmd_snapshot_list(const char *file, bool json)
{
	Config		config;
	Error		error = ERROR_NONE;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	if (!list(&config, json, &code, &error))
		error_report(&error);
	error_free(&error);
	config_free(&config);
	return code;
}
