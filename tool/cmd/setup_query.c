/*
 * setup_query.c
 *		Questions of "qsrepl setup" to the servers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/setup_work.h"
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
	char	   *text;
	bool		yes;

	if (!pg_value(connection, sql, parameters, &text, error))
		return PLAN_ERROR;
	yes = text != NULL && text[0] == 't';
	free(text);
	return yes ? PLAN_YES : PLAN_NO;
}

/* Statements are run when the query that gives them has come to its end. */
static bool
keep_statement(void *arg, const PgRow *row, Error *error)
{
	Text	   *list = arg;
	const char *text = pg_row_text(row, 0);

	(void) error;
	text_add_bytes(list, text, strlen(text) + 1);
	return true;
}

bool
setup_statements(PgConnection *connection, const char *query,
				 PgParameters parameters, size_t *count, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good = pg_rows(connection, query, parameters, keep_statement,
							   &list, error);

	*count = 0;
	for (size_t at = 0; good && at < list.len;
		 at += strlen(list.bytes + at) + 1)
	{
		good = pg_run(connection, list.bytes + at, PG_NONE, error);
		(*count)++;
	}
	text_free(&list);
	return good;
}

PlanAnswer
setup_each(Setup *setup, SetupEach each, Error *error)
{
	PlanAnswer	answer = PLAN_YES;

	for (size_t i = 0; answer == PLAN_YES && i < setup->n_databases; i++)
	{
		PgConnection *connection = server_connect(&setup->config, setup->site,
												  setup->databases[i], error);

		if (connection == NULL)
			return PLAN_ERROR;
		pg_set_deadline(connection, (int) setup->config.localize_timeout);
		answer = each(setup, connection, error);
		pg_close(connection);
	}
	return answer;
}

bool
setup_replication(Setup *setup, const ConfigSite *site,
				  const ConfigSite *from, Error *error)
{
	return server_reach(&setup->config, setup->site, site, from, error);
}
