/*
 * standby.c
 *		"qsrepl setup standby": the plan, and what is looked at before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/setup/steps.h"
#include "cmd/stamp.h"
#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"
#include "server/verify.h"

static const PlanStep steps[] = {
	{"stop", "Stop the server of site ${site}, where it runs",
		"pg_ctl -D \"${data_directory}\" stop",
	setup_stop_done, setup_stop_run, NULL, 0},
	{"slot", "Make its slot at site ${peer} anew, where its log is lost",
		"SELECT pg_drop_replication_slot('qsrepl_...'), "
		"pg_create_physical_replication_slot('qsrepl_...', true);",
	setup_slot_done, setup_slot_run, NULL, 0},
	{"aside", "Move its own data aside, where there are any",
		"mv \"${data_directory}\" \"${aside}\"",
	setup_aside_done, setup_aside_run, setup_aside_undo, 0},
	{"backup", "Copy the server of site ${peer}",
		"pg_basebackup -D \"${data_directory}\" -X stream -S SLOT -c fast -P "
		"-d \"host=... user=${role}\"",
	setup_backup_done, setup_backup_run, NULL, 0},
	{"keep", "Copy site ${site}'s own configuration files back",
		"cp \"${aside}/\"{postgresql.conf,pg_hba.conf,pg_ident.conf} "
		"\"${data_directory}\"",
	setup_keep_done, setup_keep_run, NULL, 0},
	SETUP_STEP_SETTINGS_PHYSICAL,
	SETUP_STEP_INCLUDE,
	{"signal", "Make it a standby", "touch \"${data_directory}/standby.signal\"",
	setup_signal_done, setup_signal_run, NULL, 0},
	{"verify", "Verify what the server will read",
		"postgres -D \"${data_directory}\" -C qsrepl.local_site",
	NULL, setup_verify_run, NULL, 0},
	{"start", "Start the server", "pg_ctl -D \"${data_directory}\" start",
	setup_start_done, setup_start_run, setup_stop_run, 0},
	{"streaming", "Wait until it streams and has caught up",
		"SELECT * FROM qsrepl.status;",
	setup_streaming_done, setup_streaming_run, NULL, 0}
};

static const Plan plan = {
	"setup-standby", "Set up site ${site} as a standby of site ${peer}", "",
	steps, sizeof(steps) / sizeof(steps[0])
};

/* The site whose server is a primary, connected to. */
static bool
find_primary(Setup *setup, Error *error)
{
	const Config *config = &setup->config;
	PlanAnswer	standby = PLAN_ERROR;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		if (&config->sites[i] == setup->site)
			continue;
		error_free(error);
		pg_close(setup->server);
		setup->server = NULL;
		setup->peer = &config->sites[i];
		if (!setup_connect(setup, setup->peer, error))
			continue;
		standby = setup_answer(setup->server, "SELECT "
							   "pg_catalog.pg_is_in_recovery()", PG_NONE,
							   error);
		if (standby == PLAN_NO)
			return true;
	}
	if (standby == PLAN_YES)
		error_set(error, NULL, "Set up the primary first. Nothing was "
				  "changed.", "no other site's server is a primary");
	return false;
}

/* Was the primary set up, with a slot for this site? */
static bool
check_primary(Setup *setup, Error *error)
{
	PlanAnswer	ready = setup_answer(setup->server, "SELECT current_setting("
									 "'qsrepl.local_site', true) = $1 AND "
									 "EXISTS (SELECT FROM pg_catalog."
									 "pg_replication_slots WHERE slot_name = "
									 "$2)",
									 PG_PARAMETERS(setup->peer->name,
												   server_slot(&setup->config,
															   setup->site,
															   &setup->arena)),
									 error);

	if (ready == PLAN_NO)
		error_set(error, NULL, arena_printf(&setup->arena, "Run \"qsrepl setup "
											"primary --site %s\" there. "
											"Nothing was changed.",
											setup->peer->name),
				  "the server of site \"%s\" is not set up as a primary",
				  setup->peer->name);
	return ready == PLAN_YES;
}

/* Names that the plan's parameters tell. */
static bool
name_files(Setup *setup, Error *error)
{
	const ConfigSite *site = setup->site;
	const char *base = strrchr(site->data_directory, '/');

	if (!server_config_file(site, &setup->arena, &setup->config_file, error))
		return false;
	if (setup->aside != NULL)
		return true;
	setup->aside = site->aside_directory != NULL ?
		arena_printf(&setup->arena, "%s/%s.%s", site->aside_directory,
					 base != NULL ? base + 1 : "data", stamp_now(&setup->arena)) :
		arena_printf(&setup->arena, "%s.%s", site->data_directory,
					 stamp_now(&setup->arena));
	return true;
}

static bool
prepare(Setup *setup, Error *error)
{
	return find_primary(setup, error) && setup_check_discard(setup, error) &&
		setup_value(setup, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&setup->system_identifier, error) &&
		setup_check_apart(setup, true, error) &&
		check_primary(setup, error) &&
		setup_check_program(setup, "pg_basebackup",
							pg_server_version(setup->server) / 10000, true,
							error) &&
		setup_replication(setup, setup->peer, setup->site, error) &&
		name_files(setup, error) && setup_look_at_own(setup, error) &&
		setup_look_at_standby(setup, error);
}

static bool
tell_status(void *arg, const PgRow *row, Error *error)
{
	Text	   *text = arg;

	(void) error;
	text_addf(text, "%s: %s at site %s, state %s, timeline %s, %s bytes "
			  "behind\n", pg_row_text(row, 0), pg_row_text(row, 1),
			  pg_row_text(row, 2), pg_row_text(row, 3), pg_row_text(row, 4),
			  pg_row_text(row, 5));
	return true;
}

static bool
tell_database(Setup *setup, const char *dbname, Error *error)
{
	PgConnection *own = server_connect(&setup->config, setup->site, dbname,
									   error);
	bool		good = own != NULL &&
	pg_rows(own, "SELECT current_database(), role, site, state, timeline, "
			"coalesce(lag_bytes, 0) FROM qsrepl.status", PG_NONE, tell_status,
			&setup->notes, error);

	pg_close(own);
	return good;
}

/* The status of each database that is there. */
static bool
finish(Setup *setup, Error *error)
{
	const ConfigWords *words = &setup->config.databases;
	PlatFileInfo info;

	/* Of data that "qsrepl rejoin" had given up. */
	if (!plat_file_remove(arena_printf(&setup->arena, "%s/rejoin-%s/rewinding",
									   setup->config.journal_directory,
									   setup->site->name), error) ||
		!plat_file_info(setup->aside, &info, error))
		return false;
	if (info.exists)
		text_addf(&setup->notes, "The data that site %s had are in "
				  "\"%s\".\n", setup->site->name, setup->aside);
	for (size_t i = 0; i < words->n; i++)
	{
		PlanAnswer	there = setup_answer(setup->server, "SELECT EXISTS ("
										 "SELECT FROM pg_catalog.pg_database "
										 "WHERE datname = $1)",
										 PG_PARAMETERS(words->words[i]),
										 error);

		if (there == PLAN_ERROR ||
			(there == PLAN_YES &&
			 !tell_database(setup, words->words[i], error)))
			return false;
	}
	return true;
}

int
cmd_setup_standby(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.mode = CONFIG_PHYSICAL,.prepare = prepare,
		.finish = finish
	};

	return setup_run(&verb, request);
}
