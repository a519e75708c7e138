/*
 * primary.c
 *		"qsrepl setup primary": the plan, and what is looked at before it.
 */
#include "cmd/setup/steps.h"

static const PlanStep steps[] = {
	SETUP_STEP_SETTINGS_PHYSICAL,
	SETUP_STEP_INCLUDE,
	{"server", "Change the server's settings by ALTER SYSTEM",
		"ALTER SYSTEM SET wal_level, wal_log_hints, max_wal_senders,\n"
		"max_replication_slots, max_slot_wal_keep_size, and "
		"shared_preload_libraries with\nqsrepl behind what is there; SELECT "
		"pg_reload_conf();",
	setup_server_done, setup_server_run, NULL, 0},
	SETUP_STEP_RESTART,
	SETUP_STEP_ROLE,
	{"slots", "Create a replication slot for each other site",
		"SELECT pg_create_physical_replication_slot('qsrepl_...', true);",
	setup_slots_done, setup_slots_run, NULL, 0},
	SETUP_STEP_EXTENSION,
	SETUP_STEP_MAPPINGS,
	SETUP_STEP_PROFILE,
	SETUP_STEP_LOCALIZE
};

static const Plan plan = {
	"setup-primary", "Set up site ${site} as the primary", "",
	steps, sizeof(steps) / sizeof(steps[0])
};

static bool
prepare(Setup *setup, Error *error)
{
	return setup_prepare_active(setup, error) &&
		setup_check_apart(setup, false, error);
}

int
cmd_setup_primary(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.mode = CONFIG_PHYSICAL,.prepare = prepare,
		.finish = setup_tell_replication
	};

	return setup_run(&verb, request);
}
