/*
 * work.c
 *		The frame of each call: which nodes, what is asked, what is wrong.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "service/internal.h"
#include "service/logon.h"

/* Problems that are told in the error's detail; all are in the report. */
#define TOLD_MOST 8

static bool
is_wanted(const ConfigNode *node, const ConfigSite *site,
		  const ServiceOptions *options)
{
	return node->service_control != CONFIG_SERVICE_NONE &&
		(site == NULL || strcmp(node->site, site->name) == 0) &&
		(options->node == NULL || strcmp(options->node, node->name) == 0);
}

void
service_work_begin(ServiceWork *work, const Config *config,
				   const ConfigSite *site, const ServiceOptions *options,
				   ServiceReport *report)
{
	static const ServiceOptions none = {.node = NULL};

	memset(report, 0, sizeof(*report));
	*work = (ServiceWork)
	{
		.config = config,.report = report,
			.options = options != NULL ? options : &none
	};
	report->nodes = arena_alloc(&report->arena, (config->n_nodes + 1) *
								sizeof(ServiceNode));
	work->logons = arena_alloc(&report->arena, (config->n_nodes + 1) *
							   sizeof(ServiceLogon));
	for (size_t i = 0; i < config->n_nodes; i++)
		if (is_wanted(&config->nodes[i], site, work->options))
			report->nodes[report->n++].node = &config->nodes[i];
}

static bool
is_among(const ServiceNode *node, ServiceWhich which)
{
	bool		central = config_node_has_role(node->node, "central");

	if (node->problem != NULL)
		return false;
	return which == SERVICE_ALL || which == SERVICE_CENTRAL_LAST ||
		central == (which == SERVICE_CENTRAL);
}

void
service_each(ServiceWork *work, ServiceWhich which,
			 void (*ask) (ServiceSession *session))
{
	ServiceReport *report = work->report;
	ServiceSession *sessions = mem_alloc((report->n + 1) *
										 sizeof(ServiceSession));
	size_t		n = 0;

	for (size_t i = 0; i < report->n; i++)
	{
		ServiceSession *session = &sessions[n];

		if (!is_among(&report->nodes[i], which))
			continue;
		service_session_begin(session, work, &report->nodes[i]);
		session->last = which == SERVICE_CENTRAL_LAST &&
			config_node_has_role(report->nodes[i].node, "central");
		ask(session);
		if (session->requests > 0)
			n++;
	}
	service_fan_out(work, sessions, n);
	for (size_t i = 0; i < n; i++)
		service_session_free(&sessions[i]);
	free(sessions);
}

static void
			add_sentence(const ServiceWork *work, const char *format,
						 va_list args) TEXT_PRINTF(2, 0);

static void
add_sentence(const ServiceWork *work, const char *format, va_list args)
{
	ServiceReport *report = work->report;
	char		sentence[1024];
	const char **more = arena_alloc(&report->arena, (report->n_notes + 1) *
									sizeof(char *));

	vsnprintf(sentence, sizeof(sentence), format, args);
	if (report->n_notes > 0)
		memcpy(more, report->notes, report->n_notes * sizeof(char *));
	more[report->n_notes++] = arena_strdup(&report->arena, sentence);
	report->notes = more;
}

void
service_note(ServiceWork *work, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	add_sentence(work, format, args);
	va_end(args);
}

void
service_progress(ServiceWork *work, const char *format,...)
{
	char		what[256];
	va_list		args;

	if (work->options->progress == NULL)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	work->options->progress(work->options->arg, what);
}

void
service_problem(ServiceWork *work, ServiceNode *node, const char *format,...)
{
	char		problem[1024];
	va_list		args;

	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	if (node->problem == NULL)
		node->problem = arena_strdup(&work->report->arena, problem);
}

const char *
service_hint(const ServiceNode *node)
{
	if (node->problem == NULL || node->hint != NULL)
		return node->hint;
	switch (node->answer)
	{
		case SERVICE_REFUSED:
			return node->node->kerberos ? "Look at the account, at keytab and "
				"principal, and at the clocks of both machines, before it is "
				"tried again: too many attempts lock it." : "Look at the "
				"account before it is tried again: too many attempts lock it.";
		case SERVICE_SILENT:
			return "Look whether the node is on, whether its address is "
				"right, and whether a firewall is between.";
		default:
			return "Look whether service_control in the node's section is "
				"right; \"qsrepl service list\" shows all nodes.";
	}
}

static void
add_problem(Text *text, size_t *n, const char *where, const char *service,
			const char *problem)
{
	if ((*n)++ < TOLD_MOST)
		text_addf(text, "%s%s%s%s: %s", text->len > 0 ? "; " : "", where,
				  service != NULL ? ", " : "",
				  service != NULL ? service : "", problem);
}

/* The first one's: one thing after the other. */
static const char *
first_hint(const ServiceReport *report)
{
	for (size_t i = 0; i < report->n; i++)
	{
		const ServiceNode *node = &report->nodes[i];

		if (node->problem != NULL)
			return service_hint(node);
		for (size_t j = 0; j < node->n; j++)
			if (node->services[j].problem != NULL)
				return "Look into the event log of the node, and whether the "
					"account may stop, start and configure services there.";
	}
	for (size_t i = 0; i < report->n_probes; i++)
		if (report->probes[i].problem != NULL)
			return report->probes[i].hint;
	return NULL;
}

static void
collect(const ServiceReport *report, Text *text, size_t *n)
{
	for (size_t i = 0; i < report->n; i++)
	{
		const ServiceNode *node = &report->nodes[i];

		if (node->problem != NULL)
			add_problem(text, n, node->node->name, NULL, node->problem);
		for (size_t j = 0; j < node->n; j++)
			if (node->services[j].problem != NULL)
				add_problem(text, n, node->node->name, node->services[j].name,
							node->services[j].problem);
	}
	for (size_t i = 0; i < report->n_probes; i++)
		if (report->probes[i].problem != NULL)
			add_problem(text, n, report->probes[i].node,
						report->probes[i].url, report->probes[i].problem);
}

bool
service_work_end(ServiceWork *work, const char *what, Error *error)
{
	Text		text = {NULL, 0, 0};
	size_t		n = 0;
	bool		good;

	collect(work->report, &text, &n);
	if (n > TOLD_MOST)
		text_addf(&text, "; and %lu more", (unsigned long) (n - TOLD_MOST));
	good = n == 0 || error_set(error, text.bytes, first_hint(work->report),
							   "%s", what);
	text_free(&text);
	return good;
}

bool
service_has_nodes(const Config *config, const ConfigSite *site)
{
	const ServiceOptions all = {.node = NULL};

	for (size_t i = 0; i < config->n_nodes; i++)
		if (is_wanted(&config->nodes[i], site, &all))
			return true;
	return false;
}

void
service_report_free(ServiceReport *report)
{
	arena_free(&report->arena);
	memset(report, 0, sizeof(*report));
}
