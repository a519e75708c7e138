/*
 * remove_server.c
 *		Steps of "qsrepl setup remove": slots, settings, restart.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/remove.h"
#include "pg/statements.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"

/* How long a walsender may take to notice that its subscription has gone. */
#define SLOT_FREE_MS 10000
#define POLL_MS 100

const char *
remove_physical_slots(Setup *setup)
{
	Text		text = {NULL, 0, 0};
	const char *list;

	text_add(&text, "{");
	for (size_t i = 0; i < setup->config.n_sites; i++)
		if (&setup->config.sites[i] != setup->site)
			text_addf(&text, "%s%s", text.len > 1 ? "," : "",
					  server_slot(&setup->config, &setup->config.sites[i],
								  &setup->arena));
	text_add(&text, "}");
	list = arena_strdup(&setup->arena, text.bytes);
	text_free(&text);
	return list;
}

PlanAnswer
remove_slots_done(void *context, Error *error)
{
	Setup	   *setup = context;

	if (!setup_connect(setup, setup->site, error))
		return PLAN_ERROR;
	return setup_answer(setup->server, "SELECT count(*) = 0 " REMOVE_SLOTS,
						PG_PARAMETERS(remove_physical_slots(setup),
									  remove_prefix(setup, NULL)), error);
}

bool
remove_slots_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_connect(setup, setup->site, error) &&
		pg_run(setup->server, "SELECT pg_catalog.pg_drop_replication_slot("
			   "slot_name) " REMOVE_SLOTS,
			   PG_PARAMETERS(remove_physical_slots(setup),
							 remove_prefix(setup, NULL)), error);
}

/* $1: what the names of the site's slots at its publisher begin with. */
#define AT_PEER "FROM pg_catalog.pg_replication_slots WHERE slot_type = " \
	"'logical' AND left(slot_name, length($1)) = $1"

/* Those of a site that does not answer are told at the end. */
static bool
at_peer(Setup *setup, PgConnection **peer)
{
	Error		silent = ERROR_NONE;

	*peer = setup->config.mode == CONFIG_LOGICAL ?
		server_connect(&setup->config, setup->peer, NULL, &silent) : NULL;
	error_free(&silent);
	return *peer != NULL;
}

PlanAnswer
remove_peer_slots_done(void *context, Error *error)
{
	Setup	   *setup = context;
	PgConnection *peer;
	PlanAnswer	answer;

	if (!at_peer(setup, &peer))
		return PLAN_YES;
	answer = setup_answer(peer, "SELECT count(*) = 0 " AT_PEER,
						  PG_PARAMETERS(remove_prefix(setup, setup->site)),
						  error);
	pg_close(peer);
	return answer;
}

/* Until no walsender uses them. */
static bool
wait_free(PgConnection *peer, const char *prefix, Error *error)
{
	int64_t		end = plat_clock_ms() + SLOT_FREE_MS;
	PlanAnswer	free_now;

	while ((free_now = setup_answer(peer, "SELECT count(*) = 0 " AT_PEER
									" AND active", PG_PARAMETERS(prefix),
									error)) == PLAN_NO)
		if (plat_clock_ms() > end || !plat_sleep_ms(POLL_MS))
			break;
	return free_now != PLAN_ERROR;
}

bool
remove_peer_slots_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	const char *prefix = remove_prefix(setup, setup->site);
	PgConnection *peer;
	bool		good;

	(void) progress;
	if (!at_peer(setup, &peer))
		return true;
	setup->changed++;
	good = wait_free(peer, prefix, error) &&
		pg_run(peer, "SELECT pg_catalog.pg_drop_replication_slot(slot_name) "
			   AT_PEER, PG_PARAMETERS(prefix), error);
	pg_close(peer);
	return good;
}

/*
 * What postgresql.auto.conf is to say: $1 is the site's settings file, $2 its
 * port.  The library is taken out of the list that holds; where the other
 * files give the same list then, the entry goes.  The port is kept where only
 * the settings file tells it.
 */
