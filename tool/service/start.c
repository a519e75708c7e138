/*
 * start.c
 *		A site's services up: the central node first, and it alone until its
 *		repository answers, then the rims.
 */
#include <string.h>

#include "service/internal.h"

static bool
is_disabled(const ServiceState *state)
{
	return service_is(state->start, "disabled");
}

/*
 * A service that is disabled, or not there, answers so: what the list says is
 * not known yet when this is sent.
 */
static void
ask_start(ServiceSession *session, ServiceKind from, ServiceKind to)
{
	int64_t		deadline = session->work->config->services.start_timeout;

	for (const ServiceKind *kind = service_start_order;
		 *kind != SERVICE_KINDS; kind++)
	{
		const ServiceState *state = service_state_of(session->node, *kind);

		if (*kind >= from && *kind <= to &&
			!(state != NULL && is_disabled(state)))
			service_ask_of(session, "start", *kind, deadline);
	}
}

static void
ask_list(ServiceSession *session)
{
	service_ask_list(session);
}

static void
ask_dispatcher(ServiceSession *session)
{
	service_ask_list(session);
	ask_start(session, SERVICE_DISPATCHER, SERVICE_LOGGING);
}

static void
ask_repository(ServiceSession *session)
{
	ask_start(session, SERVICE_REPOSITORY, SERVICE_REPOSITORY);
}

static void
ask_rest(ServiceSession *session)
{
	ask_start(session, SERVICE_PROXY, SERVICE_PRINTING);
	service_ask_list(session);
}

static void
ask_rim(ServiceSession *session)
{
	service_ask_list(session);
	ask_start(session, SERVICE_DISPATCHER, SERVICE_PRINTING);
	service_ask_list(session);
}

static void
judge_node(ServiceWork *work, ServiceNode *node)
{
	if (node->problem == NULL && node->n == 0)
		service_problem(work, node, "has no services of Qlik Sense");
	for (size_t i = 0; i < node->n; i++)
	{
		ServiceState *state = &node->services[i];

		if (state->kind == SERVICE_DATABASE || is_disabled(state) ||
			service_is(state->now, "running"))
			state->problem = NULL;
		else if (state->problem == NULL)
			state->problem = arena_printf(&work->report->arena, "is %s",
										  state->now != NULL ? state->now :
										  "in no known state");
	}
}

static ServiceNode *
central_of(ServiceReport *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (config_node_has_role(report->nodes[i].node, "central"))
			return &report->nodes[i];
	return NULL;
}

static bool
is_up(const ServiceNode *node, ServiceKind from, ServiceKind to)
{
	for (size_t i = 0; i < node->n; i++)
	{
		const ServiceState *state = &node->services[i];

		if (state->kind >= from && state->kind <= to &&
			state->problem != NULL)
			return false;
	}
	return node->problem == NULL;
}

/* Until its repository answers; what is wrong is the node's problem. */
static bool
start_central(ServiceWork *work, ServiceNode *node)
{
	Error		error = ERROR_NONE;

	service_progress(work, "central node %s is started", node->node->name);
	service_each(work, SERVICE_CENTRAL, ask_dispatcher);
	if (!is_up(node, SERVICE_DISPATCHER, SERVICE_LOGGING))
		return false;
	if (!service_bootstrap(work, node, &error))
		service_problem(work, node, "%s%s%s", error.message,
						error.detail != NULL ? ": " : "",
						error.detail != NULL ? error.detail : "");
	else
	{
		service_each(work, SERVICE_CENTRAL, ask_repository);
		if (is_up(node, SERVICE_REPOSITORY, SERVICE_REPOSITORY) &&
			!work->options->no_probe &&
			!service_probe_central(work, node, &error))
			service_problem(work, node, "%s", error.message);
	}
	if (error.hint != NULL && node->hint == NULL)
		node->hint = arena_strdup(&work->report->arena, error.hint);
	error_free(&error);
	if (is_up(node, SERVICE_REPOSITORY, SERVICE_REPOSITORY))
		service_each(work, SERVICE_CENTRAL, ask_rest);
	return node->problem == NULL &&
		is_up(node, SERVICE_REPOSITORY, SERVICE_REPOSITORY);
}

static void
leave_rims(ServiceWork *work)
{
	for (size_t i = 0; i < work->report->n; i++)
	{
		ServiceNode *node = &work->report->nodes[i];

		if (!config_node_has_role(node->node, "central"))
			service_problem(work, node, "was left alone, since the central "
							"node is not up");
	}
}

/* The central node, the rims, and whether all of it answers. */
static void
start_all(ServiceWork *work, const ConfigSite *site)
{
	ServiceNode *central = central_of(work->report);

	if (central != NULL && !start_central(work, central))
		leave_rims(work);
	else
	{
		service_progress(work, "rim nodes of site %s are started", site->name);
		service_each(work, SERVICE_RIMS, ask_rim);
		/* What has died while the others came up is seen, too. */
		if (!work->options->no_probe)
		{
			service_probe_site(work);
			service_each(work, SERVICE_ALL, ask_list);
		}
	}
	for (size_t i = 0; i < work->report->n; i++)
		judge_node(work, &work->report->nodes[i]);
	if (!work->options->force)
		service_note_tasks(work, site);
}

bool
service_start_site(const Config *config, const ConfigSite *site,
				   const ServiceOptions *options, ServiceReport *report,
				   Error *error)
{
	ServiceWork work;

	service_work_begin(&work, config, site, options, report);
	if (report->n > 0 && !work.options->force &&
		!service_is_localized(config, site, error))
		return false;
	if (report->n > 0)
		start_all(&work, site);
	return service_work_end(&work, arena_printf(&report->arena, "could not "
												"start all services of site "
												"\"%s\"", site->name),
							error);
}
