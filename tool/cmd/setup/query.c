/*
 * query.c
 *		Questions of "qsrepl setup" to the servers.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/work.h"
#include "pg/statements.h"
#include "server/logical.h"
#include "server/reach.h"
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

bool
setup_replication(Setup *setup, const ConfigSite *site,
				  const ConfigSite *from, Error *error)
{
	const ServerReach reach = {
		&setup->config, setup->site, site, from, setup->databases,
		setup->n_databases
	};

	return server_reach(&reach, error);
}
