/*
 * check.c
 *		Reading every machine's file, many at the same time.
 *
 * A logon that is refused is tried once: where one node refuses it, others
 * that would be given the same credentials are left alone, before an account
 * is locked.  So the first node with some credentials is read by itself, but
 * one that says nothing is not waited for: then the next one is tried.
 */
#include <stdlib.h>
#include <string.h>

#include "hosts/internal.h"
#include "platform/children.h"
#include "platform/clock.h"

#define AT_ONCE 16

/* Beside connect_timeout: for ssh's logon, and the start of PowerShell; ms. */
#define START_MS 5000

/* How long one that is silent holds up others with the same logon. */
#define PATIENCE_MS 1000

typedef struct Reading
{
	const HostsRequest *request;
	HostsReport *report;
	bool	   *started;
	int64_t    *started_at;
	bool	   *ended;
} Reading;

static bool
is_asked_for(const HostsRequest *request, const ConfigNode *node)
{
	for (size_t i = 0; i < request->n_nodes; i++)
		if (strcmp(request->nodes[i], node->name) == 0)
			return true;
	return request->n_nodes == 0;
}

static const char *
path_of(const ConfigNode *node)
{
	if (node->hosts_file != NULL)
		return node->hosts_file;
	return node->system == CONFIG_WINDOWS ?
		"C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
}

static HostsFinding *
add(HostsReport *report, const ConfigSite *site, const char *path)
{
	HostsFinding *finding = &report->list[report->n++];

	finding->site = site;
	finding->path = path;
	finding->state = HOSTS_UNREACHABLE;
	return finding;
}

static void
add_node(const Config *config, const ConfigNode *node, HostsReport *report)
{
	HostsFinding *finding = add(report, config_site(config, node->site),
								path_of(node));
	const char *why = NULL;

	finding->node = node;
	finding->machine = arena_printf(&report->arena, "node %s", node->name);
	if (node->hosts_access == CONFIG_HOSTS_NONE)
		why = "hosts_access is none";
	else if (node->hosts_access == CONFIG_HOSTS_LOCAL &&
			 strcmp(node->site, config->site) != 0)
		why = "it is seen by qsrepl at its own machine";
	if (why == NULL)
		return;
	finding->state = HOSTS_SKIPPED;
	finding->problem = why;
}

static void
list_machines(const HostsRequest *request, HostsReport *report)
{
	const Config *config = request->config;
	const ConfigSite *here = config_site(config, config->site);

	report->list = arena_alloc(&report->arena, (config->n_nodes + 1) *
							   sizeof(HostsFinding));
	for (size_t i = 0; i < config->n_nodes; i++)
		if (is_asked_for(request, &config->nodes[i]))
			add_node(config, &config->nodes[i], report);
	if (request->n_nodes == 0 && here->hosts_file != NULL)
		add(report, here, here->hosts_file)->machine = "this machine";
}

/* Take what reading has given, and compare. */
static void
conclude(const HostsRequest *request, HostsFinding *finding, bool good,
		 const Error *error, Arena *arena)
{
	Text		block = {NULL, 0, 0};
	Error		wrong = ERROR_NONE;

	if (!good)
	{
		finding->state = HOSTS_UNREACHABLE;
		finding->problem = arena_printf(arena, "%s%s%s", error->message,
										error->detail != NULL ? ": " : "",
										error->detail != NULL ?
										error->detail : "");
		return;
	}
	if (hosts_block(request->config, finding->site, &block, &wrong))
	{
		finding->new_text = arena_strdup(arena, block.bytes);
		hosts_judge(request, finding, arena);
	}
	else
	{
		finding->state = HOSTS_DAMAGED;
		finding->problem = arena_strdup(arena, wrong.message);
		finding->hint = arena_strdup(arena, wrong.hint);
	}
	error_free(&wrong);
	text_free(&block);
}

static bool
is_refused_logon(const HostsFinding *finding)
{
	static const char *const words[] = {
		"LOGON_FAILURE", "ACCOUNT_LOCKED_OUT", "PASSWORD_EXPIRED",
		"ACCOUNT_DISABLED"
	};

	if (finding->state != HOSTS_UNREACHABLE || finding->problem == NULL)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(finding->problem, words[i]) != NULL)
			return true;
	return false;
}

