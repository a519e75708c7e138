/*
 * server.c
 *		Steps of a primary: settings, restart, role, slots.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/steps.h"
#include "pg/statements.h"
#include "platform/directory.h"
#include "server/control.h"
#include "server/settings.h"

/* Rows of (name, as configured, as it runs), of what takes a restart. */
#define CONFIGURED \
	"WITH c AS (SELECT s.name, s.setting AS runs, coalesce((" \
	"SELECT f.setting FROM pg_catalog.pg_file_settings f " \
	"WHERE f.name = s.name ORDER BY f.seqno DESC LIMIT 1), s.setting) AS v " \
	"FROM pg_catalog.pg_settings s WHERE s.name IN ('wal_level', " \
	"'wal_log_hints', 'max_wal_senders', 'max_replication_slots', " \
	"'max_slot_wal_keep_size', 'shared_preload_libraries', " \
	"'max_logical_replication_workers', 'max_worker_processes', " \
	"'max_active_replication_origins')) "

/*
 * $1: how many senders, slots and origins; $2: megabytes of log for slots, or
 * ''; $3: how many workers of logical replication; 0 in physical mode.
 */
#define WANTED CONFIGURED \
	", w AS (SELECT name, CASE name " \
	"WHEN 'wal_level' THEN CASE WHEN $3::text <> '0' AND v <> 'logical' " \
	"THEN 'logical' WHEN v = 'minimal' THEN 'replica' END " \
	"WHEN 'wal_log_hints' THEN CASE WHEN lower(v) NOT IN ('on', 'true', " \
	"'yes', '1') AND current_setting('data_checksums') = 'off' THEN 'on' END " \
	"WHEN 'max_slot_wal_keep_size' THEN CASE WHEN v = '-1' AND $2::text <> '' " \
	"THEN quote_literal($2::text || 'MB') END " \
	"WHEN 'shared_preload_libraries' THEN CASE WHEN 'qsrepl' <> ALL " \
	"(regexp_split_to_array(v, '[\\s,\"]+')) THEN concat_ws(', ', (" \
	"SELECT string_agg(quote_literal(btrim(x, ' \"')), ', ') " \
	"FROM unnest(string_to_array(v, ',')) AS x WHERE btrim(x) <> ''), " \
	"'''qsrepl''') END " \
	"WHEN 'max_logical_replication_workers' THEN CASE WHEN v::integer < " \
	"($3::text)::integer THEN $3::text END " \
	"WHEN 'max_worker_processes' THEN CASE WHEN $3::text <> '0' AND v::integer < " \
	"2 * ($3::text)::integer + 8 THEN (2 * ($3::text)::integer + 8)::text END " \
	"ELSE CASE WHEN v::integer < ($1::text)::integer THEN $1::text END END AS value " \
	"FROM c) "

/* What is kept for a standby that is away: half of what is free. */
static const char *
slot_megabytes(Setup *setup)
{
	Error		ignored = ERROR_NONE;
	uint64_t	bytes;

	if (!plat_free_space(setup->site->data_directory, &bytes, &ignored))
	{
		error_free(&ignored);
		return "";
	}
	bytes /= 2 * 1024 * 1024;
	if (bytes < 1024)
		bytes = 1024;
	if (bytes > INT32_MAX / 2)
		bytes = INT32_MAX / 2;
	return arena_printf(&setup->arena, "%" PRIu64, bytes);
}

/* A subscription has a worker, and two more while tables are copied. */
static const char *
worker_count(Setup *setup)
{
	const Config *config = &setup->config;
	size_t		n = config->mode == CONFIG_LOGICAL ?
	3 * config->databases.n : 0;

	return arena_printf(&setup->arena, "%lu", (unsigned long) n);
}

static const char *
sender_count(Setup *setup)
{
	const Config *config = &setup->config;
	size_t		n = 2 * config->n_sites + 2;

	if (config->mode == CONFIG_LOGICAL)
		n += 3 * config->databases.n * (config->n_sites - 1);
	return arena_printf(&setup->arena, "%lu", (unsigned long) n);
}

#define WANTED_PARAMETERS(setup) \
	PG_PARAMETERS(sender_count(setup), slot_megabytes(setup), \
				  worker_count(setup))

PlanAnswer
setup_server_done(void *context, Error *error)
{
	Setup	   *setup = context;

	if (!setup_connect(setup, setup->site, error))
		return PLAN_ERROR;
	return setup_answer(setup->server, WANTED "SELECT count(value) = 0 FROM w",
						WANTED_PARAMETERS(setup), error);
}

bool
setup_server_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	/* A preload that cannot be loaded would keep the server from starting. */
	return setup_connect(setup, setup->site, error) &&
		pg_run(setup->server, "LOAD 'qsrepl'", PG_NONE, error) &&
		pg_statements(setup->server, WANTED
					  "SELECT format('ALTER SYSTEM SET %I = %s', name, "
					  "value) FROM w WHERE value IS NOT NULL ORDER BY 1",
					  WANTED_PARAMETERS(setup), NULL, error) &&
		pg_run(setup->server, "SELECT pg_catalog.pg_reload_conf()", PG_NONE,
			   error);
}

