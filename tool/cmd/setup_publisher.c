/*
 * setup_publisher.c
 *		"qsrepl setup publisher": the plan of the active site in logical mode,
 *		and its own steps.
 */
#include "cmd/setup_work.h"
#include "server/logical.h"
#include "server/settings.h"

static const PlanStep steps[] = {
	{"settings", "Write the settings file \"${settings_file}\"",
		"Write qsrepl.local_site and port of site ${site} into it.",
	setup_settings_done, setup_settings_run, NULL, 0},
	{"include", "Include it from \"${config_file}\"",
		"Put this line at the end: include = '${settings_file}'",
	setup_include_done, setup_include_run, NULL, 0},
	{"server", "Change the server's settings by ALTER SYSTEM",
		"ALTER SYSTEM SET wal_level = logical, wal_log_hints, "
		"max_wal_senders,\nmax_replication_slots, "
		"max_logical_replication_workers, max_worker_processes,\n"
		"max_slot_wal_keep_size, and shared_preload_libraries with qsrepl "
		"behind what is\nthere; SELECT pg_reload_conf();",
	setup_server_done, setup_server_run, NULL, 0},
	{"restart", "Restart the server of site ${site}, where settings need it",
		"pg_ctl -D \"${data_directory}\" restart",
	setup_restart_done, setup_restart_run, NULL, 0},
	{"role", "Create the role ${role}",
		"CREATE ROLE ${role} LOGIN REPLICATION;",
	setup_role_done, setup_role_run, NULL, 0},
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
	setup_localize_done, setup_localize_run, NULL, 0},
	{"identity", "Let rows of tables without a key be told apart",
		"ALTER TABLE ... REPLICA IDENTITY FULL;",
	setup_identity_done, setup_identity_run, NULL, 0},
	{"publication", "Publish all tables of each database, and let ${role} "
		"read them",
		"CREATE PUBLICATION ${publication} FOR TABLE ... WITH "
		"(publish_via_partition_root);\nGRANT SELECT ON TABLE ..., USAGE ON "
		"SCHEMA ... TO ${role};",
	setup_publication_done, setup_publication_run, NULL, 0}
};

static const Plan plan = {
	"setup-publisher", "Set up site ${site} as the publisher", "",
	steps, sizeof(steps) / sizeof(steps[0])
};

static PlanAnswer
is_identified(Setup *setup, PgConnection *connection, Error *error)
{
	bool		is;

	(void) setup;
	if (!logical_is_identified(connection, &is, error))
		return PLAN_ERROR;
	return is ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
identify(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return logical_identify(connection, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
setup_identity_done(void *context, Error *error)
{
	return setup_each_replicated(context, is_identified, error);
}

bool
setup_identity_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each_replicated(setup, identify, error) == PLAN_YES;
}

static PlanAnswer
is_published(Setup *setup, PgConnection *connection, Error *error)
{
	bool		is;

	if (!logical_is_published(connection, &setup->config, &is, error))
		return PLAN_ERROR;
	return is ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
publish(Setup *setup, PgConnection *connection, Error *error)
{
	return logical_publish(connection, &setup->config, error) ? PLAN_YES :
		PLAN_ERROR;
}

PlanAnswer
setup_publication_done(void *context, Error *error)
{
	return setup_each_replicated(context, is_published, error);
}

bool
setup_publication_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each_replicated(setup, publish, error) == PLAN_YES;
}

/* A passive site would publish what it only has a copy of. */
static bool
check_not_subscriber(Setup *setup, Error *error)
{
	PlanAnswer	subscribes = PLAN_NO;

	for (size_t i = 0; subscribes == PLAN_NO && i < setup->n_databases; i++)
		subscribes = setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
								  "pg_catalog.pg_subscription WHERE subname = "
								  "$1 AND subenabled)",
								  PG_PARAMETERS(server_subscription(
																	&setup->config, setup->site,
																	setup->databases[i], &setup->arena)),
								  error);
	if (subscribes == PLAN_YES)
		error_set(error, NULL, "Run it at the active site. Nothing was "
				  "changed.", "the server of site \"%s\" is a subscriber",
				  setup->site->name);
	return subscribes == PLAN_NO;
}

static bool
prepare(Setup *setup, Error *error)
{
	return setup_prepare_active(setup, error) &&
		check_not_subscriber(setup, error);
}

int
cmd_setup_publisher(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.mode = CONFIG_LOGICAL,.prepare = prepare,
		.finish = setup_tell_replication
	};

	return setup_run(&verb, request);
}