static bool
same_logon(const HostsFinding *a, const HostsFinding *b)
{
	return a->node != NULL && b->node != NULL &&
		a->node->hosts_access == CONFIG_HOSTS_SHARE &&
		b->node->hosts_access == CONFIG_HOSTS_SHARE &&
		strcmp(a->node->credentials, b->node->credentials) == 0;
}

/* May a machine be asked now, later, or not at all? */
static PlatNext
turn_of(Reading *reading, size_t i)
{
	HostsFinding *list = reading->report->list;
	int64_t		since = plat_clock_ms() - PATIENCE_MS;
	bool		pending = false;
	bool		taken = false;

	for (size_t j = 0; j < i; j++)
	{
		if (!same_logon(&list[i], &list[j]))
			continue;
		if (is_refused_logon(&list[j]))
		{
			list[i].problem = arena_printf(&reading->report->arena,
										   "not tried: %s has refused the "
										   "logon in \"%s\"", list[j].machine,
										   list[j].node->credentials);
			return PLAT_NEXT_NONE;
		}
		if (!reading->ended[j])
			pending = pending || !reading->started[j] ||
				reading->started_at[j] > since;
		else if (list[j].state != HOSTS_UNREACHABLE)
			taken = true;
	}
	return pending && !taken ? PLAT_NEXT_LATER : PLAT_NEXT_START;
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Reading    *reading = arg;
	HostsReport *report = reading->report;
	PlatNext	answer = PLAT_NEXT_NONE;

	for (size_t i = 0; i < report->n; i++)
	{
		PlatNext	turn;

		if (reading->started[i])
			continue;
		turn = turn_of(reading, i);
		if (turn == PLAT_NEXT_LATER)
			answer = PLAT_NEXT_LATER;
		if (turn == PLAT_NEXT_NONE)
			reading->started[i] = reading->ended[i] = true;
		if (turn != PLAT_NEXT_START)
			continue;
		reading->started[i] = true;
		reading->started_at[i] = plat_clock_ms();
		*number = i;
		memset(child, 0, sizeof(*child));
		child->output_limit = 2 * HOSTS_BYTES_MAX;
		hosts_access(&report->list[i])->prepare(&report->list[i],
												&report->arena, child);
		child->deadline_ms = START_MS +
			(int) reading->request->config->connect_timeout;
		return PLAT_NEXT_START;
	}
	return answer;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *failed)
{
	Reading    *reading = arg;
	HostsFinding *finding = &reading->report->list[number];
	Error		error = ERROR_NONE;
	bool		good = hosts_access(finding)->take(finding, result, failed,
												   &finding->content, &error);

	conclude(reading->request, finding, good, &error,
			 &reading->report->arena);
	reading->ended[number] = true;
	error_free(&error);
}

/* What takes no child is read at once. */
static void
read_directly(Reading *reading, size_t i)
{
	HostsFinding *finding = &reading->report->list[i];
	const HostsAccess *access;
	Error		error = ERROR_NONE;
	bool		good;

	reading->started[i] = reading->ended[i] = true;
	if (finding->state == HOSTS_SKIPPED)
		return;
	access = hosts_access(finding);
	if (access->read == NULL)
	{
		reading->started[i] = reading->ended[i] = false;
		return;
	}
	good = access->read(finding, &finding->content, &error);
	conclude(reading->request, finding, good, &error,
			 &reading->report->arena);
	error_free(&error);
}

void
hosts_check(const HostsRequest *request, HostsReport *report)
{
	Reading		reading = {.request = request,.report = report};
	const PlatChildren children = {AT_ONCE, next, ended, &reading};

	hosts_report_free(report);
	list_machines(request, report);
	reading.started = arena_alloc(&report->arena, report->n + 1);
	reading.ended = arena_alloc(&report->arena, report->n + 1);
	reading.started_at = arena_alloc(&report->arena, (report->n + 1) *
									 sizeof(int64_t));
	for (size_t i = 0; i < report->n; i++)
		read_directly(&reading, i);
	plat_children_run(&children);
}

void
hosts_report_free(HostsReport *report)
{
	for (size_t i = 0; i < report->n; i++)
	{
		text_free(&report->list[i].content);
		text_free(&report->list[i].result);
	}
	arena_free(&report->arena);
	memset(report, 0, sizeof(*report));
}

const char *
hosts_word(HostsState state)
{
	static const char *const words[] = {
		"current", "missing", "different", "conflict", "damaged",
		"unreachable", "skipped"
	};

	return words[state];
}
