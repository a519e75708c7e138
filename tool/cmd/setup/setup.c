/*
 * setup.c
 *		What the verbs of "qsrepl setup" do around their plans.
 */
#include "cmd/setup/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "base/printable.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "cmd/documents.h"
#include "platform/cancel.h"
#include "server/target.h"

/* Is the site meant?  The exit code. */
static int
confirm(const SetupVerb *verb, const Setup *setup)
{
	const SetupRequest *request = setup->request;
	char	   *question;
	bool		confirmed;

	if (request->site != NULL || request->yes || request->dry_run)
		return EXIT_OK;
	if (ask_possible())
	{
		question = text_format("This %s the server of site \"%s\" (host "
							   "%s, port %d), and may restart it.\nGo on? "
							   "Type \"yes\": ", verb->removes ?
							   "takes qsrepl away from" : "sets up",
							   setup->site->name,
							   setup->site->host, setup->site->port);
		confirmed = ask_confirmed(question);
		free(question);
		if (confirmed)
			return EXIT_OK;
	}
	report_errorf("Give --site, or --yes. Nothing was changed.",
				  "site \"%s\" was not confirmed", setup->site->name);
	return EXIT_REFUSED;
}

/* Is it the verb of the configuration's mode?  The exit code. */
static int
check_mode(const SetupVerb *verb, const Config *config)
{
	if (verb->removes || config->mode == (int) verb->mode)
		return EXIT_OK;
	if (verb->mode == CONFIG_PHYSICAL)
		report_errorf("Use \"qsrepl setup publisher\" and \"qsrepl setup "
					  "subscriber\", or set mode = physical. Nothing was "
					  "changed.", "the configuration's mode is logical");
	else
		report_errorf("Use \"qsrepl setup primary\" and \"qsrepl setup "
					  "standby\", or set mode = logical. Nothing was changed.",
					  "the configuration's mode is physical");
	return EXIT_REFUSED;
}

/* Which site, and does it fit this machine?  The exit code. */
static int
choose_site(const SetupVerb *verb, Setup *setup)
{
	const Config *config = &setup->config;
	const char *name = setup->request->site != NULL ?
	setup->request->site : config->site;
	int			code = check_mode(verb, config);

	if (code != EXIT_OK)
		return code;

	setup->site = cmd_find_site(config, name);
	if (setup->site == NULL)
		return EXIT_USAGE;
	if (!cmd_is_here(config, name))
		return EXIT_REFUSED;
	setup->peer = config_other_site(config, setup->site);
	return confirm(verb, setup);
}

static int
code_of(PlanOutcome outcome)
{
	switch (outcome)
	{
		case PLAN_FINISHED:
			return EXIT_OK;
		case PLAN_REFUSED:
			return EXIT_REFUSED;
		default:
			return EXIT_STOPPED;
	}
}

/* A run of the same plan that has stopped is taken up. */
static bool
take_up(const SetupVerb *verb, Setup *setup, Error *error)
{
	PlanJournal *journal;
	const char *aside;

	if (!plan_unfinished(setup->config.journal_directory, NULL, &journal,
						 error))
		return false;
	if (journal == NULL)
		return true;
	setup->unfinished = strcmp(plan_journal_plan(journal),
							   verb->plan->name) == 0;
	aside = plan_journal_parameter(journal, "aside");
	if (setup->unfinished && aside != NULL)
		setup->aside = arena_strdup(&setup->arena, aside);
	plan_journal_free(journal);
	return true;
}

static PlanOutcome
run_plan(const SetupVerb *verb, Setup *setup, Error *error)
{
	const PlanParameter parameters[] = {
		{"site", setup->site->name}, {"peer", setup->peer->name},
		{"data_directory", setup->site->data_directory},
		{"settings_file", setup->site->settings_file},
		{"role", setup->config.replication_role},
		{"config_file", setup->config_file != NULL ? setup->config_file :
		"postgresql.conf"},
		{"aside", setup->aside != NULL ? setup->aside : ""},
		{"publication", setup->config.replication_name},
		{"maintenance_database", setup->config.maintenance_database}
	};
	json_t	   *document = NULL;
	PlanRun		run = {
		.plan = verb->plan,
		.context = setup,
		.directory = setup->config.journal_directory,
		.pair = {setup->system_identifier, {setup->config.sites[0].name,
		setup->config.sites[1].name}},
		.parameters = parameters,
		.n_parameters = sizeof(parameters) / sizeof(parameters[0]),
		.dry_run = setup->request->dry_run ? stdout : NULL,
		.document = setup->request->json ? &document : NULL,
		.again = "run this command again to go on"
	};
	PlanOutcome outcome;

	outcome = setup->unfinished ? plan_resume(&run, error) :
		plan_start(&run, error);
	documents_add(setup->document, document);
	if (!setup->unfinished || outcome != PLAN_FINISHED ||
		setup->request->dry_run)
		return outcome;
	/* What was done before may be out of date by now. */
	setup->standby = true;
	return plan_start(&run, error);
}

static void
tell_json(const SetupVerb *verb, const Setup *setup)
{
	json_t	   *document = json_object();

	json_set_text(document, "plan", verb->plan->name);
	json_set_text(document, "site", setup->site->name);
	json_set_text(document, "outcome", "done");
	json_object_set_new(document, "changed_steps",
						json_integer((json_int_t) setup->changed));
	json_set_text(document, "notes", setup->notes.len > 0 ?
				  setup->notes.bytes : "");
	documents_add(setup->document, document);
}

static void
tell(const Setup *setup)
{
	if (setup->changed == 0)
		printf("Site %s: everything is done already.\n", setup->site->name);
	else
		printf("Site %s: done, %lu steps had something to do.\n",
			   setup->site->name, (unsigned long) setup->changed);
	if (setup->notes.len > 0)
		printed("%s", setup->notes.bytes);
}

static int
prepare_and_run(const SetupVerb *verb, Setup *setup)
{
	Error		error = ERROR_NONE;
	int			code;

	if (!take_up(verb, setup, &error))
		code = EXIT_REFUSED;
	else if (!verb->prepare(setup, &error))
		code = error.sqlstate[0] != '\0' || setup->server == NULL ?
			EXIT_SERVER : EXIT_REFUSED;
	else
	{
		plat_cancel_install();
		code = code_of(run_plan(verb, setup, &error));
		if (code == EXIT_OK && !setup->request->dry_run &&
			!verb->finish(setup, &error))
			code = EXIT_SERVER;
	}
	if (code == EXIT_OK && !setup->request->dry_run)
	{
		if (setup->request->json)
			tell_json(verb, setup);
		else
			tell(setup);
	}
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	return code;
}

int
setup_run(const SetupVerb *verb, const SetupRequest *request)
{
	Setup		setup;
	json_t	   *own = NULL;
	int			code;

	memset(&setup, 0, sizeof(setup));
	setup.request = request;
	setup.document = request->document != NULL ? request->document : &own;
	code = cmd_load_config(request->file, &setup.config);
	if (code != EXIT_OK)
		return code;
	code = choose_site(verb, &setup);
	if (code == EXIT_OK)
		code = prepare_and_run(verb, &setup);
	pg_close(setup.server);
	pg_close(setup.source);
	free(setup.databases);
	text_free(&setup.notes);
	arena_free(&setup.arena);
	config_free(&setup.config);
	documents_print(own);
	return code;
}
