/*
 * look.c
 *		What only looks: lists, signs of life, rights.
 */
#include <string.h>

#include "service/internal.h"

static void
ask_list(ServiceSession *session)
{
	service_ask_list(session);
}

/* A node that answers without a service of Qlik Sense is a wrong one. */
static void
judge_lists(ServiceWork *work)
{
	for (size_t i = 0; i < work->report->n; i++)
	{
		ServiceNode *node = &work->report->nodes[i];

		if (node->problem == NULL && node->read && node->n == 0)
			service_problem(work, node, "has no services of Qlik Sense");
	}
}

static const char *
message(ServiceWork *work, const char *what, const ConfigSite *site)
{
	return site == NULL ? arena_printf(&work->report->arena, "could not %s "
									   "on all nodes", what) :
		arena_printf(&work->report->arena, "could not %s on all nodes of "
					 "site \"%s\"", what, site->name);
}

bool
service_survey(const Config *config, const ConfigSite *site,
			   const ServiceOptions *options, ServiceReport *report,
			   Error *error)
{
	ServiceWork work;

	service_work_begin(&work, config, site, options, report);
	service_each(&work, SERVICE_ALL, ask_list);
	judge_lists(&work);
	return service_work_end(&work, message(&work, "list services", site),
							error);
}

static bool
runs(const ServiceState *state)
{
	return state->kind != SERVICE_DATABASE && state->now != NULL &&
		!service_is_stopped(state->now);
}

bool
service_site_running(const Config *config, const ConfigSite *site,
					 const ServiceOptions *options, ServiceReport *report,
					 bool *running, Error *error)
{
	ServiceWork work;
	size_t		known = 0;

	*running = false;
	service_work_begin(&work, config, site, options, report);
	service_each(&work, SERVICE_ALL, ask_list);
	for (size_t i = 0; i < report->n; i++)
	{
		const ServiceNode *node = &report->nodes[i];

		known += node->answer == SERVICE_ANSWERS ||
			node->answer == SERVICE_SILENT ? 1 : 0;
		for (size_t j = 0; j < node->n; j++)
			*running = *running || runs(&node->services[j]);
	}
	return known > 0 || report->n == 0 ||
		service_work_end(&work, message(&work, "ask for services", site),
						 error);
}

static void
ask_rights(ServiceSession *session)
{
	service_ask_list(session);
	for (const ServiceKind *kind = service_stop_order;
		 *kind != SERVICE_KINDS; kind++)
		service_ask_of(session, "rights", *kind, 0);
}

bool
service_verify_rights(const Config *config, const ConfigSite *site,
					  const ServiceOptions *options, ServiceReport *report,
					  Error *error)
{
	ServiceWork work;

	service_work_begin(&work, config, site, options, report);
	service_each(&work, SERVICE_ALL, ask_rights);
	judge_lists(&work);
	return service_work_end(&work, message(&work, "ask for rights", site),
							error);
}
