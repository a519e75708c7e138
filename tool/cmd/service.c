/*
 * service.c
 *		The verbs of "qsrepl service".
 */
#include "cmd/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/cert/ready.h"
#include "cmd/config.h"
#include "cmd/service_print.h"
#include "platform/cancel.h"
#include "progress/progress.h"
#include "service/service.h"

typedef bool (*ServiceDo) (const Config *config, const ConfigSite *site,
						   const ServiceOptions *options,
						   ServiceReport *report, Error *error);

typedef struct ServiceVerb
{
	const char *word;
	ServiceDo	run;
	const char *about;			/* what it does; NULL: it only looks */
} ServiceVerb;

static const ServiceVerb verbs[] = {
	{"list", service_survey, NULL},
	{"status", service_verify_rights, NULL},
	{"stop", service_stop_site, "all services of Qlik Sense are stopped"},
	{"start", service_start_site, "the services of Qlik Sense are started"},
	{"passive", service_set_passive, "no service of Qlik Sense starts with "
	"its machine any more"},
	{"active", service_set_active, "services of Qlik Sense get their start "
	"types back"},
	{NULL, NULL, NULL}
};

static const ServiceVerb *
find_verb(const char *word)
{
	const ServiceVerb *verb = verbs;

	while (strcmp(verb->word, word) != 0)
		verb++;
	return verb;
}

static void
tell(void *arg, const char *what)
{
	progress_say(arg, "%s", what);
}

/* Does somebody want it? */
static bool
is_confirmed(const ServiceCall *call, const ServiceVerb *verb)
{
	char	   *question;
	bool		confirmed;

	if (verb->about == NULL || call->yes || call->dry_run)
		return true;
	question = text_format("Site %s: %s. Answer \"yes\" to go on: ",
						   call->site, verb->about);
	confirmed = ask_possible() && ask_confirmed(question);
	if (!confirmed)
		report_errorf("Give --yes, or answer \"yes\".",
					  "\"service %s\" of site \"%s\" was not confirmed",
					  verb->word, call->site);
	free(question);
	return confirmed;
}

/* Missing rights are an answer "no". */
static bool
lacks_rights(const ServiceReport *report)
{
	for (size_t i = 0; i < report->n; i++)
	{
		bool		configures = service_can_configure(report->nodes[i].node);

		for (size_t j = 0; j < report->nodes[i].n; j++)
		{
			const ServiceState *state = &report->nodes[i].services[j];

			if (state->asked &&
				!(state->may_stop && state->may_start &&
				  (state->may_configure || !configures)))
				return true;
		}
	}
	return false;
}

static void
print(const ServiceCall *call, const ServiceReport *report,
	  const Error *error)
{
	if (call->json)
		service_print_json(report, error);
	else
		service_print_text(report);
	/* What is behind it, the table has told. */
	if (error->message != NULL && report->n > 0)
		report_error(error->message, NULL, error->hint);
	else if (error->message != NULL)
		error_report(error);
}

static int
run(const ServiceCall *call, const ServiceVerb *verb, const Config *config,
	const ConfigSite *site)
{
	ServiceReport report;
	Error		error = ERROR_NONE;
	Progress	progress;
	Arena		arena = {NULL};
	ServiceOptions options = {
		.node = call->node,.force = call->force,.no_probe = call->no_probe,
		.progress = tell,.arg = &progress
	};
	ServiceDo	act = call->dry_run ? service_survey : verb->run;
	bool		good;
	int			code;

	plat_cancel_install();
	if (act == service_start_site)
		options.certificates = cert_identity(config, site, &arena);
	progress_start(&progress, text_format("service %s", verb->word));
	good = act(config, site, &options, &report, &error);
	progress_stop(&progress);
	print(call, &report, &error);
	if (call->dry_run && good && !call->json)
		puts("Nothing was changed.");
	if (good)
		code = lacks_rights(&report) ? EXIT_NOT_SO : EXIT_OK;
	else
		code = EXIT_SERVER;
	error_free(&error);
	service_report_free(&report);
	arena_free(&arena);
	return code;
}

/* A node of that name, at that site. */
static bool
has_node(const ServiceCall *call, const Config *config)
{
	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].name, call->node) == 0 &&
			(call->site == NULL ||
			 strcmp(config->nodes[i].site, call->site) == 0))
			return true;
	return false;
}

static int
check_and_run(const ServiceCall *call, const Config *config)
{
	const ServiceVerb *verb = find_verb(call->verb);
	const ConfigSite *site = call->site != NULL ?
	config_site(config, call->site) : NULL;

	if (call->site != NULL && site == NULL)
	{
		report_errorf("\"qsrepl config show\" lists the sites.",
					  "site \"%s\" does not exist", call->site);
		return EXIT_USAGE;
	}
	if (call->node != NULL && !has_node(call, config))
	{
		report_errorf("\"qsrepl config show\" lists the nodes.",
					  "node \"%s\" does not exist%s", call->node,
					  site != NULL ? " at that site" : "");
		return EXIT_USAGE;
	}
	if (!service_has_nodes(config, site))
	{
		report_errorf("Nodes are sections [node NAME]; service_control says "
					  "what controls their services.",
					  "there is no node whose services are controlled");
		return EXIT_REFUSED;
	}
	return is_confirmed(call, verb) ? run(call, verb, config, site) :
		EXIT_REFUSED;
}

int
cmd_service(const ServiceCall *call)
{
	Config		config;
	int			code = cmd_load_config(call->file, &config);

	if (code != EXIT_OK)
		return code;
	code = check_and_run(call, &config);
	config_free(&config);
	return code;
}

int
cmd_service_work(const char *file, const char *name)
{
	Config		config;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	code = EXIT_USAGE;
	for (size_t i = 0; i < config.n_nodes; i++)
		if (strcmp(config.nodes[i].name, name) == 0)
			code = service_work(&config, &config.nodes[i]);
	config_free(&config);
	return code;
}
