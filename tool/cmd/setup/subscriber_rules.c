/*
 * subscriber_rules.c
 *		"qsrepl setup subscriber": the rules that somebody has added at the
 *		publisher.
 *
 * The profile's rules come from the profile.  Those of somebody's own are rows
 * that are not replicated: without them, what a new database receives would
 * stay as the other site has it.
 */
#include <stdlib.h>

#include "cmd/setup/subscriber.h"
#include "server/target.h"

static const char own_rules[] =
"SELECT coalesce(json_agg(r), '[]')::text FROM qsrepl.rule r"
" WHERE r.profile IS NULL";

#define MISSING \
" FROM json_to_recordset($1::json)" \
" AS p(relation text, \"column\" text, form text)" \
" WHERE to_regclass(p.relation) IS NOT NULL" \
" AND NOT EXISTS (SELECT FROM qsrepl.rule r WHERE r.relation = p.relation" \
" AND r.\"column\" = p.\"column\")"

/* The publisher's, of the database that is worked on; freed by the caller. */
static bool
read_own_rules(Setup *setup, char **rules, Error *error)
{
	PgConnection *publisher = server_connect(&setup->config, setup->peer,
											 setup->database, error);
	bool		good = publisher != NULL &&
	pg_value(publisher, own_rules, PG_NONE, rules, error);

	pg_close(publisher);
	return good;
}

static PlanAnswer
has_rules(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	answer;
	char	   *rules;

	if (!read_own_rules(setup, &rules, error))
		return PLAN_ERROR;
	answer = setup_answer(connection, "SELECT NOT EXISTS (SELECT" MISSING ")",
						  PG_PARAMETERS(rules), error);
	free(rules);
	return answer;
}

static PlanAnswer
add_rules(Setup *setup, PgConnection *connection, Error *error)
{
	char	   *rules;
	bool		good;

	if (!read_own_rules(setup, &rules, error))
		return PLAN_ERROR;
	good = pg_run(connection, "SELECT qsrepl.add_rule(p.relation::regclass, "
				  "p.\"column\", p.form)" MISSING, PG_PARAMETERS(rules),
				  error);
	free(rules);
	return good ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
subscriber_rules_done(void *context, Error *error)
{
	return setup_each(context, has_rules, error);
}

bool
subscriber_rules_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each(setup, add_rules, error) == PLAN_YES;
}
