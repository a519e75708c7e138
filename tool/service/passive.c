/*
 * passive.c
 *		Start types: manual at a passive site, and as they were at an active
 *		one.
 *
 * What a service had is recorded, durably, before it is changed.  A record is
 * there only for as long as the site is passive: so a second run, which finds
 * "manual" everywhere, leaves the record as it is, and what an administrator
 * sets to manual at an active site is recorded as that.
 */
#include <string.h>

#include "service/internal.h"

static void
ask_queries(ServiceSession *session)
{
	service_ask_list(session);
	for (const ServiceKind *kind = service_stop_order;
		 *kind != SERVICE_KINDS; kind++)
		service_ask_of(session, "query", *kind, 0);
}

/* One that this page is about. */
static bool
is_changed(const ServiceState *state)
{
	return state->kind != SERVICE_DATABASE && state->start != NULL &&
		!service_is(state->start, "disabled");
}

static const ServiceOriginal *
original_of(const ServiceOriginals *originals, const ServiceNode *node,
			const ServiceState *state)
{
	for (size_t i = 0; i < originals->n; i++)
		if (strcmp(originals->list[i].node, node->node->name) == 0 &&
			config_same_name(originals->list[i].service, state->name))
			return &originals->list[i];
	return NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * What is to be recorded of a service; false: nothing new.  What a run has
 * taken away that was cut short is what the record has, not what is there.
 */
static bool
new_original(const ServiceOriginals *known, const ServiceNode *node,
			 const ServiceState *state, ServiceOriginal *original)
{
	const ServiceOriginal *old = original_of(known, node, state);

	*original = (ServiceOriginal)
	{
		.node = node->node->name,.service = state->name,
			.start = state->start,
			.recovery = state->recovery_set ? state->recovery : NULL
	};
	if (old == NULL)
		return true;
	if (service_is(state->start, "manual"))
		original->start = old->start;
	if (!state->recovery_set)
		original->recovery = old->recovery;
	return !same_text(original->start, old->start) ||
		!same_text(original->recovery, old->recovery);
}

/* Which of the nodes can be worked on; what cannot is its problem. */
static void
check_backends(ServiceWork *work)
{
	for (size_t i = 0; i < work->report->n; i++)
	{
		ServiceNode *node = &work->report->nodes[i];

		if (!service_can_configure(node->node))
			service_problem(work, node, "its service_control cannot set start "
							"types");
	}
}

/* What is recorded, and what the services have now. */
static bool
look(ServiceWork *work, ServiceOriginals *known, Error *error)
{
	if (!service_record_read(work->config, &work->report->arena, known,
							 error))
		return false;
	check_backends(work);
	service_each(work, SERVICE_ALL, ask_queries);
	return true;
}

static bool
record(ServiceWork *work, const ServiceOriginals *known, Error *error)
{
	ServiceReport *report = work->report;
	ServiceOriginals found = {
		arena_alloc(&report->arena, (report->n + 1) * SERVICE_KINDS *
					sizeof(ServiceOriginal)), 0
	};

	for (size_t i = 0; i < report->n; i++)
		for (size_t j = 0; j < report->nodes[i].n; j++)
			if (report->nodes[i].problem == NULL &&
				is_changed(&report->nodes[i].services[j]) &&
				new_original(known, &report->nodes[i],
							 &report->nodes[i].services[j],
							 &found.list[found.n]))
				found.n++;
	return service_record_store(work->config, &found, error);
}

static void
ask_manual(ServiceSession *session)
{
	for (size_t i = 0; i < session->node->n; i++)
	{
		const ServiceState *state = &session->node->services[i];

		if (!is_changed(state) || (service_is(state->start, "manual") &&
								   !state->recovery_set))
			continue;
		service_ask(session, json_pack("{s:s, s:s, s:s, s:s}", "op", "config",
									   "service", state->name, "start",
									   "manual", "recovery", "none"), 0);
		service_ask_of(session, "query", state->kind, 0);
	}
}

static void
judge_manual(ServiceWork *work)
{
	for (size_t i = 0; i < work->report->n; i++)
		for (size_t j = 0; j < work->report->nodes[i].n; j++)
		{
			ServiceState *state = &work->report->nodes[i].services[j];

			if (!is_changed(state) || state->problem != NULL)
				continue;
			if (!service_is(state->start, "manual"))
				state->problem = arena_printf(&work->report->arena,
											  "its start type is still %s",
											  state->start);
			else if (state->recovery_set)
				state->problem = "it still has recovery actions";
		}
}

bool
service_set_passive(const Config *config, const ConfigSite *site,
					const ServiceOptions *options, ServiceReport *report,
					Error *error)
{
	ServiceWork work;
	ServiceOriginals known = {NULL, 0};

	service_work_begin(&work, config, site, options, report);
	if (report->n == 0)
		return true;
	if (!look(&work, &known, error))
		return false;
	if (!record(&work, &known, error))
		return false;
	service_each(&work, SERVICE_ALL, ask_manual);
	judge_manual(&work);
	return service_work_end(&work, arena_printf(&report->arena, "could not "
												"set all start types of site "
												"\"%s\" to manual",
												site->name), error);
}

/* A service that is to get something back. */
static const ServiceOriginal *
wanted(ServiceSession *session, const ServiceState *state)
{
	return is_changed(state) ? original_of(session->work->originals,
										   session->node, state) : NULL;
}

static void
ask_originals(ServiceSession *session)
{
	for (size_t i = 0; i < session->node->n; i++)
	{
		const ServiceState *state = &session->node->services[i];
		const ServiceOriginal *original = wanted(session, state);

		if (original == NULL)
			continue;
		service_ask(session, json_pack("{s:s, s:s, s:s, s:s}", "op", "config",
									   "service", state->name, "start",
									   original->start, "recovery",
									   original->recovery != NULL ?
									   original->recovery : "none"), 0);
		service_ask_of(session, "query", state->kind, 0);
	}
}

static void
judge_original(ServiceWork *work, const ServiceNode *node,
			   ServiceState *state, ServiceOriginals *done)
{
	const ServiceOriginal *original = original_of(work->originals, node,
												  state);

	if (!is_changed(state) || state->problem != NULL || node->problem != NULL)
		return;
	if (original == NULL)
		service_note(work, "Node %s, %s: no start type is recorded; it is "
					 "left as it is: %s.", node->node->name, state->name,
					 state->start);
	else if (!service_is(state->start, original->start))
		state->problem = arena_printf(&work->report->arena, "its start type "
									  "is %s, not %s", state->start,
									  original->start);
	else
		done->list[done->n++] = *original;
}

static bool
forget(ServiceWork *work, Error *error)
{
	ServiceReport *report = work->report;
	ServiceOriginals done = {
		arena_alloc(&report->arena, (report->n + 1) * SERVICE_KINDS *
					sizeof(ServiceOriginal)), 0
	};

	for (size_t i = 0; i < report->n; i++)
		for (size_t j = 0; j < report->nodes[i].n; j++)
			judge_original(work, &report->nodes[i],
						   &report->nodes[i].services[j], &done);
	return service_record_forget(work->config, &done, error);
}

bool
service_set_active(const Config *config, const ConfigSite *site,
				   const ServiceOptions *options, ServiceReport *report,
				   Error *error)
{
	ServiceWork work;
	ServiceOriginals known = {NULL, 0};

	service_work_begin(&work, config, site, options, report);
	if (report->n == 0)
		return true;
	if (!look(&work, &known, error))
		return false;
	work.originals = &known;
	service_each(&work, SERVICE_ALL, ask_originals);
	if (!forget(&work, error))
		return false;
	return service_work_end(&work, arena_printf(&report->arena, "could not "
												"give all services of site "
												"\"%s\" their start types "
												"back", site->name), error);
}
