/*
 * probe.c
 *		What is asked over HTTP: the central node's repository before anything
 *		else starts, and all that users need at last.
 *
 * A URL has the node's alias, which is also the name in its certificate; the
 * connection goes to the node's address, whatever that name leads to.
 */
#include <string.h>

#include "service/http.h"
#include "service/internal.h"

#define NODE "{node}"

static const char *
url_of(const char *pattern, const ServiceNode *node, Arena *arena)
{
	const char *at = strstr(pattern, NODE);

	return at == NULL ? pattern :
		arena_printf(arena, "%.*s%s%s", (int) (at - pattern), pattern,
					 config_node_alias(node->node), at + strlen(NODE));
}

static bool
is_off(const char *pattern)
{
	return pattern == NULL || strcmp(pattern, "off") == 0;
}

static HttpQuestion
question_of(const ServiceWork *work, const ServiceNode *node,
			const char *pattern, HttpGood good)
{
	const char *ca = work->config->services.probe_ca;

	return (HttpQuestion)
	{
		.node = node->node->name,
			.url = url_of(pattern, node, &work->report->arena),
			.address = node->node->address,
			.verify = ca != NULL,.ca = ca,.good = good
	};
}

static void
put_probes(ServiceWork *work, const HttpQuestion *questions, size_t n)
{
	ServiceReport *report = work->report;
	ServiceProbe *more = arena_alloc(&report->arena, (report->n_probes + n) *
									 sizeof(ServiceProbe));

	if (report->n_probes > 0)
		memcpy(more, report->probes, report->n_probes * sizeof(ServiceProbe));
	for (size_t i = 0; i < n; i++)
		more[report->n_probes++] = (ServiceProbe)
	{
		.node = questions[i].node,.url = questions[i].url,
			.ms = questions[i].ms,.problem = questions[i].problem,
			.hint = questions[i].hint
	};
	report->probes = more;
}

bool
service_probe_central(ServiceWork *work, ServiceNode *node, Error *error)
{
	const ConfigServices *services = &work->config->services;
	HttpQuestion question;

	if (is_off(services->state_url))
		return true;
	question = question_of(work, node, services->state_url, HTTP_NUMBER);
	service_progress(work, "%s is asked until the repository is ready",
					 question.url);
	if (!http_ask(&question, 1, services->answer_timeout,
				  services->probe_timeout, &work->report->arena))
		return error_set(error, NULL, question.hint, "its repository is not ready: "
						 "%s: %s", question.url, question.problem);
	put_probes(work, &question, 1);
	return true;
}

static bool
serves(ServiceNode *node, ServiceKind kind)
{
	const ServiceState *state = service_state_of(node, kind);

	return node->problem == NULL && state != NULL &&
		service_is(state->now, "running");
}

/* The site's own proxy under the users' name; the central one if it is one. */
static bool
add_alias(ServiceWork *work, HttpQuestion *question)
{
	const ConfigServices *services = &work->config->services;
	ServiceReport *report = work->report;
	ServiceNode *chosen = NULL;

	for (size_t i = 0; i < report->n; i++)
		if (serves(&report->nodes[i], SERVICE_PROXY) &&
			(chosen == NULL ||
			 config_node_has_role(report->nodes[i].node, "central")))
			chosen = &report->nodes[i];
	if (is_off(services->alias_url) || chosen == NULL)
		return false;
	*question = question_of(work, chosen, services->alias_url, HTTP_ANSWER);
	question->node = "alias";
	question->verify = true;
	question->ca = services->alias_ca;
	return true;
}

void
service_probe_site(ServiceWork *work)
{
	const ConfigServices *services = &work->config->services;
	ServiceReport *report = work->report;
	HttpQuestion *questions = arena_alloc(&report->arena, (2 * report->n + 1)
										  * sizeof(HttpQuestion));
	size_t		n = 0;

	for (size_t i = 0; i < report->n; i++)
	{
		ServiceNode *node = &report->nodes[i];

		if (config_node_has_role(node->node, "central") &&
			serves(node, SERVICE_REPOSITORY) && !is_off(services->about_url))
		{
			questions[n] = question_of(work, node, services->about_url,
									   services->probe_certificate != NULL ?
									   HTTP_SUCCESS : HTTP_ANSWER);
			questions[n++].certificate = services->probe_certificate;
		}
		if (serves(node, SERVICE_PROXY) && !is_off(services->alive_url))
			questions[n++] = question_of(work, node, services->alive_url,
										 HTTP_SUCCESS);
	}
	n += add_alias(work, &questions[n]) ? 1 : 0;
	if (n == 0)
		return;
	service_progress(work, "proxies and repository are asked");
	http_ask(questions, n, services->answer_timeout, services->probe_timeout,
			 &report->arena);
	put_probes(work, questions, n);
}
