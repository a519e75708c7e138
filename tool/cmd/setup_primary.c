/*
 * setup_primary.c
 *		"qsrepl setup primary": the plan, and what is looked at before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/setup_work.h"
#include "config/path.h"
#include "platform/file.h"

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
keep_database(void *arg, const PgRow *row, Error *error)
{
	Setup	   *setup = arg;

	(void) error;
	setup->databases[setup->n_databases++] =
		arena_strdup(&setup->arena, pg_row_text(row, 0));
	return true;
}

/* Which of the configured databases are there; the others are told. */
static bool
find_databases(Setup *setup, Error *error)
{
	const ConfigWords *words = &setup->config.databases;

	setup->databases = mem_alloc((words->n + 1) * sizeof(char *));
	for (size_t i = 0; i < words->n; i++)
	{
		size_t		before = setup->n_databases;

		if (!pg_rows(setup->server, "SELECT datname FROM "
					 "pg_catalog.pg_database WHERE datname = $1",
					 PG_PARAMETERS(words->words[i]), keep_database, setup,
					 error))
			return false;
		if (setup->n_databases == before)
			text_addf(&setup->notes, "Warning: site %s has no database "
					  "\"%s\". Run this again when it has, or take it out of "
					  "the configuration.\n", setup->site->name,
					  words->words[i]);
	}
	return setup->n_databases > 0 ||
		error_set(error, NULL, "Key \"databases\" of the configuration names "
				  "them. Nothing was changed.",
				  "site \"%s\" has none of the configured databases",
				  setup->site->name);
}

bool
setup_check_place(Setup *setup, Error *error)
{
	const char *where;
	PlatFileInfo info;

	if (!setup_value(setup, "SELECT pg_catalog.current_setting("
					 "'data_directory')", PG_NONE, &where, error) ||
		!plat_file_info(setup->site->data_directory, &info, error))
		return false;
	if (!path_is_inside(where, setup->site->data_directory) ||
		!path_is_inside(setup->site->data_directory, where))
		return error_set(error, NULL, "Put it right in the configuration. "
						 "Nothing was changed.",
						 "the data directory of site \"%s\" is \"%s\", not "
						 "\"%s\"", setup->site->name, where,
						 setup->site->data_directory);
	if (!info.exists)
		return error_set(error, NULL, "Run this on the machine of the "
						 "database server. Nothing was changed.",
						 "the data directory \"%s\" is not on this machine",
						 where);
	return setup_value(setup, "SELECT pg_catalog.current_setting("
					   "'config_file')", PG_NONE, &setup->config_file, error);
}

/* What must be so before anything is changed. */
static bool
check_server(Setup *setup, Error *error)
{
	PlanAnswer	standby = setup_answer(setup->server, "SELECT "
									   "pg_catalog.pg_is_in_recovery()",
									   PG_NONE, error);
	PlanAnswer	files;

	if (standby == PLAN_ERROR)
		return false;
	if (standby == PLAN_YES)
		return error_set(error, NULL, "Run it at the active site. Nothing was "
						 "changed.", "the server of site \"%s\" is a standby",
						 setup->site->name);
	files = setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						 "pg_catalog.pg_available_extensions WHERE name = "
						 "'qsrepl')", PG_NONE, error);
	if (files == PLAN_NO)
		error_set(error, NULL, "Install it with \"make install\" and the "
				  "server's pg_config. Nothing was changed.",
				  "the extension is not installed at the server of site "
				  "\"%s\"", setup->site->name);
	return files == PLAN_YES;
}

static bool
prepare(Setup *setup, Error *error)
{
	return setup_connect(setup, setup->site, error) &&
		setup_value(setup, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&setup->system_identifier, error) &&
		check_server(setup, error) && setup_check_place(setup, error) &&
		setup_check_apart(setup, false, error) &&
		find_databases(setup, error);
}

/* What is left to the administrator. */
static bool
finish(Setup *setup, Error *error)
{
	Error		refused = ERROR_NONE;

	(void) error;
	if (!setup_replication(setup, setup->site, setup->peer, &refused))
		text_addf(&setup->notes, "Left to do: %s.\n%s\n%s\n", refused.message,
				  refused.detail != NULL ? refused.detail : "",
				  refused.hint);
	error_free(&refused);
	return true;
}

int
cmd_setup_primary(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.prepare = prepare,.finish = finish
	};

	return setup_run(&verb, request);
}
