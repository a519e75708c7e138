/*
 * files.c
 *		Steps of both plans: the site's settings file, and its inclusion.
 */
#include "cmd/setup/steps.h"
#include "server/settings.h"

static PlanAnswer
answer(bool good, bool same)
{
	return !good ? PLAN_ERROR : same ? PLAN_YES : PLAN_NO;
}

static bool
settings(Setup *setup, bool look_only, bool *same, Error *error)
{
	return server_settings_write(&setup->config, setup->site, setup->peer,
								 look_only, same, error);
}

PlanAnswer
setup_settings_done(void *context, Error *error)
{
	bool		same = false;
	bool		good = settings(context, true, &same, error);

	return answer(good, same);
}

bool
setup_settings_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	bool		same;

	(void) progress;
	setup->changed++;
	return settings(setup, false, &same, error);
}

static bool
include(Setup *setup, bool look_only, bool *same, Error *error)
{
	return server_include_write(&setup->config, setup->site,
								setup->config_file, look_only, same, error);
}

PlanAnswer
setup_include_done(void *context, Error *error)
{
	bool		same = false;
	bool		good = include(context, true, &same, error);

	return answer(good, same);
}

bool
setup_include_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	bool		same;

	(void) progress;
	setup->changed++;
	return include(setup, false, &same, error);
}
