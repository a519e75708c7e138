/*
 * remove.c
 *		"qsrepl setup remove": the plan, and what is looked at before it.
 *
 * The order is such that the server starts wherever it is interrupted: what
 * replicates goes first, then the extension, then the library's name from the
 * settings; the files of the library stay.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/setup/remove.h"
#include "pg/statements.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"

static const PlanStep steps[] = {
	{"subscriptions", "Drop the subscriptions of site ${site} in each database",
		"ALTER SUBSCRIPTION ... DISABLE;\n"
		"ALTER SUBSCRIPTION ... SET (slot_name = NONE);\n"
		"DROP SUBSCRIPTION ...;",
		remove_subscriptions_done, remove_subscriptions_run, NULL,
	PLAN_NO_RETURN},
	{"peer-slots", "Drop their slots at site ${peer}, where it answers",
		"SELECT pg_drop_replication_slot('...'); at site ${peer}",
	remove_peer_slots_done, remove_peer_slots_run, NULL, 0},
	{"publication", "Drop the publication in each database",
		"DROP PUBLICATION ...;",
	remove_publication_done, remove_publication_run, NULL, 0},
	{"slots", "Drop the replication slots of the other sites",
		"SELECT pg_drop_replication_slot('...');",
	remove_slots_done, remove_slots_run, NULL, 0},
	{"triggers", "Remove the row triggers in each database",
		"SELECT qsrepl.disable();",
	remove_triggers_done, remove_triggers_run, NULL, 0},
	{"fence", "Open the server, where it is fenced",
		"SELECT qsrepl.unfence();",
	remove_fence_done, remove_fence_run, NULL, 0},
	{"extension", "Drop the extension in each database",
		"DROP EXTENSION qsrepl;",
	remove_extension_done, remove_extension_run, NULL, 0},
	{"preload", "Take the library out of the server's settings",
		"ALTER SYSTEM SET shared_preload_libraries without qsrepl, and ALTER "
		"SYSTEM RESET of\neach qsrepl.* in postgresql.auto.conf; SELECT "
		"pg_reload_conf();",
	remove_preload_done, remove_preload_run, NULL, 0},
	{"include", "Take the settings file out of \"${config_file}\"",
		"Remove this line: include = '${settings_file}'",
	remove_include_done, remove_include_run, NULL, 0},
	{"settings", "Remove the settings file \"${settings_file}\"",
		"rm \"${settings_file}\"",
	remove_settings_done, remove_settings_run, NULL, 0},
	{"restart", "Restart the server of site ${site}, so that it runs without "
		"the library", "pg_ctl -D \"${data_directory}\" restart",
	remove_restart_done, remove_restart_run, NULL, 0}
};

static const Plan plan = {
	"setup-remove", "Take qsrepl away from the server of site ${site}",
	"Run \"qsrepl setup primary\" or the like to set it up again.",
	steps, sizeof(steps) / sizeof(steps[0])
};

/* A run that was interrupted in the restart has left the server stopped. */
static bool
wake(Setup *setup, Error *error)
{
	bool		runs;

	if (!setup->unfinished || setup->request->dry_run)
		return true;
	return server_runs(setup->site, &runs, error) &&
		(runs || server_start(&setup->config, setup->site, error));
}

static bool
check_primary(Setup *setup, Error *error)
{
	PlanAnswer	standby = setup_answer(setup->server, "SELECT "
									   "pg_catalog.pg_is_in_recovery()",
									   PG_NONE, error);

	if (standby == PLAN_YES)
		error_set(error, "What is in a standby's databases, and their "
				  "settings, come from its primary.",
				  "Remove it at the primary's site. Stop this server before, "
				  "or promote it and run this again. Nothing was changed.",
				  "the server of site \"%s\" is a standby",
				  setup->site->name);
	return standby == PLAN_NO;
}

static bool
is_configured(const Config *config, const char *dbname)
{
	for (size_t i = 0; i < config->databases.n; i++)
		if (strcmp(config->databases.words[i], dbname) == 0)
			return true;
	return false;
}

static bool
refuse_state(Setup *setup, const char *dbname, const char *state,
			 Error *error)
{
	return error_set(error, NULL,
					 strcmp(state, "foreign") == 0 ?
					 "Wait for the localizer, or call qsrepl.localize() "
					 "there. Nothing was changed." :
					 strcmp(state, "restored") == 0 ?
					 "Call qsrepl.localize() there. Nothing was changed." :
					 "qsrepl.leaks() lists them: change them by hand, or drop "
					 "the rule, and call qsrepl.localize(). Nothing was "
					 "changed.",
					 "database \"%s\" of site \"%s\" still has rows with the "
					 "values of another site", dbname, setup->site->name);
}

/* Nobody would see these rows rewritten afterwards. */
static bool
check_rows(Setup *setup, PgConnection *connection, const char *dbname,
		   Error *error)
{
	char	   *state = NULL;
	bool		good = pg_value(connection, "SELECT CASE WHEN "
								"qsrepl._state_word() IN ('foreign', "
								"'restored') THEN qsrepl._state_word() WHEN "
								"EXISTS (SELECT FROM qsrepl.state WHERE "
								"residue <> '{}') THEN 'residue' ELSE '' END",
								PG_NONE, &state, error);

	if (good && state != NULL && state[0] != '\0')
		good = refuse_state(setup, dbname, state, error);
	free(state);
	return good;
}

