/*
 * setup_primary.c
 *		"qsrepl setup primary": the plan, and what is looked at before it.
 */
#include "cmd/setup_work.h"

static const PlanStep steps[] = {
	{"settings", "Write the settings file \"${settings_file}\"",
		"Write qsrepl.local_site, port, qsrepl.peer_conninfo, "
		"primary_conninfo and\nprimary_slot_name of site ${site} into it.",
	setup_settings_done, setup_settings_run, NULL, 0},
	{"include", "Include it from \"${config_file}\"",
		"Put this line at the end: include = '${settings_file}'",
	setup_include_done, setup_include_run, NULL, 0},
	{"server", "Change the server's settings by ALTER SYSTEM",
		"ALTER SYSTEM SET wal_level, wal_log_hints, max_wal_senders,\n"
		"max_replication_slots, max_slot_wal_keep_size, and "
		"shared_preload_libraries with\nqsrepl behind what is there; SELECT "
		"pg_reload_conf();",
	setup_server_done, setup_server_run, NULL, 0},
	{"restart", "Restart the server of site ${site}, where settings need it",
		"pg_ctl -D \"${data_directory}\" restart",
	setup_restart_done, setup_restart_run, NULL, 0},
	{"role", "Create the role ${role}",
		"CREATE ROLE ${role} LOGIN REPLICATION;",
	setup_role_done, setup_role_run, NULL, 0},
	{"slots", "Create a replication slot for each other site",
		"SELECT pg_create_physical_replication_slot('qsrepl_...', true);",
	setup_slots_done, setup_slots_run, NULL, 0},
	{"extension", "Create the extension in each database",
		"CREATE EXTENSION qsrepl;",
	setup_extension_done, setup_extension_run, NULL, 0},
	{"mappings", "Define sites and mappings in each database",
		"SELECT qsrepl.set_site(...), qsrepl.set_mapping(...), "
		"qsrepl.add_alias(...);",
	setup_mappings_done, setup_mappings_run, NULL, 0},
	{"profile", "Load the rules of the profile in each database",
		"SELECT * FROM qsrepl.load_profile();",
	setup_profile_done, setup_profile_run, NULL, 0},
	{"localize", "Say in each database that the rows are those of site "
		"${site}", "SELECT qsrepl.localize();",
	setup_localize_done, setup_localize_run, NULL, 0}
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
