/*
 * database.c
 *		Steps of a primary in each database: extension, sites, mappings,
 *		profile, and the statement for which site the rows are spelled.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "cmd/define.h"
#include "cmd/setup/steps.h"

static PlanAnswer
run_in_each(Setup *setup, SetupEach each, Error *error)
{
	setup->changed++;
	return setup_each(setup, each, error);
}

static PlanAnswer
has_extension(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return setup_answer(connection, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_extension WHERE extname = 'qsrepl')",
						PG_NONE, error);
}

static PlanAnswer
create_extension(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return define_extension(connection, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
setup_extension_done(void *context, Error *error)
{
	return setup_each(context, has_extension, error);
}

bool
setup_extension_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, create_extension, error) == PLAN_YES;
}

static PlanAnswer
has_site(PgConnection *connection, const ConfigSite *site, Error *error)
{
	return setup_answer(connection, "SELECT EXISTS (SELECT FROM qsrepl.site "
						"WHERE name = $1 AND ($2::text IS NULL OR "
						"description = $2))",
						PG_PARAMETERS(site->name, site->description), error);
}

static PlanAnswer
has_value(PgConnection *connection, const ConfigMapping *mapping,
		  const ConfigMappingValue *value, Error *error)
{
	return setup_answer(connection, "SELECT EXISTS (SELECT FROM "
						"qsrepl.mapping m JOIN qsrepl.mapping_value v "
						"ON v.mapping = m.name WHERE m.name = $1 "
						"AND m.kind = $2 AND v.site = $3 AND v.value = "
						"qsrepl._normalize($2, $4) AND v.current = $5)",
						PG_PARAMETERS(mapping->name,
									  rw_kind_name((RwKind) mapping->kind),
									  value->site, value->value,
									  value->current ? "t" : "f"), error);
}

static PlanAnswer
has_mappings(Setup *setup, PgConnection *connection, Error *error)
{
	const Config *config = &setup->config;
	PlanAnswer	answer = PLAN_YES;

	for (size_t i = 0; answer == PLAN_YES && i < config->n_sites; i++)
		answer = has_site(connection, &config->sites[i], error);
	for (size_t i = 0; answer == PLAN_YES && i < config->n_mappings; i++)
		for (size_t j = 0; answer == PLAN_YES &&
			 j < config->mappings[i].n_values; j++)
			answer = has_value(connection, &config->mappings[i],
							   &config->mappings[i].values[j], error);
	return answer;
}

bool
setup_define(Setup *setup, PgConnection *connection, Error *error)
{
	return define_mappings(&setup->config, connection, error);
}

static PlanAnswer
define_each(Setup *setup, PgConnection *connection, Error *error)
{
	return setup_define(setup, connection, error) ? PLAN_YES : PLAN_ERROR;
}

PlanAnswer
setup_mappings_done(void *context, Error *error)
{
	return setup_each(context, has_mappings, error);
}

bool
setup_mappings_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, define_each, error) == PLAN_YES;
}

static PlanAnswer
has_profile(Setup *setup, PgConnection *connection, Error *error)
{
	return setup_answer(connection, "SELECT EXISTS (SELECT FROM "
						"qsrepl._profile_offer WHERE profile = $1)",
						PG_PARAMETERS(setup->config.profile), error);
}

static PlanAnswer
load_profile(Setup *setup, PgConnection *connection, Error *error)
{
	return define_profile(&setup->config, connection, error) ? PLAN_YES :
		PLAN_ERROR;
}

PlanAnswer
setup_profile_done(void *context, Error *error)
{
	return setup_each(context, has_profile, error);
}

bool
setup_profile_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, load_profile, error) == PLAN_YES;
}

static PlanAnswer
has_state(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return setup_answer(connection, "SELECT qsrepl._state_word() <> 'none'",
						PG_NONE, error);
}

static PlanAnswer
localize(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	answer = has_state(setup, connection, error);

	if (answer != PLAN_NO)
		return answer;
	return pg_run(connection, "SELECT qsrepl.localize()", PG_NONE, error) ?
		PLAN_YES : PLAN_ERROR;
}

PlanAnswer
setup_localize_done(void *context, Error *error)
{
	return setup_each(context, has_state, error);
}

bool
setup_localize_run(void *context, PlanProgress *progress, Error *error)
{
	(void) progress;
	return run_in_each(context, localize, error) == PLAN_YES;
}
