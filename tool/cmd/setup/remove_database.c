/*
 * remove_database.c
 *		Steps of "qsrepl setup remove" in each database.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/remove.h"
#include "pg/statements.h"
#include "server/settings.h"

const char *
remove_prefix(Setup *setup, const ConfigSite *site)
{
	const ConfigSite nobody = {.name = ""};
	const char *name;

	if (site == NULL)
		return server_slot(&setup->config, &nobody, &setup->arena);
	name = server_slot(&setup->config, site, &setup->arena);
	return arena_printf(&setup->arena, "%s_", name);
}

PlanAnswer
remove_has_extension(PgConnection *connection, Error *error)
{
	return setup_answer(connection, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_extension WHERE extname = 'qsrepl')",
						PG_NONE, error);
}

/* YES and NO the other way round. */
static PlanAnswer
reversed(PlanAnswer answer)
{
	return answer == PLAN_ERROR ? PLAN_ERROR :
		answer == PLAN_YES ? PLAN_NO : PLAN_YES;
}

static bool
run_in_each(Setup *setup, SetupEach each, Error *error)
{
	setup->changed++;
	return setup_each(setup, each, error) == PLAN_YES;
}

/* $1: what the subscriptions' names begin with. */
#define OURS "FROM pg_catalog.pg_subscription s JOIN " \
	"pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = " \
	"current_database() AND left(s.subname, length($1)) = $1"

static PlanAnswer
no_subscription(Setup *setup, PgConnection *connection, Error *error)
{
	return setup_answer(connection, "SELECT NOT EXISTS (SELECT " OURS ")",
						PG_PARAMETERS(remove_prefix(setup, NULL)), error);
}

/* Without its slot, so that it goes also where the publisher is not there. */
static PlanAnswer
drop_subscriptions(Setup *setup, PgConnection *connection, Error *error)
{
	return pg_statements(connection, "SELECT format(v.x, s.subname) "
						 "FROM (SELECT s.subname " OURS ") AS s, (VALUES (1, "
						 "'ALTER SUBSCRIPTION %I DISABLE'), (2, 'ALTER "
						 "SUBSCRIPTION %I SET (slot_name = NONE)'), (3, 'DROP "
						 "SUBSCRIPTION %I')) AS v (n, x) ORDER BY s.subname, "
						 "v.n", PG_PARAMETERS(remove_prefix(setup, NULL)),
						 NULL, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
remove_subscriptions_done(void *context, Error *error)
{
	return setup_each(context, no_subscription, error);
}

bool
remove_subscriptions_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, drop_subscriptions, error);
}

static PlanAnswer
no_publication(Setup *setup, PgConnection *connection, Error *error)
{
	return setup_answer(connection, "SELECT NOT EXISTS (SELECT FROM "
						"pg_catalog.pg_publication WHERE pubname = $1)",
						PG_PARAMETERS(setup->config.replication_name),
						error);
}

static PlanAnswer
drop_publication(Setup *setup, PgConnection *connection, Error *error)
{
	return pg_statements(connection, "SELECT format('DROP PUBLICATION IF "
						 "EXISTS %I', $1::text)",
						 PG_PARAMETERS(setup->config.replication_name),
						 NULL, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
remove_publication_done(void *context, Error *error)
{
	return setup_each(context, no_publication, error);
}

bool
remove_publication_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, drop_publication, error);
}

static PlanAnswer
no_triggers(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	has = remove_has_extension(connection, error);

	(void) setup;
	if (has != PLAN_YES)
		return reversed(has);
	return setup_answer(connection, "SELECT NOT EXISTS (SELECT FROM "
						"qsrepl._row_triggers)", PG_NONE, error);
}

static PlanAnswer
drop_triggers(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	done = no_triggers(setup, connection, error);

	if (done != PLAN_NO)
		return done;
	return pg_run(connection, "SELECT qsrepl.disable()", PG_NONE, error) ?
		PLAN_YES : PLAN_ERROR;
}

PlanAnswer
remove_triggers_done(void *context, Error *error)
{
	return setup_each(context, no_triggers, error);
}

bool
remove_triggers_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, drop_triggers, error);
}

/* The fence is the server's: any database with the extension tells. */
static PlanAnswer
not_fenced(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	has = remove_has_extension(connection, error);

	(void) setup;
	if (has != PLAN_YES)
		return reversed(has);
	return setup_answer(connection, "SELECT NOT fenced FROM "
						"qsrepl._fence_state()", PG_NONE, error);
}

static PlanAnswer
unfence(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	done = not_fenced(setup, connection, error);

	if (done != PLAN_NO)
		return done;
	if (!setup->request->unfence)
	{
		error_set(error, NULL, "Give --unfence where it may take changes "
				  "again.", "the server of site \"%s\" has been fenced "
				  "meanwhile", setup->site->name);
		return PLAN_ERROR;
	}
	return pg_run(connection, "SELECT qsrepl.unfence()", PG_NONE, error) ?
		PLAN_YES : PLAN_ERROR;
}

PlanAnswer
remove_fence_done(void *context, Error *error)
{
	return setup_each(context, not_fenced, error);
}

bool
remove_fence_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, unfence, error);
}

static PlanAnswer
no_extension(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return reversed(remove_has_extension(connection, error));
}

static PlanAnswer
drop_extension(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return pg_run(connection, "DROP EXTENSION IF EXISTS qsrepl", PG_NONE,
				  error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
remove_extension_done(void *context, Error *error)
{
	return setup_each(context, no_extension, error);
}

bool
remove_extension_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, drop_extension, error);
}