#define STATEMENTS \
	"WITH f AS (SELECT seqno, name, setting, sourcefile, sourcefile ~ " \
	"'postgresql[.]auto[.]conf$' AS auto FROM pg_catalog.pg_file_settings), " \
	"v AS (SELECT coalesce((SELECT setting FROM f WHERE name = " \
	"'shared_preload_libraries' ORDER BY seqno DESC LIMIT 1), '') AS now, " \
	"coalesce((SELECT setting FROM f WHERE name = " \
	"'shared_preload_libraries' AND NOT auto ORDER BY seqno DESC LIMIT 1), " \
	"'') AS base), " \
	"l AS (SELECT ARRAY(SELECT btrim(x, ' \"') FROM " \
	"unnest(string_to_array(now, ',')) AS x WHERE btrim(x, ' \"') <> '') AS " \
	"now, ARRAY(SELECT btrim(x, ' \"') FROM unnest(string_to_array(base, " \
	"',')) AS x WHERE btrim(x, ' \"') <> '') AS base FROM v), " \
	"w AS (SELECT now, base, ARRAY(SELECT x FROM unnest(now) WITH ORDINALITY " \
	"AS u (x, n) WHERE x !~ '(^|/)qsrepl([.]so)?$' ORDER BY n) AS wanted " \
	"FROM l) " \
	"SELECT CASE WHEN wanted = base THEN 'ALTER SYSTEM RESET " \
	"shared_preload_libraries' ELSE 'ALTER SYSTEM SET " \
	"shared_preload_libraries = ' || coalesce((SELECT " \
	"string_agg(quote_literal(x), ', ' ORDER BY n) FROM unnest(wanted) WITH " \
	"ORDINALITY AS u (x, n)), '''''') END FROM w WHERE now <> wanted " \
	"UNION ALL SELECT DISTINCT format('ALTER SYSTEM RESET %s', (SELECT " \
	"string_agg(quote_ident(p), '.' ORDER BY n) FROM " \
	"unnest(string_to_array(name, '.')) WITH ORDINALITY AS u (p, n))) FROM f " \
	"WHERE auto AND name LIKE 'qsrepl.%' " \
	"UNION ALL SELECT 'ALTER SYSTEM SET port = ' || $2::text WHERE EXISTS " \
	"(SELECT FROM f WHERE name = 'port' AND sourcefile = $1) AND " \
	"coalesce((SELECT setting FROM f WHERE name = 'port' AND sourcefile <> " \
	"$1 ORDER BY seqno DESC LIMIT 1), '5432') <> $2"

static PgParameters
statement_parameters(Setup *setup, const char **values)
{
	values[0] = setup->site->settings_file;
	values[1] = arena_printf(&setup->arena, "%d", setup->site->port);
	return (PgParameters)
	{
		2, values
	};
}

PlanAnswer
remove_preload_done(void *context, Error *error)
{
	Setup	   *setup = context;
	const char *values[2];
	bool		nothing = false;

	if (!setup_connect(setup, setup->site, error) ||
		!pg_gives_nothing(setup->server, STATEMENTS,
						  statement_parameters(setup, values), &nothing,
						  error))
		return PLAN_ERROR;
	return nothing ? PLAN_YES : PLAN_NO;
}

bool
remove_preload_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	const char *values[2];

	(void) progress;
	setup->changed++;
	return setup_connect(setup, setup->site, error) &&
		pg_statements(setup->server, STATEMENTS,
					  statement_parameters(setup, values), NULL, error) &&
		pg_run(setup->server, "SELECT pg_catalog.pg_reload_conf()", PG_NONE,
			   error);
}

PlanAnswer
remove_include_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		same = false;

	if (!server_include_remove(&setup->config, setup->config_file, true,
							   &same, error))
		return PLAN_ERROR;
	return same ? PLAN_YES : PLAN_NO;
}

bool
remove_include_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	bool		same;

	(void) progress;
	setup->changed++;
	return server_include_remove(&setup->config, setup->config_file, false,
								 &same, error);
}

PlanAnswer
remove_settings_done(void *context, Error *error)
{
	Setup	   *setup = context;
	PlatFileInfo info;

	if (!plat_file_info(setup->site->settings_file, &info, error))
		return PLAN_ERROR;
	return info.exists ? PLAN_NO : PLAN_YES;
}

bool
remove_settings_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return plat_file_remove(setup->site->settings_file, error);
}

PlanAnswer
remove_restart_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		runs;

	if (!server_runs(setup->site, &runs, error))
		return PLAN_ERROR;
	if (!runs)
		return PLAN_NO;
	if (!setup_connect(setup, setup->site, error))
		return PLAN_ERROR;
	return setup_answer(setup->server, "SELECT current_setting("
						"'shared_preload_libraries') !~ "
						"'(^|[ ,/\"])qsrepl([ ,.\"]|$)' AND current_setting("
						"'qsrepl.local_site', true) IS NULL", PG_NONE,
						error);
}

bool
remove_restart_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	PlanAnswer	gone;

	if (setup->request->no_restart)
		return error_set(error, NULL, "Restart it, then run this command "
						 "again.", "the server needs a restart to run "
						 "without the library");
	setup->changed++;
	plan_progress(progress, "restarting");
	pg_close(setup->server);
	setup->server = NULL;
	if (!server_stop(&setup->config, setup->site, error) ||
		!server_start(&setup->config, setup->site, error))
		return false;
	gone = remove_restart_done(setup, error);
	if (gone == PLAN_NO)
		error_set(error, NULL, "Look for shared_preload_libraries and "
				  "qsrepl.* in the command line that starts it, and in "
				  "postgresql.conf.", "the server was restarted, but still "
				  "has the library or its settings");
	return gone == PLAN_YES;
}
