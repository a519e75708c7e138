/*
 * stop.c
 *		A site's services down: rims first, the central node last.
 *
 * Each is tried although another one did not stop: what runs on is told, and
 * as little as possible does.
 */
#include <string.h>

#include "service/internal.h"

static void
ask_stop(ServiceSession *session)
{
	int64_t		deadline = session->work->config->services.stop_timeout;

	service_ask_list(session);
	for (const ServiceKind *kind = service_stop_order;
		 *kind != SERVICE_KINDS; kind++)
		service_ask_of(session, "stop", *kind, deadline);
	service_ask_list(session);
}

/* An engine that hangs, where it may be killed. */
static bool
has_hung(const ServiceWork *work, ServiceNode *node)
{
	const ServiceState *engine = service_state_of(node, SERVICE_ENGINE);

	return work->config->services.kill_engine && engine != NULL &&
		engine->problem != NULL && engine->now != NULL &&
		!service_is_stopped(engine->now) && service_can_run(node->node);
}

static bool
kill_engines(ServiceWork *work)
{
	Error		error = ERROR_NONE;
	bool		any = false;

	for (size_t i = 0; i < work->report->n; i++)
	{
		ServiceNode *node = &work->report->nodes[i];

		if (node->problem != NULL || !has_hung(work, node))
			continue;
		service_progress(work, "%s: its engine hangs and is killed",
						 node->node->name);
		if (service_kill_engine(node->node,
								work->config->services.answer_timeout,
								&error))
		{
			service_note(work, "The engine of node %s did not stop and was "
						 "killed.", node->node->name);
			any = true;
		}
		else
			service_note(work, "The engine of node %s could not be killed: "
						 "%s.", node->node->name, error.message);
		error_free(&error);
	}
	return any;
}

/* Again where an engine was killed. */
static void
ask_again(ServiceSession *session)
{
	const ServiceState *engine = service_state_of(session->node,
												  SERVICE_ENGINE);

	if (engine != NULL && engine->problem != NULL)
		ask_stop(session);
}

static void
judge(ServiceWork *work)
{
	for (size_t i = 0; i < work->report->n; i++)
	{
		ServiceNode *node = &work->report->nodes[i];

		for (size_t j = 0; j < node->n; j++)
		{
			ServiceState *state = &node->services[j];

			if (state->kind == SERVICE_DATABASE)
				continue;
			if (service_is_stopped(state->now))
				state->problem = NULL;
			else if (state->problem == NULL)
				state->problem = arena_printf(&work->report->arena, "is %s",
											  state->now != NULL ? state->now
											  : "in no known state");
		}
	}
}

bool
service_stop_site(const Config *config, const ConfigSite *site,
				  const ServiceOptions *options, ServiceReport *report,
				  Error *error)
{
	ServiceWork work;

	service_work_begin(&work, config, site, options, report);
	service_progress(&work, "services of site %s are stopped", site->name);
	service_each(&work, SERVICE_CENTRAL_LAST, ask_stop);
	if (kill_engines(&work))
		service_each(&work, SERVICE_ALL, ask_again);
	judge(&work);
	return service_work_end(&work, arena_printf(&report->arena, "could not "
												"stop all services of site "
												"\"%s\"", site->name),
							error);
}
