/*
 * subscriber.c
 *		"qsrepl setup subscriber": the plan of the passive site in logical mode,
 *		and what is looked at before it.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/subscriber.h"
#include "cmd/stamp.h"
#include "pg/statements.h"
#include "server/settings.h"
#include "server/target.h"

static const PlanStep steps[] = {
	SETUP_STEP_SETTINGS_LOGICAL,
	SETUP_STEP_INCLUDE,
	SETUP_STEP_SERVER_LOGICAL,
	SETUP_STEP_RESTART,
	{"fence", "Fence the server for all but superusers and replication",
		"SELECT qsrepl.fence('passive site', keep_subscriptions => true);",
	subscriber_fence_done, subscriber_fence_run, NULL, 0},
	{"roles", "Create the roles that the databases need",
		"pg_dumpall --roles-only --no-role-passwords at site ${peer}",
	subscriber_roles_done, subscriber_roles_run, NULL, 0},
	{"lost", "Give up subscriptions whose slot is gone",
		"ALTER SUBSCRIPTION ... DISABLE; ALTER SUBSCRIPTION ... SET (slot_name "
		"= NONE);\nDROP SUBSCRIPTION ...;",
	subscriber_lost_done, subscriber_lost_run, NULL, 0},
	{"build", "Make each database that is missing, with site ${peer}'s schema",
		"CREATE DATABASE ..._qsrepl_new TEMPLATE template0; CREATE EXTENSION "
		"qsrepl;\npg_dump --schema-only -N qsrepl --no-publications "
		"--no-subscriptions | pg_restore\nCREATE SUBSCRIPTION ... CONNECTION "
		"'host=... user=${role}' PUBLICATION ${publication}\nWITH (connect = "
		"false, enabled = false, create_slot = false);",
	subscriber_build_done, subscriber_build_run, NULL, 0},
	{"place", "Put them into place, and own ones aside under names that end in "
		"_${aside}",
		"ALTER DATABASE ... RENAME TO ..._${aside};\nALTER DATABASE "
		"..._qsrepl_new RENAME TO ...;",
	subscriber_place_done, subscriber_place_run, NULL, 0},
	SETUP_STEP_MAPPINGS,
	SETUP_STEP_PROFILE,
	{"rules", "Take over the rules that somebody has added at site ${peer}",
		"SELECT qsrepl.add_rule(...);",
	subscriber_rules_done, subscriber_rules_run, NULL, 0},
	{"enable", "Have what arrives rewritten for site ${site}",
		"SELECT qsrepl.enable();",
	subscriber_enable_done, subscriber_enable_run, NULL, 0},
	{"subscription", "Subscribe to the databases of site ${peer}",
		"SELECT pg_create_logical_replication_slot('...', 'pgoutput'); -- at "
		"site ${peer}\nALTER SUBSCRIPTION ... ENABLE;\nALTER SUBSCRIPTION ... "
		"REFRESH PUBLICATION;",
	subscriber_begin_done, subscriber_begin_run, NULL, 0},
	{"copy", "Wait until all rows have arrived",
		"SELECT * FROM pg_subscription_rel WHERE srsubstate <> 'r';",
	subscriber_copy_done, subscriber_copy_run, NULL, 0}
};

static const Plan plan = {
	"setup-subscriber", "Set up site ${site} as a subscriber of site ${peer}",
	"", steps, sizeof(steps) / sizeof(steps[0])
};

/* Was the other site set up, with publications? */
static bool
check_publisher(Setup *setup, Error *error)
{
	bool		ready;

	if (!pg_ask(setup->source, "SELECT current_setting('qsrepl.local_site', "
				"true) = $1 AND current_setting('wal_level') = 'logical'",
				PG_PARAMETERS(setup->peer->name), &ready, error))
		return false;
	for (size_t i = 0; ready && i < setup->n_databases; i++)
	{
		PgConnection *connection;

		if (!logical_replicates(&setup->config, setup->databases[i]))
			continue;
		connection = server_connect(&setup->config, setup->peer,
									setup->databases[i], error);
		if (connection == NULL ||
			!pg_ask(connection, "SELECT EXISTS (SELECT FROM pg_publication "
					"WHERE pubname = $1)",
					PG_PARAMETERS(setup->config.replication_name), &ready,
					error))
		{
			pg_close(connection);
			return false;
		}
		pg_close(connection);
	}
	return ready ||
		error_set(error, NULL, arena_printf(&setup->arena, "Run \"qsrepl setup "
											"publisher --site %s\" there. "
											"Nothing was changed.",
											setup->peer->name),
				  "the server of site \"%s\" is not set up as a publisher",
				  setup->peer->name);
}

