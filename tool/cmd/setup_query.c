/*
 * setup_query.c
 *		Questions of "qsrepl setup" to the servers.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup_work.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "server/control.h"
#include "server/logical.h"
#include "server/target.h"

bool
setup_connect(Setup *setup, const ConfigSite *site, Error *error)
{
	if (setup->server != NULL && !pg_is_broken(setup->server))
		return true;
	pg_close(setup->server);
	setup->server = server_connect(&setup->config, site, NULL, error);
	return setup->server != NULL;
}

bool
setup_source(Setup *setup, Error *error)
{
	if (setup->source != NULL && !pg_is_broken(setup->source))
		return true;
	pg_close(setup->source);
	setup->source = server_connect(&setup->config, setup->peer, NULL, error);
	return setup->source != NULL;
}

bool
setup_value(Setup *setup, const char *sql, PgParameters parameters,
			const char **value, Error *error)
{
	char	   *text;

	if (!pg_value(setup->server, sql, parameters, &text, error))
		return false;
	*value = arena_strdup(&setup->arena, text != NULL ? text : "");
	free(text);
	return true;
}

PlanAnswer
setup_answer(PgConnection *connection, const char *sql,
			 PgParameters parameters, Error *error)
{
	bool		yes;

	if (!pg_ask(connection, sql, parameters, &yes, error))
		return PLAN_ERROR;
	return yes ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
in_database(Setup *setup, const char *database, SetupEach each, Error *error)
{
	PgConnection *connection = server_connect(&setup->config, setup->site,
											  database, error);
	PlanAnswer	answer;

	if (connection == NULL)
		return PLAN_ERROR;
	pg_set_deadline(connection, (int) setup->config.localize_timeout);
	setup->database = database;
	answer = each(setup, connection, error);
	pg_close(connection);
	return answer;
}

PlanAnswer
setup_each(Setup *setup, SetupEach each, Error *error)
{
	PlanAnswer	answer = PLAN_YES;

	for (size_t i = 0; answer == PLAN_YES && i < setup->n_databases; i++)
		answer = in_database(setup, setup->databases[i], each, error);
	return answer;
}

PlanAnswer
setup_each_replicated(Setup *setup, SetupEach each, Error *error)
{
	PlanAnswer	answer = PLAN_YES;

	for (size_t i = 0; answer == PLAN_YES && i < setup->n_databases; i++)
		if (logical_replicates(&setup->config, setup->databases[i]))
			answer = in_database(setup, setup->databases[i], each, error);
	return answer;
}

/* The lines of pg_hba.conf that let the replication role in. */
static const char *
hba_lines(Setup *setup, const ConfigSite *from)
{
	Text		text = {NULL, 0, 0};
	const char *role = setup->config.replication_role;
	const char *lines;

	if (setup->config.mode == CONFIG_PHYSICAL)
		text_addf(&text, "\"host replication %s %s scram-sha-256\" and "
				  "\"host %s %s %s scram-sha-256\"", role, from->host,
				  setup->config.maintenance_database, role, from->host);
	else
		for (size_t i = 0; i < setup->n_databases; i++)
			if (logical_replicates(&setup->config, setup->databases[i]))
				text_addf(&text, "%s\"host \"%s\" %s %s scram-sha-256\"",
						  text.len > 0 ? " and " : "", setup->databases[i],
						  role, from->host);
	lines = arena_strdup(&setup->arena, text.len > 0 ? text.bytes : "");
	text_free(&text);
	return lines;
}

static void
hint_hba(Setup *setup, const ConfigSite *site, const ConfigSite *from,
		 Error *error)
{
	error_take_hint(error, text_format(
									   "The role needs a password (in psql: \\password %s), which is in the "
									   "password file at each site, and pg_hba.conf of site \"%s\" needs "
									   "these lines: %s.", setup->config.replication_role, site->name,
									   hba_lines(setup, from)));
}

static bool
log_in(Setup *setup, const ConfigSite *site, const char *conninfo,
	   Error *error)
{
	const char *const words[] = {
		server_program(setup->site, "psql", &setup->arena), "-X", "-w", "-q",
		"-A", "-t", "-d",
		arena_printf(&setup->arena, "%s connect_timeout=%ld", conninfo,
					 (setup->config.connect_timeout + 999) / 1000),
		"-c", "IDENTIFY_SYSTEM", NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	server_argv(setup->site, words, argv);
	good = plat_child_run(&child, &result, error);
	if (!good)
		error_take_message(error, text_format("site \"%s\": role \"%s\" could "
											  "not connect for replication",
											  site->name,
											  setup->config.replication_role));
	plat_child_free(&result);
	return good;
}

/* To each database, as subscriptions do. */
static bool
log_in_to_all(Setup *setup, const ConfigSite *site, Error *error)
{
	const Config *config = &setup->config;

	for (size_t i = 0; i < setup->n_databases; i++)
		if (logical_replicates(config, setup->databases[i]) &&
			!log_in(setup, site, arena_printf(
											  &setup->arena, "%s replication=database",
											  server_conninfo_of(config, site,
																 config->replication_role,
																 setup->databases[i], &setup->arena)), error))
			return false;
	return true;
}

bool
setup_replication(Setup *setup, const ConfigSite *site,
				  const ConfigSite *from, Error *error)
{
	const Config *config = &setup->config;
	bool		good;

	if (config->mode == CONFIG_LOGICAL)
		good = log_in_to_all(setup, site, error);
	else
		good = log_in(setup, site, arena_printf(
												&setup->arena, "%s replication=true",
												server_conninfo(config, site, config->replication_role,
																&setup->arena)), error);
	if (!good)
		hint_hba(setup, site, from, error);
	return good;
}
