/*
 * services.c
 *		Concern: services of Qlik Sense on the nodes.
 */
#include "check/internal.h"

#include <string.h>

#include "service/service.h"

static const char *
object_of(CheckRun *run, const ConfigNode *node)
{
	return arena_printf(&run->report->arena, "site %s, node %s", node->site,
						node->name);
}

static bool
is_active(const CheckRun *run, const ConfigNode *node)
{
	return run->active != NULL &&
		strcmp(run->active->site->name, node->site) == 0;
}

static bool
is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

/* What the way to a node can do, whether it answers or not. */
static bool
check_ability(CheckRun *run, const ConfigNode *node)
{
	bool		good = true;

	if (!service_can_configure(node))
	{
		check_fail(run, CHECK_BOTH, object_of(run, node),
				   "Use scm, ssh or exec.", "its service_control cannot set "
				   "start types: a restart would start its services at a "
				   "passive site, too");
		good = false;
	}
	if (node->bootstrap_command.n > 0 && !service_can_run(node))
	{
		check_fail(run, CHECK_BOTH, object_of(run, node),
				   "Set ssh_command.", "bootstrap_command cannot be run: "
				   "there is no way to run commands at the node");
		good = false;
	}
	return good;
}

/* Silence of a lost site does not keep the other one from taking over. */
static unsigned
blocks_of(const CheckRun *run, const ConfigNode *node)
{
	return check_site_blocks(run, config_site(run->config, node->site));
}

static bool
check_answer(CheckRun *run, const ServiceNode *node)
{
	const char *object = object_of(run, node->node);

	if (node->problem == NULL)
		return true;
	check_fail(run, blocks_of(run, node->node), object,
			   service_hint(node), "services: %s", node->problem);
	return false;
}

/* The rights that lack, as words; NULL: none. */
static const char *
lack_of(CheckRun *run, const ServiceNode *node, const ServiceState *state)
{
	bool		configure = state->may_configure ||
	!service_can_configure(node->node);

	if (!state->asked || (state->may_stop && state->may_start && configure))
		return NULL;
	return arena_printf(&run->report->arena, "%s%s%s",
						state->may_stop ? "" : " stop",
						state->may_start ? "" : " start",
						configure ? "" : " configure");
}

static bool
check_rights(CheckRun *run, const ServiceNode *node)
{
	bool		good = true;

	for (size_t i = 0; i < node->n; i++)
	{
		const ServiceState *state = &node->services[i];
		const char *lack = lack_of(run, node, state);

		if (lack == NULL || is(state->start, "disabled"))
			continue;
		check_fail(run, blocks_of(run, node->node),
				   object_of(run, node->node), "Give the account the right, "
				   "or make it an administrator of the node.",
				   "service \"%s\": no right to%s", state->name, lack);
		good = false;
	}
	return good;
}

static void
check_active_state(CheckRun *run, const ServiceNode *node,
				   const ServiceState *state, bool *good)
{
	if (state->kind == SERVICE_DATABASE || !is(state->start, "manual"))
		return;
	check_warn(run, object_of(run, node->node),
			   arena_printf(&run->report->arena, "\"qsrepl service active "
							"--site %s\" gives start types back that were "
							"recorded.", node->node->site),
			   "service \"%s\" does not start with its machine",
			   state->name);
	*good = false;
}

static void
check_passive_state(CheckRun *run, const ServiceNode *node,
					const ServiceState *state, bool *good)
{
	if (state->kind == SERVICE_DATABASE || is(state->start, "disabled"))
		return;
	if (!is(state->now, "stopped"))
	{
		check_fail(run, CHECK_BOTH, object_of(run, node->node),
				   arena_printf(&run->report->arena, "\"qsrepl service stop "
								"--site %s\" stops them.",
								node->node->site),
				   "service \"%s\" is %s at a passive site", state->name,
				   state->now != NULL ? state->now : "in no known state");
		*good = false;
	}
	if (state->start != NULL && !is(state->start, "manual"))
	{
		check_warn(run, object_of(run, node->node),
				   arena_printf(&run->report->arena, "\"qsrepl service passive "
								"--site %s\" sets them to manual.",
								node->node->site),
				   "service \"%s\" starts with its machine at a passive "
				   "site", state->name);
		*good = false;
	}
}

static bool
check_node_states(CheckRun *run, const ServiceNode *node)
{
	bool		good = true;

	/* Without an active site nobody knows what should be. */
	if (run->active == NULL)
		return true;
	for (size_t i = 0; i < node->n; i++)
		if (is_active(run, node->node))
			check_active_state(run, node, &node->services[i], &good);
		else
			check_passive_state(run, node, &node->services[i], &good);
	return good;
}

static void
check_node(CheckRun *run, const ServiceNode *node)
{
	bool		good = check_ability(run, node->node);

	if (!check_answer(run, node))
		return;
	good = check_rights(run, node) && good;
	good = check_node_states(run, node) && good;
	if (good)
		check_pass(run, object_of(run, node->node), "%lu services can be "
				   "stopped and started", (unsigned long) node->n);
}

static void
check_left_alone(CheckRun *run)
{
	const Config *config = run->config;

	for (size_t i = 0; i < config->n_nodes; i++)
		if (config->nodes[i].service_control == CONFIG_SERVICE_NONE)
			check_warn(run, object_of(run, &config->nodes[i]),
					   "Set service_control.", "its services are left alone, "
					   "whatever becomes of its site");
}

void
check_services(CheckRun *run)
{
	ServiceReport report;
	Error		error = ERROR_NONE;

	if (!service_has_nodes(run->config, NULL))
		return;
	service_verify_rights(run->config, NULL, NULL, &report, &error);
	for (size_t i = 0; i < report.n; i++)
		check_node(run, &report.nodes[i]);
	check_left_alone(run);
	error_free(&error);
	service_report_free(&report);
}