/* A server that is no more the active one would take changes again. */
static bool
check_fence(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	fenced = setup_answer(connection, "SELECT fenced FROM "
									  "qsrepl._fence_state()", PG_NONE,
									  error);

	if (fenced == PLAN_ERROR)
		return false;
	if (fenced == PLAN_NO || setup->request->unfence)
		return true;
	return error_set(error, NULL, "Without the library nothing closes it: "
					 "users could change data here that the other site does "
					 "not get. Give --unfence where that is meant. Nothing "
					 "was changed.",
					 "the server of site \"%s\" is fenced",
					 setup->site->name);
}

static bool
check_extension(Setup *setup, PgConnection *connection, const char *dbname,
				Error *error)
{
	PlanAnswer	has = remove_has_extension(connection, error);

	if (has != PLAN_YES)
		return has == PLAN_NO;
	if (!is_configured(&setup->config, dbname))
		return error_set(error, NULL, "Drop it there by hand, or put the "
						 "database into the configuration. Nothing was "
						 "changed.", "database \"%s\" has the extension, but "
						 "is not configured", dbname);
	return check_rows(setup, connection, dbname, error) &&
		check_fence(setup, connection, error);
}

static bool
check_database(Setup *setup, const char *dbname, Error *error)
{
	PgConnection *connection = server_connect(&setup->config, setup->site,
											  dbname, error);
	bool		good = connection != NULL &&
	check_extension(setup, connection, dbname, error);

	pg_close(connection);
	if (good && is_configured(&setup->config, dbname))
		setup->databases[setup->n_databases++] =
			arena_strdup(&setup->arena, dbname);
	return good;
}

static bool
check_databases(Setup *setup, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good = pg_collect(setup->server, "SELECT datname FROM "
								  "pg_catalog.pg_database WHERE datallowconn "
								  "ORDER BY 1", PG_NONE, &list, error);

	setup->databases = mem_alloc((setup->config.databases.n + 1) *
								 sizeof(char *));
	for (size_t at = 0; good && at < list.len;
		 at += strlen(list.bytes + at) + 1)
		good = check_database(setup, list.bytes + at, error);
	text_free(&list);
	return good;
}

/* A slot that is in use cannot be dropped. */
static bool
check_slots(Setup *setup, Error *error)
{
	const char *names;

	if (!setup_value(setup, "SELECT string_agg(slot_name, ', ' ORDER BY "
					 "slot_name) " REMOVE_SLOTS "AND active",
					 PG_PARAMETERS(remove_physical_slots(setup),
								   remove_prefix(setup, NULL)), &names,
					 error))
		return false;
	if (names[0] == '\0')
		return true;
	return error_set(error, arena_printf(&setup->arena, "Slots in use: %s.",
										 names),
					 "Stop the standby there, or promote it; in logical mode "
					 "run \"qsrepl setup remove\" there first. Nothing was "
					 "changed.", "another site still replicates from site "
					 "\"%s\"", setup->site->name);
}

static bool
prepare(Setup *setup, Error *error)
{
	return wake(setup, error) && setup_connect(setup, setup->site, error) &&
		check_primary(setup, error) && setup_check_place(setup, error) &&
		setup_value(setup, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&setup->system_identifier, error) &&
		check_slots(setup, error) && check_databases(setup, error);
}

/* Slots of this site at a publisher that does not answer. */
static void
tell_peer(Setup *setup)
{
	Error		silent = ERROR_NONE;
	PgConnection *peer;

	if (setup->config.mode != CONFIG_LOGICAL)
		return;
	peer = server_connect(&setup->config, setup->peer, NULL, &silent);
	if (peer == NULL)
		text_addf(&setup->notes, "Site %s did not answer. If it has slots "
				  "whose names begin with %s, they keep its log from being "
				  "removed. Drop them there:\nSELECT "
				  "pg_drop_replication_slot(slot_name) FROM "
				  "pg_replication_slots WHERE slot_name LIKE '%s%%';\n",
				  setup->peer->name, remove_prefix(setup, setup->site),
				  remove_prefix(setup, setup->site));
	error_free(&silent);
	pg_close(peer);
}

/* What stays, and how it goes. */
static bool
finish(Setup *setup, Error *error)
{
	PlanAnswer	role;

	if (!setup_connect(setup, setup->site, error))
		return false;
	tell_peer(setup);
	role = setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_roles WHERE rolname = $1)",
						PG_PARAMETERS(setup->config.replication_role), error);
	if (role == PLAN_YES)
		text_addf(&setup->notes, "Role \"%s\" stays, for the other site may "
				  "use it. DROP ROLE \"%s\"; removes it, DROP OWNED BY \"%s\"; "
				  "in a database what it may do there.\n",
				  setup->config.replication_role,
				  setup->config.replication_role,
				  setup->config.replication_role);
	text_add(&setup->notes, "wal_level, wal_log_hints, max_wal_senders, "
			 "max_replication_slots and max_slot_wal_keep_size stay as they "
			 "are. ALTER SYSTEM RESET takes back what was set by it.\n");
	return role != PLAN_ERROR;
}

int
cmd_setup_remove(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.removes = true,.prepare = prepare,.finish = finish
	};

	return setup_run(&verb, request);
}
