/*
 * publisher.c
 *		"qsrepl setup publisher": the plan of the active site in logical mode,
 *		and its own steps.
 */
#include "cmd/setup/steps.h"
#include "server/logical.h"
#include "server/settings.h"

static const PlanStep steps[] = {
	SETUP_STEP_SETTINGS_LOGICAL,
	SETUP_STEP_INCLUDE,
	SETUP_STEP_SERVER_LOGICAL,
	SETUP_STEP_RESTART,
	SETUP_STEP_ROLE,
	SETUP_STEP_EXTENSION,
	SETUP_STEP_MAPPINGS,
	SETUP_STEP_PROFILE,
	SETUP_STEP_LOCALIZE,
	{"identity", "Let rows of tables without a key be told apart",
		"ALTER TABLE ... REPLICA IDENTITY FULL;",
	setup_identity_done, setup_identity_run, NULL, 0},
	{"publication", "Publish all tables of each database, and let ${role} "
		"read them",
		"CREATE PUBLICATION ${publication} FOR TABLE ... WITH "
		"(publish_via_partition_root);\nGRANT SELECT ON TABLE ..., USAGE ON "
		"SCHEMA ... TO ${role};",
	setup_publication_done, setup_publication_run, NULL, 0}
};

static const Plan plan = {
	"setup-publisher", "Set up site ${site} as the publisher", "",
	steps, sizeof(steps) / sizeof(steps[0])
};

static PlanAnswer
is_identified(Setup *setup, PgConnection *connection, Error *error)
{
	bool		is;

	(void) setup;
	if (!logical_is_identified(connection, &is, error))
		return PLAN_ERROR;
	return is ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
identify(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return logical_identify(connection, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
setup_identity_done(void *context, Error *error)
{
	return setup_each_replicated(context, is_identified, error);
}

bool
setup_identity_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each_replicated(setup, identify, error) == PLAN_YES;
}

static PlanAnswer
is_published(Setup *setup, PgConnection *connection, Error *error)
{
	bool		is;

	if (!logical_is_published(connection, &setup->config, &is, error))
		return PLAN_ERROR;
	return is ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
publish(Setup *setup, PgConnection *connection, Error *error)
{
	return logical_publish(connection, &setup->config, error) ? PLAN_YES :
		PLAN_ERROR;
}

PlanAnswer
setup_publication_done(void *context, Error *error)
{
	return setup_each_replicated(context, is_published, error);
}

bool
setup_publication_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each_replicated(setup, publish, error) == PLAN_YES;
}

/* A passive site would publish what it only has a copy of. */
static bool
check_not_subscriber(Setup *setup, Error *error)
{
	PlanAnswer	subscribes = PLAN_NO;

	for (size_t i = 0; subscribes == PLAN_NO && i < setup->n_databases; i++)
		subscribes = setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
								  "pg_catalog.pg_subscription WHERE subname = "
								  "$1 AND subenabled)",
								  PG_PARAMETERS(server_subscription(
																	&setup->config, setup->site,
																	setup->databases[i], &setup->arena)),
								  error);
	if (subscribes == PLAN_YES)
		error_set(error, NULL, "Run it at the active site. Nothing was "
				  "changed.", "the server of site \"%s\" is a subscriber",
				  setup->site->name);
	return subscribes == PLAN_NO;
}

static bool
prepare(Setup *setup, Error *error)
{
	return setup_prepare_active(setup, error) &&
		check_not_subscriber(setup, error);
}

int
cmd_setup_publisher(const SetupRequest *request)
{
	static const SetupVerb verb = {
		.plan = &plan,.mode = CONFIG_LOGICAL,.prepare = prepare,
		.finish = setup_tell_replication
	};

	return setup_run(&verb, request);
}
