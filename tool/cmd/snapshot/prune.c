/*
 * prune.c
 *		The verb "snapshot prune".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/snapshot/work.h"
#include "platform/clock.h"
#include "snapshot/prune.h"
#include "snapshot/store.h"

/* What is to be done, and how far it is. */
typedef struct Pruning
{
	const SnapshotPruneRequest *request;
	const char *store;
	SnapshotSurvey survey;
	SnapshotFate *fates;
	bool	   *done;			/* removed, for each */
} Pruning;

static int
asked(int given, int configured)
{
	return given >= 0 ? given : configured;
}

static SnapshotRules
rules_of(const SnapshotPruneRequest *request, const ConfigSnapshot *config)
{
	return (SnapshotRules)
	{
		asked(request->keep_last, config->keep_last),
			asked(request->keep_daily, config->keep_daily),
			asked(request->keep_weekly, config->keep_weekly),
			asked(request->keep_monthly, config->keep_monthly),
			plat_wall_ms()
	};
}

/* One that is read stays, until the next time. */
static bool
remove_one(Pruning *pruning, size_t i, Error *error)
{
	bool		held = false;

	if (snapshot_store_remove(pruning->store, pruning->survey.seen[i].name,
							  &held, error))
		pruning->done[i] = true;
	else if (held)
	{
		pruning->fates[i].removed = false;
		pruning->fates[i].why = "another command reads it";
		error_free(error);
	}
	return pruning->done[i] || held;
}

static bool
remove_all(Pruning *pruning, Error *error)
{
	for (size_t i = 0; i < pruning->survey.n; i++)
	{
		if (!pruning->fates[i].removed)
			continue;
		if (!remove_one(pruning, i, error))
			return false;
	}
	return true;
}

static void
print_json(const Pruning *pruning)
{
	json_t	   *array = json_array();

	for (size_t i = 0; i < pruning->survey.n; i++)
	{
		json_t	   *object = json_object();

		json_set_text(object, "name", pruning->survey.seen[i].name);
		json_object_set_new(object, "keep",
							json_boolean(!pruning->fates[i].removed));
		json_object_set_new(object, "removed", json_boolean(pruning->done[i]));
		json_set_text(object, "why", pruning->fates[i].why);
		json_set_count(object, "own_bytes",
					   (int64_t) pruning->survey.seen[i].own_bytes);
		json_array_append_new(array, object);
	}
	json_print(array);
}

static void
print_text(const Pruning *pruning)
{
	const bool	dry = pruning->request->dry_run;

	for (size_t i = 0; i < pruning->survey.n; i++)
	{
		const SnapshotFate *fate = &pruning->fates[i];

		if (fate->removed && !dry && !pruning->done[i])
			continue;
		printf("%s %s: %s\n", !fate->removed ? "kept" : dry ?
			   "would remove" : "removed", pruning->survey.seen[i].name,
			   fate->why);
	}
}

static bool
prune(Pruning *pruning, const SnapshotRules *rules, Error *error)
{
	bool		good;

	if (!snapshot_survey(pruning->store, &pruning->survey, error))
		return false;
	pruning->fates = mem_alloc((pruning->survey.n + 1) *
							   sizeof(SnapshotFate));
	pruning->done = mem_alloc(pruning->survey.n + 1);
	memset(pruning->done, 0, pruning->survey.n + 1);
	snapshot_prune_choose(&pruning->survey, rules, pruning->fates);
	good = pruning->request->dry_run || remove_all(pruning, error);
	(pruning->request->json ? print_json : print_text) (pruning);
	free(pruning->fates);
	free(pruning->done);
	return good;
}

static bool
run(const Config *config, const SnapshotPruneRequest *request, int *code,
	Error *error)
{
	const SnapshotRules rules = rules_of(request, &config->snapshot);
	Pruning		pruning = {.request = request};
	PlatLock   *lock = NULL;
	bool		exists = false;
	bool		good;

	*code = EXIT_REFUSED;
	if (!cmd_snapshot_store(config, &pruning.store, &exists, error))
		return false;
	if (exists && !snapshot_store_lock(pruning.store, &lock, error))
		return false;
	*code = EXIT_SYSTEM;
	good = !exists || prune(&pruning, &rules, error);
	if (good)
		*code = EXIT_OK;
	snapshot_survey_free(&pruning.survey);
	plat_lock_release(lock);
	return good;
}

int
cmd_snapshot_prune(const char *file, const SnapshotPruneRequest *request)
{
	Config		config;
	Error		error = ERROR_NONE;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	if (!run(&config, request, &code, &error))
		error_report(&error);
	error_free(&error);
	config_free(&config);
	return code;
}
