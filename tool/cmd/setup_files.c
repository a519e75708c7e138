/*
 * setup_files.c
 *		Steps of both plans: the site's settings file, and its inclusion.
 */
#include "cmd/setup_work.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/settings.h"

PlanAnswer
setup_settings_done(void *context, Error *error)
{
	Setup	   *setup = context;
	Text		text = {NULL, 0, 0};
	bool		same;
	bool		good;

	server_settings_add(&text, &setup->config, setup->site, setup->peer);
	good = server_file_is(setup->site->settings_file, &text, &same, error);
	text_free(&text);
	return !good ? PLAN_ERROR : same ? PLAN_YES : PLAN_NO;
}

bool
setup_settings_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	Text		text = {NULL, 0, 0};
	bool		good;

	(void) progress;
	setup->changed++;
	server_settings_add(&text, &setup->config, setup->site, setup->peer);
	good = plat_file_write(setup->site->settings_file, text.bytes, text.len,
						   false, error);
	text_free(&text);
	return good;
}

/* postgresql.conf as it should be; false with the error. */
static bool
included(Setup *setup, Text *text, Error *error)
{
	Text		now = {NULL, 0, 0};

	if (!plat_file_read(setup->config_file, SETUP_FILE_LIMIT, &now, error))
		return false;
	server_include_add(text, now.bytes != NULL ? now.bytes : "",
					   &setup->config, setup->site);
	text_free(&now);
	return true;
}

PlanAnswer
setup_include_done(void *context, Error *error)
{
	Setup	   *setup = context;
	Text		text = {NULL, 0, 0};
	bool		same = false;
	bool		good = included(setup, &text, error) &&
	server_file_is(setup->config_file, &text, &same, error);

	text_free(&text);
	return !good ? PLAN_ERROR : same ? PLAN_YES : PLAN_NO;
}

bool
setup_include_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	Text		text = {NULL, 0, 0};
	bool		good;

	(void) progress;
	setup->changed++;
	good = included(setup, &text, error) &&
		plat_file_write(setup->config_file, text.bytes, text.len, false,
						error);
	text_free(&text);
	return good;
}