/* What runs with another value than configured; "" where all is well. */
static bool
to_restart(Setup *setup, const char **names, Error *error)
{
	return setup_connect(setup, setup->site, error) &&
		setup_value(setup, CONFIGURED
					"SELECT string_agg(name, ', ' ORDER BY name) FROM (SELECT "
					"name FROM c WHERE v <> runs AND name <> "
					"'max_slot_wal_keep_size' UNION ALL SELECT "
					"'qsrepl.local_site' WHERE current_setting("
					"'qsrepl.local_site', true) IS DISTINCT FROM $1) AS x",
					PG_PARAMETERS(setup->site->name), names, error);
}

PlanAnswer
setup_restart_done(void *context, Error *error)
{
	Setup	   *setup = context;
	const char *names;

	if (!to_restart(setup, &names, error))
		return PLAN_ERROR;
	return names[0] == '\0' ? PLAN_YES : PLAN_NO;
}

static bool
restart(Setup *setup, Error *error)
{
	pg_close(setup->server);
	setup->server = NULL;
	return server_stop(&setup->config, setup->site, error) &&
		server_start(&setup->config, setup->site, error);
}

bool
setup_restart_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	const char *names = "";
	bool		runs;

	setup->changed++;
	if (!server_runs(setup->site, &runs, error) ||
		(runs && !to_restart(setup, &names, error)))
		return false;
	if (setup->request->no_restart)
		return error_set(error, NULL, "Restart it, then run this command "
						 "again.", "the server needs a restart for: %s",
						 names);
	plan_progress(progress, "restarting for %s", names);
	if (!restart(setup, error) || !to_restart(setup, &names, error))
		return false;
	return names[0] == '\0' ||
		error_set(error, NULL, "Look for them in the command line that starts "
				  "it, in postgresql.auto.conf, and behind the line that "
				  "includes the settings file.",
				  "the server was restarted, but still has other values "
				  "for: %s", names);
}

PlanAnswer
setup_role_done(void *context, Error *error)
{
	Setup	   *setup = context;

	if (!setup_connect(setup, setup->site, error))
		return PLAN_ERROR;
	return setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_roles WHERE rolname = $1 AND "
						"rolcanlogin AND rolreplication AND NOT rolsuper)",
						PG_PARAMETERS(setup->config.replication_role), error);
}

/* A role that is there keeps its other attributes, and its password. */
bool
setup_role_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_connect(setup, setup->site, error) &&
		pg_statements(setup->server,
					  "SELECT format('%s ROLE %I WITH LOGIN REPLICATION "
					  "NOSUPERUSER', CASE WHEN EXISTS (SELECT FROM "
					  "pg_catalog.pg_roles WHERE rolname = $1) THEN 'ALTER' "
					  "ELSE 'CREATE' END, $1::text)",
					  PG_PARAMETERS(setup->config.replication_role),
					  NULL, error);
}

PlanAnswer
setup_has_slot(Setup *setup, const ConfigSite *site, Error *error)
{
	return setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_replication_slots WHERE slot_name = $1 "
						"AND slot_type = 'physical' AND wal_status IS "
						"DISTINCT FROM 'lost')",
						PG_PARAMETERS(server_slot(&setup->config, site,
												  &setup->arena)), error);
}

PlanAnswer
setup_slots_done(void *context, Error *error)
{
	Setup	   *setup = context;
	PlanAnswer	answer = PLAN_YES;

	if (!setup_connect(setup, setup->site, error))
		return PLAN_ERROR;
	for (size_t i = 0; answer == PLAN_YES && i < setup->config.n_sites; i++)
		if (&setup->config.sites[i] != setup->site)
			answer = setup_has_slot(setup, &setup->config.sites[i], error);
	return answer;
}

bool
setup_make_slot(Setup *setup, const ConfigSite *site, Error *error)
{
	const char *slot = server_slot(&setup->config, site, &setup->arena);

	return pg_run(setup->server, "SELECT pg_catalog.pg_drop_replication_slot("
				  "slot_name) FROM pg_catalog.pg_replication_slots WHERE "
				  "slot_name = $1 AND wal_status = 'lost'",
				  PG_PARAMETERS(slot), error) &&
		pg_run(setup->server, "SELECT pg_catalog."
			   "pg_create_physical_replication_slot($1, true)",
			   PG_PARAMETERS(slot), error);
}

bool
setup_slots_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	if (!setup_connect(setup, setup->site, error))
		return false;
	for (size_t i = 0; i < setup->config.n_sites; i++)
	{
		const ConfigSite *site = &setup->config.sites[i];
		PlanAnswer	answer = PLAN_YES;

		if (site != setup->site)
			answer = setup_has_slot(setup, site, error);
		if (answer == PLAN_ERROR ||
			(answer == PLAN_NO && !setup_make_slot(setup, site, error)))
			return false;
	}
	return true;
}
