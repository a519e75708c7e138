/*
 * subscriber_roles.c
 *		"qsrepl setup subscriber": the fence, and the roles that the copied
 *		schema refers to.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/subscriber.h"
#include "pg/statements.h"

/*
 * At the publisher.  $1: its databases, $2: Qlik's role, $3: the roles that
 * the subscriber has; lists in JSON.  What belongs to the first superuser is
 * not listed by pg_shdepend.
 */
#define LACKING \
	"WITH RECURSIVE d AS (SELECT d.oid FROM pg_database d WHERE d.datname IN " \
	"(SELECT json_array_elements_text($1::json))), " \
	"need (oid) AS ((SELECT s.refobjid FROM pg_shdepend s JOIN d " \
	"ON s.dbid = d.oid OR (s.dbid = 0 AND s.classid = 'pg_database'::regclass " \
	"AND s.objid = d.oid) WHERE s.refclassid = 'pg_authid'::regclass " \
	"UNION SELECT r.oid FROM pg_roles r WHERE r.rolname = $2 OR r.oid = 10) " \
	"UNION SELECT m.roleid FROM need n JOIN pg_auth_members m " \
	"ON m.member = n.oid), " \
	"lack AS (SELECT r.* FROM pg_roles r JOIN need n ON n.oid = r.oid " \
	"WHERE r.rolname !~ '^pg_' AND r.rolname NOT IN " \
	"(SELECT json_array_elements_text($3::json))) "

static const char create_query[] = LACKING
"SELECT x.statement FROM ("
"SELECT 1, format('CREATE ROLE %I WITH %s', l.rolname, concat_ws(' ',"
" CASE WHEN l.rolsuper THEN 'SUPERUSER' END,"
" CASE WHEN NOT l.rolinherit THEN 'NOINHERIT' END,"
" CASE WHEN l.rolcreaterole THEN 'CREATEROLE' END,"
" CASE WHEN l.rolcreatedb THEN 'CREATEDB' END,"
" CASE WHEN l.rolcanlogin THEN 'LOGIN' END,"
" CASE WHEN l.rolreplication THEN 'REPLICATION' END,"
" CASE WHEN l.rolbypassrls THEN 'BYPASSRLS' END,"
" format('CONNECTION LIMIT %s', l.rolconnlimit))) FROM lack l"
" UNION ALL "
"SELECT 2, format('GRANT %I TO %I', g.rolname, l.rolname) FROM lack l"
" JOIN pg_auth_members m ON m.member = l.oid"
" JOIN pg_roles g ON g.oid = m.roleid"
") AS x (place, statement) ORDER BY x.place, x.statement";

static const char login_query[] = LACKING
"SELECT string_agg(quote_ident(l.rolname), ', ' ORDER BY l.rolname)"
" FROM lack l WHERE l.rolcanlogin";

PlanAnswer
subscriber_fence_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		fenced;

	if (!setup_connect(setup, setup->site, error) ||
		!logical_is_fenced(setup->server, &fenced, error))
		return PLAN_ERROR;
	return fenced ? PLAN_YES : PLAN_NO;
}

bool
subscriber_fence_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_connect(setup, setup->site, error) &&
		logical_fence(setup->server, error);
}

/* The parameters of the queries above, in the arena. */
static bool
role_parameters(Setup *setup, const char *values[3], Error *error)
{
	Text		list = {NULL, 0, 0};

	/* Names of databases in the configuration need no escapes. */
	for (size_t i = 0; i < setup->n_databases; i++)
		text_addf(&list, "%s\"%s\"", i == 0 ? "[" : ",",
				  setup->databases[i]);
	text_add(&list, "]");
	values[0] = arena_strdup(&setup->arena, list.bytes);
	values[1] = setup->site->qlik_role;
	text_free(&list);
	return setup_source(setup, error) &&
		setup_connect(setup, setup->site, error) &&
		setup_value(setup, "SELECT json_agg(r.rolname) FROM pg_roles r",
					PG_NONE, &values[2], error);
}

PlanAnswer
subscriber_roles_done(void *context, Error *error)
{
	Setup	   *setup = context;
	const char *values[3];
	bool		nothing;

	if (!role_parameters(setup, values, error) ||
		!pg_gives_nothing(setup->source, create_query, (PgParameters)
						  {
		3, values
	}, &nothing, error))
		return PLAN_ERROR;
	return nothing ? PLAN_YES : PLAN_NO;
}

bool
subscriber_roles_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	Text		statements = {NULL, 0, 0};
	const char *values[3];
	PgParameters parameters = {3, values};
	char	   *logins = NULL;
	bool		good;

	(void) progress;
	setup->changed++;
	good = role_parameters(setup, values, error) &&
		pg_value(setup->source, login_query, parameters, &logins, error) &&
		pg_collect(setup->source, create_query, parameters, &statements,
				   error) &&
		pg_run_all(setup->server, &statements, error);
	if (good && logins != NULL)
		text_addf(&setup->notes, "Left to do: passwords for these new roles "
				  "at site %s, as at site %s (in psql: \\password ROLE): %s.\n",
				  setup->site->name, setup->peer->name, logins);
	free(logins);
	text_free(&statements);
	return good;
}