/* Two names of one server? */
static bool
check_two(Setup *setup, Error *error)
{
	static const char query[] = "SELECT concat_ws(' ', (SELECT "
	"system_identifier FROM pg_control_system()), "
	"pg_postmaster_start_time()::timestamptz(6) AT TIME ZONE 'UTC', "
	"current_setting('data_directory'))";
	const char *own;
	char	   *other;
	bool		same;

	if (!setup_value(setup, query, PG_NONE, &own, error) ||
		!pg_value(setup->source, query, PG_NONE, &other, error))
		return false;
	same = other != NULL && strcmp(own, other) == 0;
	free(other);
	return !same ||
		error_set(error, NULL, "Correct host and port in the configuration. "
				  "Nothing was changed.", "the servers of sites \"%s\" and "
				  "\"%s\" are one and the same", setup->site->name,
				  setup->peer->name);
}

/* A schema is copied to the same major, or to a later one. */
static bool
check_major(Setup *setup, Error *error)
{
	int			own = pg_server_version(setup->server) / 10000;
	int			other = pg_server_version(setup->source) / 10000;

	return (own >= other ||
			error_set(error, NULL, "Install the same or a later one. Nothing "
					  "was changed.", "the server of site \"%s\" is PostgreSQL "
					  "%d, but that of site \"%s\" is PostgreSQL %d",
					  setup->site->name, own, setup->peer->name, other)) &&
		setup_check_program(setup, "pg_dump", other, false, error);
}

static bool
prepare(Setup *setup, Error *error)
{
	/* A site that is silent is no refusal: no server, no answer. */
	if (!setup_source(setup, error) ||
		!setup_connect(setup, setup->site, error))
		return false;
	if (setup->aside == NULL)
		setup->aside = stamp_now(&setup->arena);
	return setup_value(setup, "SELECT system_identifier FROM "
					   "pg_catalog.pg_control_system()", PG_NONE,
					   &setup->system_identifier, error) &&
		check_two(setup, error) && setup_check_discard(setup, error) &&
		setup_check_server(setup, error) && setup_check_place(setup, error) &&
		setup_find_databases(setup, setup->source, setup->peer, error) &&
		check_publisher(setup, error) && check_major(setup, error) &&
		setup_replication(setup, setup->peer, setup->site, error) &&
		subscriber_check_own(setup, error);
}

/* Names that are not given back any more; without an error. */
static bool
tell_aside(Setup *setup, const char *database, Error *error)
{
	const char *name = subscriber_aside_name(setup, database);
	bool		there;

	if (!pg_ask(setup->server, "SELECT EXISTS (SELECT FROM pg_database WHERE "
				"datname = $1)", PG_PARAMETERS(name), &there, error))
		return false;
	if (there)
		text_addf(&setup->notes, "The database \"%s\" that site %s had is "
				  "\"%s\" now.\n", database, setup->site->name, name);
	return true;
}

static PlanAnswer
tell_copy(Setup *setup, PgConnection *connection, Error *error)
{
	LogicalCopy copy = {.enabled = true};

	if (!logical_copied(connection, server_subscription(&setup->config,
														setup->site,
														setup->database,
														&setup->arena),
						&copy, error))
		return PLAN_ERROR;
	text_addf(&setup->notes, "%s: subscriber at site %s, %lu tables\n",
			  setup->database, setup->site->name,
			  (unsigned long) copy.tables);
	return PLAN_YES;
}

static bool
finish(Setup *setup, Error *error)
{
	if (!setup_connect(setup, setup->site, error))
		return false;
	for (size_t i = 0; i < setup->n_databases; i++)
		if (!tell_aside(setup, setup->databases[i], error))
			return false;
	return setup_each_replicated(setup, tell_copy, error) == PLAN_YES;
}

int
cmd_setup_subscriber(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.mode = CONFIG_LOGICAL,.prepare = prepare,
		.finish = finish
	};

	return setup_run(&verb, request);
}
